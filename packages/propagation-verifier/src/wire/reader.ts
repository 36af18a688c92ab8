import { MalformedPacket } from './malformed.js';
import { NameReader } from './name.js';

const HEADER_OCTETS = 12;
/** In one packet: no honest one is made of strings of less than eight octets, and 64 KiB could hold 65,000 empty ones. */
const MAX_STRINGS = 8_192;

/** Reads a packet from its header on, each octet once; every step that would leave the packet throws `MalformedPacket`. */
export class PacketReader {
  readonly packet: Buffer;
  offset = HEADER_OCTETS;
  readonly #names: NameReader;
  #strings = 0;

  constructor(packet: Buffer) {
    if (packet.length < HEADER_OCTETS) throw new MalformedPacket('The packet is shorter than a header.');
    this.packet = packet;
    this.#names = new NameReader(packet);
  }

  uint8(): number {
    return this.packet[this.#advance(1)]!;
  }

  uint16(): number {
    const at = this.#advance(2);
    return (this.packet[at]! << 8) | this.packet[at + 1]!;
  }

  uint32(): number {
    return this.uint16() * 0x1_00_00 + this.uint16();
  }

  /** A view of the packet, no copy. */
  octets(length: number): Buffer {
    const at = this.#advance(length);
    return this.packet.subarray(at, at + length);
  }

  /** A character string of RFC 1035 section 3.3, without its length. */
  characterString(): Buffer {
    this.#strings += 1;
    if (this.#strings > MAX_STRINGS) throw new MalformedPacket('The packet holds too many strings.');
    return this.octets(this.uint8());
  }

  skip(length: number): void {
    this.#advance(length);
  }

  /** A domain name, compressed or not, in the form of `NameReader`. */
  domainName(): string {
    const name = this.#names.read(this.offset);
    this.offset = this.#names.end;
    return name;
  }

  #advance(length: number): number {
    const at = this.offset;
    if (at + length > this.packet.length) throw new MalformedPacket('The packet ends within a field.');
    this.offset = at + length;
    return at;
  }
}
