import { CLASS_IN, rcodeName, TYPE } from './codes.js';
import { readOpt } from './edns.js';
import { MalformedPacket } from './malformed.js';
import { readRdata } from './rdata.js';
import { PacketReader } from './reader.js';

interface Owned {
  /** In lower case with final dot. */
  name: string;
  /** Seconds. */
  ttl: number;
}

/**
 * What this package reads of a record. Names are in lower case with final dot; what is no printable character in them, and a
 * dot or backslash within a label, is escaped as in zone files. Buffers are views of the packet. Records of other types and classes are left out.
 */
export type ResourceRecord = Owned &
  (
    | { type: 'TXT'; strings: readonly Buffer[] /** The strings joined. */; text: Buffer }
    | { type: 'CNAME' | 'NS'; target: string }
    | { type: 'A' | 'AAAA'; address: string }
    | { type: 'SOA'; serial: number /** Seconds. */; minimum: number }
    | { type: 'CAA'; critical: boolean; tag: string; value: string }
    | { type: 'DS'; keyTag: number; algorithm: number; digestType: number; digest: Buffer }
    | { type: 'DNSKEY'; keyTag: number; flags: number; algorithm: number }
    | {
        type: 'RRSIG';
        covered: string;
        keyTag: number;
        /** Seconds since 1970. */
        inception: number;
        expiration: number;
        signer: string;
      }
  );

/** An extended error (RFC 8914). */
export interface ExtendedError {
  code: number;
  text: string;
}

export interface Message {
  /** `NOERROR`, `NXDOMAIN`, …; `RCODE_16` and up for the extended codes of EDNS (`BADVERS` is `RCODE_16`). */
  rcode: string;
  authoritative: boolean;
  truncated: boolean;
  recursionAvailable: boolean;
  /** AD: a validating resolver vouches for it. */
  authenticData: boolean;
  /** The OPT record; undefined if the server sent none. */
  edns: Edns | undefined;
  answers: readonly ResourceRecord[];
  authority: readonly ResourceRecord[];
  additional: readonly ResourceRecord[];
  /** Length of the packet. */
  bytes: number;
}

export interface Edns {
  version: number;
  errors: readonly ExtendedError[];
  nsid: Buffer | undefined;
  /** Scope prefix length of an EDNS Client Subnet answer; undefined if the server did not heed the subnet. */
  subnetScope: number | undefined;
}

const FLAGS_AT = 2;
const AUTHORITATIVE = 0x04_00;
const TRUNCATED = 0x02_00;
const RECURSION_AVAILABLE = 0x00_80;
const AUTHENTIC_DATA = 0x00_20;

export function isTruncated(packet: Buffer): boolean {
  return (packet[FLAGS_AT]! & (TRUNCATED >> 8)) !== 0;
}

/**
 * Reads a packet that `matchResponse` took, every record of it. The time that it takes is bounded by the packet's length,
 * whatever its header counts and its compressed names claim. Octets after the last record are passed over, as BIND and
 * Unbound do: a certificate authority's resolver takes such an answer too. A truncated packet may end within a record.
 *
 * @throws MalformedPacket if it breaks the protocol.
 */
export function decodeMessage(packet: Buffer): Message {
  const reader = new PacketReader(packet);
  const flags = packet.readUInt16BE(FLAGS_AT);
  const sections = new Sections(reader);
  const truncated = (flags & TRUNCATED) !== 0;
  try {
    sections.read();
  } catch (error) {
    if (!truncated) throw error;
  }
  const { edns, upperRcode, answers, authority, additional } = sections;
  return {
    rcode: rcodeName((upperRcode << 4) | (flags & 0x0f)),
    authoritative: (flags & AUTHORITATIVE) !== 0,
    truncated,
    recursionAvailable: (flags & RECURSION_AVAILABLE) !== 0,
    authenticData: (flags & AUTHENTIC_DATA) !== 0,
    edns,
    answers,
    authority,
    additional,
    bytes: packet.length,
  };
}

class Sections {
  readonly answers: ResourceRecord[] = [];
  readonly authority: ResourceRecord[] = [];
  readonly additional: ResourceRecord[] = [];
  edns: Edns | undefined;
  /** The upper eight bits of the response code, which the OPT record holds. */
  upperRcode = 0;
  readonly #reader: PacketReader;

  constructor(reader: PacketReader) {
    this.#reader = reader;
  }

  read(): void {
    const reader = this.#reader;
    const { packet } = reader;
    for (let left = packet.readUInt16BE(4); left > 0; left -= 1) {
      reader.domainName();
      reader.skip(4);
    }
    for (let left = packet.readUInt16BE(6); left > 0; left -= 1) this.#readRecord(this.answers);
    for (let left = packet.readUInt16BE(8); left > 0; left -= 1) this.#readRecord(this.authority);
    for (let left = packet.readUInt16BE(10); left > 0; left -= 1) this.#readRecord(this.additional);
  }

  #readRecord(section: ResourceRecord[]): void {
    const reader = this.#reader;
    const name = reader.domainName();
    const type = reader.uint16();
    const rclass = reader.uint16();
    const ttl = reader.uint32();
    const end = reader.uint16() + reader.offset;
    if (end > reader.packet.length) throw new MalformedPacket('The packet ends within a record.');
    if (type === TYPE.OPT) {
      this.#readEdns(name, section, ttl, end);
      return;
    }
    const record = rclass === CLASS_IN ? readRdata(reader, type, end, name, ttlOf(ttl)) : undefined;
    if (record) {
      if (reader.offset !== end) throw new MalformedPacket('The data of a record has the wrong length.');
      section.push(record);
    } else reader.offset = end;
  }

  /** One OPT record, at the root, among the additional records (RFC 6891 section 6.1.1). */
  #readEdns(name: string, section: ResourceRecord[], ttl: number, end: number): void {
    if (this.edns || name !== '.' || section !== this.additional)
      throw new MalformedPacket('An OPT record is out of place.');
    this.edns = readOpt(this.#reader, (ttl >>> 16) & 0xff, end);
    this.upperRcode = ttl >>> 24;
  }
}

/** The first bit set means zero (RFC 2181 section 8). */
function ttlOf(ttl: number): number {
  return ttl > 0x7f_ff_ff_ff ? 0 : ttl;
}
