import { createHmac } from 'node:crypto';
import { CLASS, TYPE } from '../../src/wire/codes.js';
import type { Message } from '../../src/wire/message.js';
import { canonicalName, nameOctets } from '../../src/wire/name.js';
import type { StoredRecord } from './zone-data.js';

export const KEY_NAME = 'proof.example.org';
export const SECRET = 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMw==';
const MACS = { 'hmac-sha256.': 'sha256', 'hmac-sha512.': 'sha512', 'hmac-sha1.': 'sha1' } as const;

/** What a request was, as the events of the provider name it. */
export interface SeenRequest {
  operation: string;
  message: Message;
  packet: Buffer;
}

/** How the TSIG record of an answer is made. */
export interface Signing {
  /** Seconds since 1970. */
  time?: number;
  error?: number;
  otherData?: Buffer;
  keyName?: string;
  algorithm?: string;
  secret?: string;
  /** Octets of the MAC that are sent. */
  macOctets?: number;
}

export interface AnswerParts {
  rcode?: number;
  flags?: number;
  answers?: readonly (StoredRecord & { class?: number })[];
  authority?: readonly StoredRecord[];
  /** Left out of the answer. */
  question?: false;
}

/** An answer to a request, signed with the key of the test unless it is said otherwise. */
export function answer(
  { message }: SeenRequest,
  { rcode = 0, flags = 0, answers = [], authority = [], question }: AnswerParts,
  signing: Signing | 'unsigned' = {},
): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(message.id, 0);
  header.writeUInt16BE(0x8000 | (message.opcode << 11) | flags | rcode, 2);
  header.writeUInt16BE(question === false ? 0 : 1, 4);
  header.writeUInt16BE(answers.length, 6);
  header.writeUInt16BE(authority.length, 8);
  const asked = message.questions[0]!;
  const parts: Buffer[] = [header];
  if (question !== false) parts.push(nameOctets(asked.name)!, uint16(asked.type), uint16(CLASS.IN));
  for (const one of [...answers, ...authority])
    parts.push(
      nameOctets(one.name)!,
      uint16(one.type),
      uint16((one as { class?: number }).class ?? CLASS.IN),
      uint32(one.ttl),
      uint16(one.rdata.length),
      one.rdata,
    );
  const bare = Buffer.concat(parts);
  if (signing === 'unsigned' || !message.tsig) return bare;
  return signed(bare, message, signing);
}

/** RFC 8945 section 4.3, written down a second time on purpose: the provider's own code does not prove itself. */
export function signed(bare: Buffer, { tsig, id }: Message, signing: Signing = {}): Buffer {
  const algorithm = signing.algorithm ?? textOf(tsig!.algorithm);
  const digest = MACS[algorithm as keyof typeof MACS];
  const time = Buffer.alloc(8);
  time.writeUIntBE(signing.time ?? Math.floor(Date.now() / 1000), 0, 6);
  time.writeUInt16BE(300, 6);
  const other = signing.otherData ?? Buffer.alloc(0);
  const key = nameOctets(signing.keyName ?? KEY_NAME)!;
  const variables = Buffer.concat([
    canonicalName(key),
    uint16(CLASS.ANY),
    uint32(0),
    nameOctets(algorithm)!,
    time,
    uint16(signing.error ?? 0),
    uint16(other.length),
    other,
  ]);
  const mac = createHmac(digest, Buffer.from(signing.secret ?? SECRET, 'base64'))
    .update(uint16(tsig!.mac.length))
    .update(tsig!.mac)
    .update(bare)
    .update(variables)
    .digest()
    .subarray(0, signing.macOctets);
  const rdata = Buffer.concat([
    nameOctets(algorithm)!,
    time,
    uint16(mac.length),
    mac,
    uint16(id),
    uint16(signing.error ?? 0),
    uint16(other.length),
    other,
  ]);
  const whole = Buffer.concat([
    bare,
    key,
    uint16(TYPE.TSIG),
    uint16(CLASS.ANY),
    uint32(0),
    uint16(rdata.length),
    rdata,
  ]);
  whole.writeUInt16BE(whole.readUInt16BE(10) + 1, 10);
  return whole;
}

function textOf(octets: Buffer): string {
  return `${octets.toString('latin1', 1, octets.length - 1)}.`;
}

function uint16(number: number): Buffer {
  return Buffer.from([number >> 8, number & 0xff]);
}

function uint32(number: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(number);
  return octets;
}
