import type { BackendCall } from '@domainproof/provider-testkit';
import { COUNTS_AT, type Dissected, dissect, UPDATE } from './message.js';

const TYPE_NAMES: Readonly<Record<number, string>> = {
  1: 'A',
  5: 'CNAME',
  6: 'SOA',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  255: 'ANY',
};

/** What a message asks for, in the words in which the adapter reports its requests. An UPDATE that changes nothing only checks its prerequisites. */
export function operationOf(message: Buffer): BackendCall {
  const { opcode, question, authority } = dissect(message);
  if (opcode !== UPDATE)
    return { operation: `Query ${TYPE_NAMES[question.type] ?? question.type}`, write: false };
  return authority.length === 0 ? { operation: 'Check', write: false } : { operation: 'Update', write: true };
}

export const RCODE = { NOERROR: 0, SERVFAIL: 2 } as const;

/** An answer to a message, without records: header and question, or the header alone. */
export function bareAnswer(message: Buffer, rcode: number, { withQuestion = true } = {}): Buffer {
  const { question }: Dissected = dissect(message);
  const answer = Buffer.from(message.subarray(0, withQuestion ? question.end : 12));
  answer.writeUInt8((answer.readUInt8(2) & 0x78) | 0x84, 2); // QR and AA; the opcode stays.
  answer.writeUInt8(rcode, 3);
  answer.writeUInt16BE(withQuestion ? 1 : 0, COUNTS_AT.question);
  for (const at of [COUNTS_AT.answers, COUNTS_AT.authority, COUNTS_AT.additional])
    answer.writeUInt16BE(0, at);
  return answer;
}

/** By number (RFC 1035 section 4.1.1, RFC 2136 section 2.2). */
export const RCODES = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
] as const;

export function rcodeOf(answer: Buffer): string {
  return RCODES[answer.readUInt8(3) & 0xf] ?? 'another code';
}
