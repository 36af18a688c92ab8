import type { Answer, DecodedPacket, OptAnswer, RecordType } from 'dns-packet';
import { decode, encode } from 'dns-packet';

export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;

/** UDP payload that both sides of this package offer (the figure of DNS flag day 2020). */
export const UDP_PAYLOAD = 1232;
/** UDP payload of a peer without EDNS (RFC 1035 section 4.2.1). */
const PLAIN_UDP_PAYLOAD = 512;
/** Longest message over TCP: its length prefix has 16 bits. */
const TCP_PAYLOAD = 65_535;
const HEADER = 12;
/** More records than any honest message here has. It bounds what one packet costs to decode. */
const MAX_RECORDS = 400;

const FLAG_QR = 0x8000;
const FLAG_AA = 0x0400;
const FLAG_TC = 0x0200;
const FLAG_RD = 0x0100;
const FLAG_RA = 0x0080;
const FLAG_CD = 0x0010;
const FLAG_EDNS_DO = 0x8000;

export interface Question {
  /** As it was asked, upper and lower case kept, absolute. */
  name: string;
  /** `name` in lower case. */
  key: string;
  /** `TXT`, `A`, …; `UNKNOWN_65` for a type without a mnemonic here. */
  type: string;
}

/** A question that is well-formed and in class IN. */
export interface Query {
  id: number;
  recursionDesired: boolean;
  checkingDisabled: boolean;
  question: Question;
  edns?: { payloadSize: number; dnssecOk: boolean };
}

export interface Reply {
  rcode: number;
  authoritative?: boolean;
  recursionAvailable?: boolean;
  answers?: readonly Answer[];
  authorities?: readonly Answer[];
  additionals?: readonly Answer[];
}

export type Transport = 'udp' | 'tcp';

/**
 * Reads what a stranger sent: a query, or the finished message that rejects it, or undefined where no answer is due
 * (less than a header, or itself a response, which answered could start a loop).
 */
export function readQuery(message: Buffer): Query | Buffer | undefined {
  if (message.length < HEADER || message.readUInt16BE(2) & FLAG_QR) return undefined;
  const flags = message.readUInt16BE(2);
  if (((flags >> 11) & 0xf) !== 0) return bareError(message, RCODE.NOTIMP);
  // One question, no answers: what else a query can hold stands in the additional section (EDNS, TSIG).
  if (message.readUInt16BE(4) !== 1 || message.readUInt16BE(6) !== 0 || message.readUInt16BE(8) !== 0)
    return bareError(message, RCODE.FORMERR);
  const packet = hasPlainQuestion(message) ? decodeMessage(message) : undefined;
  const asked = packet?.questions?.[0];
  if (!packet || !asked) return bareError(message, RCODE.FORMERR);
  if (asked.class !== 'IN') return bareError(message, RCODE.REFUSED);
  const opts = (packet.additionals ?? []).filter((record): record is OptAnswer => record.type === 'OPT');
  const opt = opts[0];
  if (opts.length > 1) return bareError(message, RCODE.FORMERR);
  const name = absolute(asked.name);
  const query: Query = {
    id: message.readUInt16BE(0),
    recursionDesired: (flags & FLAG_RD) !== 0,
    checkingDisabled: (flags & FLAG_CD) !== 0,
    question: { name, key: name.toLowerCase(), type: asked.type },
    ...(opt && { edns: { payloadSize: opt.udpPayloadSize, dnssecOk: opt.flag_do } }),
  };
  if (opt && opt.ednsVersion !== 0) return writeReply(query, { rcode: RCODE.BADVERS }, 'udp');
  return query;
}

/**
 * The message of a reply. Over UDP one that is larger than the client's payload size becomes an empty one with TC set,
 * which sends the client to TCP.
 */
export function writeReply(query: Query, reply: Reply, transport: Transport): Buffer {
  const limit =
    transport === 'tcp'
      ? TCP_PAYLOAD
      : Math.max(PLAIN_UDP_PAYLOAD, Math.min(query.edns?.payloadSize ?? PLAIN_UDP_PAYLOAD, UDP_PAYLOAD));
  const whole = encodeReply(query, reply, 0);
  if (whole.length <= limit) return whole;
  const empty = { ...reply, answers: [], authorities: [], additionals: [] };
  if (transport === 'tcp') return encodeReply(query, { ...empty, rcode: RCODE.SERVFAIL }, 0);
  return encodeReply(query, empty, FLAG_TC);
}

function encodeReply(query: Query, reply: Reply, extraFlags: number): Buffer {
  const flags =
    (reply.authoritative ? FLAG_AA : 0) |
    (reply.recursionAvailable ? FLAG_RA : 0) |
    (query.recursionDesired ? FLAG_RD : 0) |
    (query.checkingDisabled ? FLAG_CD : 0) |
    extraFlags |
    (reply.rcode & 0xf);
  const opt: OptAnswer[] = query.edns ? [edns(reply.rcode >> 4, query.edns.dnssecOk ? FLAG_EDNS_DO : 0)] : [];
  return encode({
    type: 'response',
    id: query.id,
    flags,
    questions: [{ name: query.question.name, type: query.question.type as RecordType, class: 'IN' }],
    answers: [...(reply.answers ?? [])],
    authorities: [...(reply.authorities ?? [])],
    additionals: [...(reply.additionals ?? []), ...opt],
  });
}

/** A question to a name server, with EDNS. */
export function writeQuery(id: number, question: Question, recursionDesired: boolean): Buffer {
  return encode({
    type: 'query',
    id,
    flags: recursionDesired ? FLAG_RD : 0,
    questions: [{ name: question.name, type: question.type as RecordType, class: 'IN' }],
    additionals: [edns(0, 0)],
  });
}

/** Undefined for what is no well-formed message, or has more records than its length or sense allow. */
export function decodeMessage(message: Buffer): DecodedPacket | undefined {
  if (message.length < HEADER) return undefined;
  const questions = message.readUInt16BE(4);
  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  // The decoder allocates by these counts before it reads on. A question takes 5 bytes at least, a record 11.
  if (questions + records > MAX_RECORDS || HEADER + 5 * questions + 11 * records > message.length)
    return undefined;
  try {
    const packet = decode(message);
    return decode.bytes === message.length ? packet : undefined;
  } catch {
    return undefined;
  }
}

/** The decoder leaves the final dot away, but for the root. */
export function absolute(decodedName: string): string {
  return decodedName === '.' ? '.' : `${decodedName}.`;
}

/** True if the question's name is uncompressed and of printable ASCII without dots in a label, so that text stands for exactly it. */
function hasPlainQuestion(message: Buffer): boolean {
  let at = HEADER;
  for (let length = message[at]; length !== undefined && length <= 63; length = message[at]) {
    if (length === 0) return true;
    for (const byte of message.subarray(at + 1, at + 1 + length))
      if (byte < 0x21 || byte > 0x7e || byte === 0x2e || byte === 0x5c) return false;
    at += 1 + length;
  }
  return false;
}

/** The query's header turned into an error without a body: the question itself may be what cannot be read. */
function bareError(message: Buffer, rcode: number): Buffer {
  const reply = Buffer.alloc(HEADER);
  const flags = message.readUInt16BE(2);
  reply.writeUInt16BE(message.readUInt16BE(0), 0);
  reply.writeUInt16BE(FLAG_QR | (flags & 0x7800) | (flags & FLAG_RD) | rcode, 2);
  return reply;
}

function edns(extendedRcode: number, flags: number): OptAnswer {
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize: UDP_PAYLOAD,
    extendedRcode,
    ednsVersion: 0,
    flags,
    flag_do: false,
    options: [],
  };
}
