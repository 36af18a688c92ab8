import { DnsError } from '@domainproof/core';
import { MalformedPacket } from './malformed.js';

/** RFC 1035 section 2.3.4; a name counts its length octets and the root. */
const MAX_LABEL_OCTETS = 63;
const MAX_NAME_OCTETS = 255;
const HEADER_OCTETS = 12;
/** A pointer stands for at least one label, and a name holds no more than these. */
const MAX_POINTERS = 127;
/**
 * Octets and pointers of all expanded names of one packet: four times the largest packet. 64 KiB can hold 10,000 pointers to
 * a name of 255 octets; an honest packet, full of records with names of usual length, stays far below.
 */
const MAX_STEPS = 262_144;

const DOT = 0x2e;
const BACKSLASH = 0x5c;
const ZERO = 0x30;

/** For every octet what stands for it in text: itself in lower case, or 0 if it takes an escape. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, octet) => {
  if (octet >= 0x41 && octet <= 0x5a) return octet | 0x20;
  return octet > 0x20 && octet < 0x7f && octet !== DOT && octet !== BACKSLASH ? octet : 0;
});

/** Room for a name of escapes only (`\000`). */
const text = Buffer.allocUnsafe(4 * MAX_NAME_OCTETS);

/**
 * Names of one packet, as text in lower case with final dot. A dot or backslash within a label is escaped (`\.`, `\\`), and
 * whatever is not printable ASCII (`\255`; RFC 1035 section 5.1), so that different names never have the same text.
 */
export class NameReader {
  /** Where the packet goes on after the name that was read last. */
  end = 0;
  readonly #packet: Buffer;
  #steps = 0;
  /** The name read last that began here: nearly every record points to its owner in the question. */
  #knownAt = -1;
  #known = '';

  constructor(packet: Buffer) {
    this.#packet = packet;
  }

  read(start: number): string {
    const first = this.#packet[start];
    if (first === undefined || first < 0xc0) {
      const name = this.#expand(start, start);
      this.#remember(start, name);
      return name;
    }
    const target = this.#pointer(start, start);
    this.end = start + 2;
    if (target === this.#knownAt) return this.#known;
    const name = this.#expand(target, target);
    this.end = start + 2;
    this.#remember(target, name);
    return name;
  }

  #remember(start: number, name: string): void {
    this.#knownAt = start;
    this.#known = name;
  }

  /** Expands the name at `at`; sets `end`. Pointers may lead before `segment` only, where the part under way begins. */
  #expand(at: number, segment: number): string {
    const packet = this.#packet;
    let octets = 1;
    let length = 0;
    let pointers = 0;
    for (;;) {
      const size = packet[at];
      if (size === undefined) throw new MalformedPacket('The packet ends within a name.');
      if (size >= 0xc0) {
        const target = this.#pointer(at, segment);
        if (pointers === 0) this.end = at + 2;
        pointers += 1;
        if (pointers > MAX_POINTERS) throw new MalformedPacket('A name is made of too many pointers.');
        at = target;
        segment = target;
        continue;
      }
      if (size > MAX_LABEL_OCTETS) throw new MalformedPacket('A label has an unknown form.');
      at += 1;
      if (size === 0) break;
      const labelEnd = at + size;
      octets += 1 + size;
      if (octets > MAX_NAME_OCTETS) throw new MalformedPacket('A name is longer than 255 octets.');
      if (labelEnd > packet.length) throw new MalformedPacket('The packet ends within a name.');
      for (; at < labelEnd; at += 1) {
        const plain = PLAIN[packet[at]!]!;
        if (plain === 0) length = writeEscaped(packet[at]!, length);
        else text[length++] = plain;
      }
      text[length++] = DOT;
    }
    if (pointers === 0) this.end = at;
    this.#steps += octets + pointers;
    if (this.#steps > MAX_STEPS)
      throw new MalformedPacket('The names of the packet cost too much to expand.');
    return length === 0 ? '.' : text.toString('latin1', 0, length);
  }

  #pointer(at: number, before: number): number {
    const low = this.#packet[at + 1];
    if (low === undefined) throw new MalformedPacket('The packet ends within a name.');
    const target = ((this.#packet[at]! & 0x3f) << 8) | low;
    // RFC 1035 section 4.1.4: to a prior occurrence of a name, so never forward, and never in a circle.
    if (target >= before || target < HEADER_OCTETS)
      throw new MalformedPacket('A pointer in a name does not lead back to a name.');
    return target;
  }
}

function writeEscaped(octet: number, length: number): number {
  text[length++] = BACKSLASH;
  if (octet === DOT || octet === BACKSLASH) {
    text[length++] = octet;
    return length;
  }
  text[length++] = ZERO + Math.floor(octet / 100);
  text[length++] = ZERO + (Math.floor(octet / 10) % 10);
  text[length++] = ZERO + (octet % 10);
  return length;
}

/** The octets that `writeName` needs at most. */
export function nameRoom(name: string): number {
  return name.length + 2;
}

/**
 * Writes a name, given as `NameReader` gives it; the final dot may be missing. Returns the offset after it.
 *
 * @throws DnsError `INVALID_NAME` for what is no domain name.
 */
export function writeName(name: string, bytes: Buffer, start: number): number {
  if (name === '') throw invalid(name, 'it is empty');
  let label = start;
  let offset = start + 1;
  const end = name.length;
  if (name !== '.')
    for (let index = 0; index < end; index += 1) {
      const code = name.charCodeAt(index);
      if (code === DOT) {
        closeLabel(name, bytes, label, offset);
        label = offset;
        offset += 1;
      } else if (code === BACKSLASH) {
        const escaped = /\\(?:(\d{3})|([ -/:-~]))/y;
        escaped.lastIndex = index;
        const match = escaped.exec(name);
        const octet = match ? (match[2]?.charCodeAt(0) ?? Number(match[1])) : 256;
        if (octet > 255) throw invalid(name, 'a backslash begins no escape');
        bytes[offset++] = octet;
        index += match![0].length - 1;
      } else {
        if (code > 0x7f) throw invalid(name, 'it holds a character outside of ASCII');
        bytes[offset++] = code;
      }
    }
  if (offset > label + 1) {
    closeLabel(name, bytes, label, offset);
    label = offset;
  }
  bytes[label] = 0;
  if (label + 1 - start > MAX_NAME_OCTETS) throw invalid(name, 'it is longer than 255 octets');
  return label + 1;
}

function closeLabel(name: string, bytes: Buffer, label: number, end: number): void {
  const size = end - label - 1;
  if (size === 0) throw invalid(name, 'it has an empty label');
  if (size > MAX_LABEL_OCTETS)
    throw invalid(name, `a label of it has ${size} octets, and a label holds at most 63`);
  bytes[label] = size;
}

function invalid(name: string, why: string): DnsError {
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name);
  return new DnsError('INVALID_NAME', `${shown} is not a domain name: ${why}.`);
}
