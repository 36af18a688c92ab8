import { randomOctet } from './chance.js';
import { CLASS_IN, TYPE } from './codes.js';
import { encodeOptions, OPT_HEAD_OCTETS, writeOpt } from './edns.js';
import { nameRoom, writeName } from './name.js';

export type QuestionType = 'A' | 'NS' | 'CNAME' | 'SOA' | 'TXT' | 'AAAA' | 'DS' | 'DNSKEY' | 'CAA';

export interface Question {
  /** Absolute, in lower case. */
  name: string;
  type: QuestionType;
}

export interface QueryOptions {
  /** Default false, as one asks authoritative servers. */
  recursionDesired?: boolean;
  /** CD: a validating resolver then answers what it holds for bogus. */
  checkingDisabled?: boolean;
  /** DO: signatures and denials are to come with the answer. */
  dnssec?: boolean;
  /** False: no OPT record. Default true, with 1,232 bytes. */
  edns?: boolean;
  /** EDNS Client Subnet (RFC 7871): `192.0.2.0/24`, `2001:db8::/56`, `0.0.0.0/0` for "do not tell". */
  clientSubnet?: string;
  /** Ask for the server's name for itself (RFC 5001). */
  nsid?: boolean;
  /** Random letter case in the question (0x20), which an honest server sends back as it came. Default true. */
  mixedCase?: boolean;
}

/** A question as sent: header, question at 12 up to `questionEnd`, and the OPT record. */
export interface Query {
  bytes: Buffer;
  questionEnd: number;
}

/** `other`: no response to this query. `case`: a response in everything but the letter case of its name. */
export type Match = 'response' | 'case' | 'other';

const HEADER_OCTETS = 12;
/** Type and class. */
const QUESTION_TAIL_OCTETS = 4;
const RECURSION_DESIRED = 0x01_00;
const CHECKING_DISABLED = 0x00_10;
const FORMERR = 1;
const NOTIMP = 4;

/**
 * A query with a random id from the system's source of random numbers.
 *
 * @throws DnsError `INVALID_NAME`; `INVALID_VALUE` for a client subnet that is none.
 */
export function encodeQuery({ name, type }: Question, options: QueryOptions = {}): Query {
  const { recursionDesired, checkingDisabled, dnssec = false, edns = true, mixedCase = true } = options;
  const optOptions = edns ? encodeOptions(options) : undefined;
  const optRoom = optOptions ? OPT_HEAD_OCTETS + optOptions.length : 0;
  const bytes = Buffer.allocUnsafe(HEADER_OCTETS + nameRoom(name) + QUESTION_TAIL_OCTETS + optRoom);
  bytes[0] = randomOctet();
  bytes[1] = randomOctet();
  const flags = (recursionDesired ? RECURSION_DESIRED : 0) | (checkingDisabled ? CHECKING_DISABLED : 0);
  bytes.writeUInt16BE(flags, 2);
  // One question, no records but OPT.
  bytes.writeUInt16BE(1, 4);
  bytes.writeUInt32BE(0, 6);
  bytes.writeUInt16BE(optOptions ? 1 : 0, 10);
  const nameEnd = writeName(name, bytes, HEADER_OCTETS);
  if (mixedCase) mixCase(bytes, nameEnd);
  bytes.writeUInt16BE(TYPE[type], nameEnd);
  bytes.writeUInt16BE(CLASS_IN, nameEnd + 2);
  const questionEnd = nameEnd + QUESTION_TAIL_OCTETS;
  const end = optOptions ? writeOpt(bytes, questionEnd, dnssec, optOptions) : questionEnd;
  return { bytes: bytes.subarray(0, end), questionEnd };
}

/** Each letter large or small by chance. */
function mixCase(bytes: Buffer, end: number): void {
  let bits = 0;
  for (let index = HEADER_OCTETS; index < end; index += 1) {
    // A one above the eight bits tells when they are used up.
    if (bits <= 1) bits = 0x100 | randomOctet();
    if (isLetter(bytes[index]!)) {
      bytes[index]! ^= (bits & 1) << 5;
      bits >>>= 1;
    }
  }
}

/** Whether a packet is the response to exactly this query: its id, and its one question. */
export function matchResponse(query: Query, packet: Buffer): Match {
  const { bytes, questionEnd } = query;
  if (packet.length < questionEnd || !isResponseTo(query, packet) || packet.readUInt16BE(4) !== 1)
    return 'other';
  const nameEnd = questionEnd - QUESTION_TAIL_OCTETS;
  let match: Match = 'response';
  for (let index = HEADER_OCTETS; index < questionEnd; index += 1) {
    const octet = bytes[index]!;
    const difference = octet ^ packet[index]!;
    if (difference === 0) continue;
    if (difference !== 0x20 || !isLetter(octet) || index >= nameEnd) return 'other';
    match = 'case';
  }
  return match;
}

/**
 * Whether a packet says nothing but that the query could not be read or is not supported, as old servers answer EDNS: a bare
 * header. Its id alone ties it to the query, so it is worth something only where nobody else can send.
 */
export function isBareRefusal(query: Query, packet: Buffer): boolean {
  if (packet.length !== HEADER_OCTETS || !isResponseTo(query, packet)) return false;
  const rcode = packet[3]! & 0x0f;
  return packet.readUInt16BE(4) === 0 && (rcode === FORMERR || rcode === NOTIMP);
}

/** By its id, and as a response to a standard query. */
function isResponseTo({ bytes }: Query, packet: Buffer): boolean {
  // QR is set, and the four bits of the opcode are not.
  return packet[0] === bytes[0] && packet[1] === bytes[1] && (packet[2]! & 0xf8) === 0x80;
}

/** Label lengths are below the letters. */
function isLetter(octet: number): boolean {
  const lower = octet | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
