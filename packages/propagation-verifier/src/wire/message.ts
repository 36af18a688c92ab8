import { randomInt } from 'node:crypto';
import { canonicalValue } from '@domainproof/core';
import {
  type Answer,
  type DecodedPacket,
  decode,
  encode,
  type OptAnswer,
  RECURSION_DESIRED,
} from 'dns-packet';

export type QuestionType = 'TXT' | 'CNAME' | 'NS' | 'A' | 'AAAA' | 'SOA';

export interface Question {
  name: string;
  type: QuestionType;
}

/** A question as sent: `bytes` holds header, question and EDNS record, the question at 12 up to `questionEnd`. */
export interface Query {
  bytes: Buffer;
  questionEnd: number;
}

/** What this package reads of a record. Names are in lower case with final dot. */
export type ResourceRecord =
  | { type: 'TXT'; name: string; text: Buffer }
  | { type: 'CNAME' | 'NS'; name: string; target: string }
  | { type: 'A' | 'AAAA'; name: string; address: string }
  | { type: 'SOA'; name: string };

export interface Message {
  /** `NOERROR`, `NXDOMAIN`, …; `RCODE_16` and up for the extended codes of EDNS. */
  rcode: string;
  authoritative: boolean;
  answers: readonly ResourceRecord[];
  authority: readonly ResourceRecord[];
  additional: readonly ResourceRecord[];
}

const HEADER_BYTES = 12;
/** The largest UDP answer that passes without fragments nearly everywhere (DNS flag day 2020). */
const UDP_PAYLOAD_BYTES = 1_232;
/** Smallest question and smallest record on the wire: a root or a pointer as the name, and the fixed fields. */
const MIN_QUESTION_BYTES = 5;
const MIN_RECORD_BYTES = 11;
/** No honest answer holds more, and compressed names in many records would cost much time to expand. */
const MAX_RECORDS = 500;

/** A question with a random id. */
export function encodeQuery(question: Question, recursionDesired: boolean): Query {
  const { name, type } = question;
  const bytes = encode({
    type: 'query',
    id: randomInt(0x10000),
    flags: recursionDesired ? RECURSION_DESIRED : 0,
    questions: [{ name, type, class: 'IN' }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: UDP_PAYLOAD_BYTES,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  });
  return { bytes, questionEnd: bytes.length - MIN_RECORD_BYTES };
}

/** True for a response to exactly this query: its id, and its one question in any letter case. */
export function isResponseTo(query: Query, packet: Buffer): boolean {
  const { bytes, questionEnd } = query;
  if (packet.length < questionEnd || packet.readUInt16BE(0) !== bytes.readUInt16BE(0)) return false;
  const isResponse = (packet[2]! & 0x80) !== 0;
  const opcode = packet[2]! & 0x78;
  if (!isResponse || opcode !== 0 || packet.readUInt16BE(4) !== 1) return false;
  const nameEnd = questionEnd - 4;
  for (let index = HEADER_BYTES; index < nameEnd; index += 1)
    if (lowerCase(packet[index]!) !== lowerCase(bytes[index]!)) return false;
  return packet.compare(bytes, nameEnd, questionEnd, nameEnd, questionEnd) === 0;
}

export function isTruncated(packet: Buffer): boolean {
  return (packet[2]! & 0x02) !== 0;
}

/**
 * Reads a packet that `isResponseTo` took.
 *
 * @throws Error if it breaks the protocol or holds more records than any honest answer.
 */
export function decodeMessage(packet: Buffer): Message {
  // The library makes arrays of the header's counts before it reads, so that 12 bytes could cost megabytes.
  const records = packet.readUInt16BE(6) + packet.readUInt16BE(8) + packet.readUInt16BE(10);
  const leastBytes = HEADER_BYTES + MIN_QUESTION_BYTES + MIN_RECORD_BYTES * records;
  if (leastBytes > packet.length || records > MAX_RECORDS)
    throw new Error('The header counts more records than the packet holds.');
  const decoded = decode(packet) as DecodedPacket & { rcode: string };
  const opt = decoded.additionals?.find((record): record is OptAnswer => record.type === 'OPT');
  return {
    rcode: opt?.extendedRcode ? `RCODE_${(opt.extendedRcode << 4) | (packet[3]! & 0x0f)}` : decoded.rcode,
    authoritative: decoded.flag_aa,
    answers: readRecords(decoded.answers),
    authority: readRecords(decoded.authorities),
    additional: readRecords(decoded.additionals),
  };
}

function readRecords(records: readonly Answer[] | undefined): ResourceRecord[] {
  return (records ?? []).flatMap((record) => readRecord(record) ?? []);
}

function readRecord(record: Answer): ResourceRecord | undefined {
  if (record.type === 'OPT' || (record as { class?: string }).class !== 'IN') return undefined;
  const name = absolute(record.name);
  switch (record.type) {
    case 'TXT':
      return { type: 'TXT', name, text: Buffer.concat(record.data as Buffer[]) };
    case 'CNAME':
    case 'NS':
      return { type: record.type, name, target: absolute(record.data) };
    case 'A':
    case 'AAAA':
      return { type: record.type, name, address: canonicalValue(record.type, record.data) };
    case 'SOA':
      return { type: 'SOA', name };
    default:
      return undefined;
  }
}

function absolute(name: string): string {
  return name === '.' ? name : `${name.toLowerCase()}.`;
}

function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
