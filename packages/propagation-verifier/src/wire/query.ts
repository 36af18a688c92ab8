import { randomBytes, randomInt } from 'node:crypto';
import { CHECKING_DISABLED, DNSSEC_OK, encode, type PacketOpt, RECURSION_DESIRED } from 'dns-packet';

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

const HEADER_BYTES = 12;
/** The largest UDP answer that passes without fragments nearly everywhere (DNS flag day 2020). */
const UDP_PAYLOAD_BYTES = 1_232;

/** A query with a random id from the system's source of random numbers. */
export function encodeQuery({ name, type }: Question, options: QueryOptions = {}): Query {
  const {
    recursionDesired,
    checkingDisabled,
    dnssec,
    edns = true,
    clientSubnet,
    nsid,
    mixedCase = true,
  } = options;
  const optOptions: PacketOpt[] = [];
  if (clientSubnet !== undefined) {
    const [ip, length] = clientSubnet.split('/') as [string, string];
    optOptions.push({
      code: 'CLIENT_SUBNET',
      ip,
      sourcePrefixLength: Number(length),
    } as unknown as PacketOpt);
  }
  if (nsid) optOptions.push({ code: 'NSID', data: Buffer.alloc(0) } as unknown as PacketOpt);
  const bytes = encode({
    type: 'query',
    id: randomInt(0x10000),
    flags: (recursionDesired ? RECURSION_DESIRED : 0) | (checkingDisabled ? CHECKING_DISABLED : 0),
    questions: [{ name, type, class: 'IN' }],
    additionals: edns
      ? [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: UDP_PAYLOAD_BYTES,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: dnssec ? DNSSEC_OK : 0,
            flag_do: dnssec ?? false,
            options: optOptions,
          },
        ]
      : [],
  });
  let end = HEADER_BYTES;
  while (bytes[end] !== 0) end += 1 + bytes[end]!;
  if (mixedCase) mixCase(bytes, end);
  return { bytes, questionEnd: end + 5 };
}

function mixCase(bytes: Buffer, end: number): void {
  const bits = randomBytes(end - HEADER_BYTES);
  for (let index = HEADER_BYTES; index < end; index += 1) {
    const byte = bytes[index]!;
    if (byte >= 0x61 && byte <= 0x7a && (bits[index - HEADER_BYTES]! & 1) === 1) bytes[index] = byte & ~0x20;
  }
}

/** Whether a packet is the response to exactly this query: its id, and its one question. */
export function matchResponse(query: Query, packet: Buffer): Match {
  const { bytes, questionEnd } = query;
  if (packet.length < questionEnd || packet.readUInt16BE(0) !== bytes.readUInt16BE(0)) return 'other';
  const isResponse = (packet[2]! & 0x80) !== 0;
  const opcode = packet[2]! & 0x78;
  if (!isResponse || opcode !== 0 || packet.readUInt16BE(4) !== 1) return 'other';
  if (packet.compare(bytes, HEADER_BYTES, questionEnd, HEADER_BYTES, questionEnd) === 0) return 'response';
  const nameEnd = questionEnd - 4;
  if (packet.compare(bytes, nameEnd, questionEnd, nameEnd, questionEnd) !== 0) return 'other';
  for (let index = HEADER_BYTES; index < nameEnd; index += 1)
    if (lowerCase(packet[index]!) !== lowerCase(bytes[index]!)) return 'other';
  return 'case';
}

function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
