import { CLASS, OPCODE, TYPE } from './codes.js';
import { HEADER_OCTETS, type ResourceRecord } from './message.js';
import { nameOctets } from './name.js';

/** Most octets of a message over TCP (RFC 1035 section 4.2.2). */
export const MAX_MESSAGE_OCTETS = 65_535;
/** A pointer of a compressed name has 14 bits. */
const MAX_POINTER = 0x3fff;

/** A request to be signed and sent. */
export interface Request {
  id: number;
  opcode: number;
  /** Of the question, or the zone of an update. */
  name: string;
  type: number;
  packet: Buffer;
}

/** A question that is not to be answered from elsewhere: recursion is not desired. */
export function queryRequest(id: number, name: string, type: number): Request {
  const packet = new RequestWriter(id, OPCODE.QUERY, name, type).packet([], []);
  return { id, opcode: OPCODE.QUERY, name, type, packet };
}

/** An UPDATE (RFC 2136 section 2). Without `updates` it changes nothing, and tells whether the prerequisites hold. */
export function updateRequest(
  id: number,
  zone: string,
  prerequisites: readonly ResourceRecord[],
  updates: readonly ResourceRecord[],
): Request {
  const packet = new RequestWriter(id, OPCODE.UPDATE, zone, TYPE.SOA).packet(prerequisites, updates);
  return { id, opcode: OPCODE.UPDATE, name: zone, type: TYPE.SOA, packet };
}

class RequestWriter {
  readonly #parts: Buffer[] = [];
  #length = 0;
  /** Offsets of the names, and of what they end in, that were written before. */
  readonly #written = new Map<string, number>();
  readonly #header = Buffer.alloc(HEADER_OCTETS);

  constructor(id: number, opcode: number, name: string, type: number) {
    this.#header.writeUInt16BE(id, 0);
    this.#header.writeUInt16BE(opcode << 11, 2);
    this.#header.writeUInt16BE(1, 4);
    this.#add(this.#header);
    this.#name(name);
    this.#add(uint16s(type, CLASS.IN));
  }

  packet(answers: readonly ResourceRecord[], authority: readonly ResourceRecord[]): Buffer {
    this.#header.writeUInt16BE(answers.length, 6);
    this.#header.writeUInt16BE(authority.length, 8);
    for (const { name, type, class: rclass, ttl, rdata } of [...answers, ...authority]) {
      this.#name(name);
      const head = Buffer.alloc(10);
      head.writeUInt16BE(type, 0);
      head.writeUInt16BE(rclass, 2);
      head.writeUInt32BE(ttl, 4);
      head.writeUInt16BE(rdata.length, 8);
      this.#add(head);
      this.#add(rdata);
    }
    return Buffer.concat(this.#parts);
  }

  #name(name: string): void {
    const labels = name.slice(0, -1).split('.');
    for (const [index, label] of labels.entries()) {
      const suffix = labels.slice(index).join('.');
      const at = this.#written.get(suffix);
      if (at !== undefined) {
        this.#add(uint16s(0xc000 | at));
        return;
      }
      if (this.#length <= MAX_POINTER) this.#written.set(suffix, this.#length);
      this.#add(nameOctets(label)!.subarray(0, -1));
    }
    this.#add(Buffer.from([0]));
  }

  #add(part: Buffer): void {
    this.#parts.push(part);
    this.#length += part.length;
  }
}

function uint16s(...numbers: number[]): Buffer {
  const octets = Buffer.alloc(2 * numbers.length);
  for (const [index, number] of numbers.entries()) octets.writeUInt16BE(number, 2 * index);
  return octets;
}
