import { isLabelLength, MAX_NAME_OCTETS } from './name.js';

/** A packet that breaks the protocol. */
export class MalformedPacket extends Error {
  override readonly name = 'MalformedPacket';
}

/** Reads a packet from front to back, and never past its end. */
export class PacketReader {
  readonly packet: Buffer;
  offset = 0;

  constructor(packet: Buffer) {
    this.packet = packet;
  }

  uint16(): number {
    return this.octets(2).readUInt16BE(0);
  }

  uint32(): number {
    return this.octets(4).readUInt32BE(0);
  }

  /** A view of the packet. */
  octets(length: number): Buffer {
    const end = this.offset + length;
    if (end > this.packet.length) throw new MalformedPacket('The packet ends within a field.');
    const view = this.packet.subarray(this.offset, end);
    this.offset = end;
    return view;
  }

  /**
   * A name in wire form, not compressed, in the case that it is written in. Each pointer must lead to a place before the
   * one that it was found by, so that none leads in a circle (RFC 1035 section 4.1.4).
   */
  name(): Buffer {
    const labels: Buffer[] = [];
    let length = 1;
    let position = this.offset;
    let start = position;
    let next: number | undefined;
    for (;;) {
      const octet = this.packet[position];
      if (octet === undefined) throw new MalformedPacket('The packet ends within a name.');
      if (octet >= 0xc0) {
        const low = this.packet[position + 1];
        if (low === undefined) throw new MalformedPacket('The packet ends within a name.');
        next ??= position + 2;
        const target = ((octet & 0x3f) << 8) | low;
        if (target >= start) throw new MalformedPacket('A compressed name does not point backwards.');
        position = target;
        start = target;
        continue;
      }
      if (!isLabelLength(octet)) throw new MalformedPacket('A name has a label of an unknown kind.');
      const end = position + 1 + octet;
      if (end > this.packet.length) throw new MalformedPacket('The packet ends within a name.');
      labels.push(this.packet.subarray(position, end));
      position = end;
      if (octet === 0) break;
      length += octet + 1;
      if (length > MAX_NAME_OCTETS) throw new MalformedPacket('A name is longer than 255 octets.');
    }
    this.offset = next ?? position;
    return Buffer.concat(labels);
  }
}
