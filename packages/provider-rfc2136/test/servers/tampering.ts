import {
  COUNTS_AT,
  type Dissected,
  dissect,
  type PlacedRecord,
  type PlacedTsig,
  tsigOf,
  wireName,
} from './message.js';
import { unsigned } from './signing.js';

/** Something that somebody on the way does to a signed UPDATE. */
export interface Tampering {
  what: string;
  tamper(message: Buffer): Buffer;
}

/**
 * Every field of a message with one prerequisite or more, one change and a signature; and what can be put in or left out. Not
 * among them is the id of the message: the signature covers the original one in the TSIG record, so that a forwarder may
 * choose another (RFC 8945 section 5.1).
 */
export const TAMPERINGS: readonly Tampering[] = [
  flip('header: opcode', () => 2, 0x08),
  flip('header: authoritative answer', () => 2, 0x04),
  flip('header: truncated', () => 2, 0x02),
  flip('header: recursion desired', () => 2, 0x01),
  flip('header: recursion available', () => 3, 0x80),
  flip('header: authentic data', () => 3, 0x20),
  flip('header: response code', () => 3, 0x01),
  flip('header: number of zones', () => COUNTS_AT.question + 1, 0x02),
  flip('header: number of prerequisites', () => COUNTS_AT.answers + 1, 0x01),
  flip('header: number of changes', () => COUNTS_AT.authority + 1, 0x02),
  flip('header: number of further records', () => COUNTS_AT.additional + 1, 0x02),
  flip('zone: name', ({ question }) => question.at + 1, 0x01),
  flip('zone: type', ({ question }) => question.typeAt + 1, 0x01),
  flip('zone: class', ({ question }) => question.classAt + 1, 0x02),
  ...fieldsOf('prerequisite', ({ answers }) => answers[0]),
  ...fieldsOf('change', ({ authority }) => authority[0]),
  flip('change: value', ({ authority }) => need(authority[0]).dataAt + 1, 0x01),
  ofTsig('signature: key name, of a key that is known', (message, tsig) =>
    splice(message, tsig.at, tsig.typeAt, wireName('colleague-key')),
  ),
  ofTsig('signature: key name, of a key that nobody has', (message, tsig) =>
    splice(message, tsig.at, tsig.typeAt, wireName('nobodys-key')),
  ),
  ofTsig('signature: type', (message, tsig) => flipped(message, tsig.typeAt + 1, 0x01)),
  ofTsig('signature: class', (message, tsig) => flipped(message, tsig.classAt + 1, 0x01)),
  ofTsig('signature: TTL', (message, tsig) => flipped(message, tsig.ttlAt + 3, 0x01)),
  ofTsig('signature: length', (message, tsig) => flipped(message, tsig.lengthAt + 1, 0x01)),
  ofTsig('signature: algorithm', (message, tsig) =>
    inTsig(message, tsig, tsig.algorithmAt, tsig.timeAt, wireName('hmac-sha512')),
  ),
  ofTsig('signature: time, by a second', (message, tsig) => flipped(message, tsig.timeAt + 5, 0x01)),
  ofTsig('signature: time, by years', (message, tsig) => flipped(message, tsig.timeAt + 2, 0x01)),
  ofTsig('signature: fudge', (message, tsig) => flipped(message, tsig.fudgeAt, 0x80)),
  ofTsig('signature: length of the MAC', (message, tsig) => flipped(message, tsig.macLengthAt + 1, 0x01)),
  ofTsig('signature: MAC', (message, tsig) => flipped(message, tsig.macAt, 0x01)),
  ofTsig('signature: MAC cut to half', (message, tsig) => {
    const half = tsig.mac.length / 2;
    const shorter = inTsig(message, tsig, tsig.macAt + half, tsig.originalIdAt, Buffer.alloc(0));
    shorter.writeUInt16BE(half, tsig.macLengthAt);
    return shorter;
  }),
  ofTsig('signature: MAC left out', (message, tsig) => {
    const shorter = inTsig(message, tsig, tsig.macAt, tsig.originalIdAt, Buffer.alloc(0));
    shorter.writeUInt16BE(0, tsig.macLengthAt);
    return shorter;
  }),
  ofTsig('signature: original id', (message, tsig) => flipped(message, tsig.originalIdAt + 1, 0x01)),
  ofTsig('signature: error', (message, tsig) => flipped(message, tsig.errorAt + 1, 0x12)),
  ofTsig('signature: other data', (message, tsig) => {
    const longer = inTsig(message, tsig, tsig.end, tsig.end, Buffer.from('later!'));
    longer.writeUInt16BE(6, tsig.otherLengthAt);
    return longer;
  }),
  {
    what: 'the prerequisites are left out',
    tamper: (message) => without(message, COUNTS_AT.answers, dissect(message).answers),
  },
  {
    what: 'another change is put in',
    tamper(message) {
      const { authority } = dissect(message);
      const { at, end } = need(authority[0]);
      const longer = splice(message, end, end, flipped(message, end - 1, 0x01).subarray(at, end));
      longer.writeUInt16BE(authority.length + 1, COUNTS_AT.authority);
      return longer;
    },
  },
  { what: 'the signature is left out', tamper: unsigned },
  ofTsig('the signature stands twice', (message, tsig) => {
    const twice = Buffer.concat([message, message.subarray(tsig.at)]);
    twice.writeUInt16BE(2, COUNTS_AT.additional);
    return twice;
  }),
  ofTsig('the signature is not the last record', (message, tsig) => {
    const { at, end } = need(dissect(message).authority[0]);
    const longer = Buffer.concat([message, message.subarray(at, end)]);
    longer.writeUInt16BE(2, COUNTS_AT.additional);
    return tsig.end === message.length ? longer : message;
  }),
];

/** The message with one bit of one octet turned; no letter changes its case by that, which names would not mind. */
export function withOctetTurned(message: Buffer, at: number): Buffer {
  return flipped(message, at, 0x01);
}

function fieldsOf(what: string, record: (dissected: Dissected) => PlacedRecord | undefined): Tampering[] {
  return [
    // Either a label's first letter, or a pointer to another place.
    flip(`${what}: name`, (dissected) => need(record(dissected)).at + 1, 0x01),
    flip(`${what}: type`, (dissected) => need(record(dissected)).typeAt + 1, 0x01),
    flip(`${what}: class`, (dissected) => need(record(dissected)).classAt + 1, 0x01),
    flip(`${what}: TTL`, (dissected) => need(record(dissected)).ttlAt + 3, 0x01),
    flip(`${what}: length`, (dissected) => need(record(dissected)).lengthAt + 1, 0x01),
  ];
}

function flip(what: string, at: (dissected: Dissected) => number, bits: number): Tampering {
  return { what, tamper: (message) => flipped(message, at(dissect(message)), bits) };
}

function ofTsig(what: string, tamper: (message: Buffer, tsig: PlacedTsig) => Buffer): Tampering {
  return { what, tamper: (message) => tamper(message, need(tsigOf(message))) };
}

function flipped(message: Buffer, at: number, bits: number): Buffer {
  const changed = Buffer.from(message);
  changed.writeUInt8(changed.readUInt8(at) ^ bits, at);
  return changed;
}

function splice(message: Buffer, from: number, to: number, put: Buffer): Buffer {
  return Buffer.concat([message.subarray(0, from), put, message.subarray(to)]);
}

/** As `splice`, inside the TSIG record, whose length follows. */
function inTsig(message: Buffer, tsig: PlacedTsig, from: number, to: number, put: Buffer): Buffer {
  const changed = splice(message, from, to, put);
  changed.writeUInt16BE(message.readUInt16BE(tsig.lengthAt) + put.length - (to - from), tsig.lengthAt);
  return changed;
}

function without(message: Buffer, countAt: number, records: readonly PlacedRecord[]): Buffer {
  const shorter = splice(message, need(records[0]).at, need(records.at(-1)).end, Buffer.alloc(0));
  shorter.writeUInt16BE(0, countAt);
  return shorter;
}

function need<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('The message lacks the part that is to be tampered with.');
  return part;
}
