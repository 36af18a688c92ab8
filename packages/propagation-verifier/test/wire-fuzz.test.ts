import { randomInt } from 'node:crypto';
import type { Answer } from 'dns-packet';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MalformedPacket } from '../src/wire/malformed.js';
import { decodeMessage, type Message, type ResourceRecord } from '../src/wire/message.js';
import { encodeQuery, matchResponse, type Query } from '../src/wire/query.js';
import { libraryName, lowerCase, readByLibrary } from './library-reading.js';
import { opt, record, TO_QUESTION, txtData, uint16, uint32, wireName } from './packets.js';

const PACKETS = 1_000_000;
const MAX_DECODE_MS = 20;
const NAME = '_acme-challenge.example.test.';
const VALUE = 'gfj9Xq-Rg85nM';
/** FUZZ_SEED repeats a run. */
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 32));

/** Numbers below `below`, always the same for one seed (mulberry32). */
function chanceOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Right answers to the query of every kind, which the mutations start from. */
function corpusFor(query: Query): Buffer[] {
  const head = (flags: number, answers: number, authority: number, additional: number) => {
    const octets = Buffer.from(query.bytes.subarray(0, query.questionEnd));
    [flags, 1, answers, authority, additional].forEach((value, index) => {
      octets.writeUInt16BE(value, 2 + 2 * index);
    });
    return octets;
  };
  const text = (...strings: string[]) => record({ type: 16, data: txtData(...strings) });
  const soa = record({
    owner: uint16(0xc0_00 | 28),
    type: 6,
    data: Buffer.concat([wireName('ns1', 'example'), TO_QUESTION, ...[1, 2, 3, 4, 5].map(uint32)]),
  });
  const edns = opt([
    [3, Buffer.from('ns1')],
    [8, Buffer.from([0, 1, 24, 0, 192, 0, 2])],
    [15, Buffer.concat([uint16(22), Buffer.from('no reachable authority')])],
  ]);
  const dnssec = [
    record({ type: 43, data: Buffer.alloc(36, 5) }),
    record({ type: 48, data: Buffer.concat([uint16(257), Buffer.from([3, 13]), Buffer.alloc(64, 9)]) }),
    record({
      type: 46,
      data: Buffer.concat([uint16(16), Buffer.alloc(16, 2), wireName('example'), Buffer.alloc(64)]),
    }),
  ];
  const addresses = [
    record({ owner: wireName('ns1', 'example'), type: 1, data: Buffer.from([192, 0, 2, 1]) }),
    record({ owner: wireName('ns2', 'example'), type: 28, data: Buffer.alloc(16, 0x20) }),
  ];
  const caa = record({ type: 257, data: Buffer.from('\0\x05issueca.example') });
  const cname = record({ type: 5, data: Buffer.concat([Buffer.from([1, 0x61]), TO_QUESTION]) });
  const other = wireName('_acme-challenge', 'example', 'tesu');
  return [
    [head(0x84_00, 1, 0, 0), text(VALUE)],
    [head(0x84_00, 1, 0, 1), text(VALUE), edns],
    [head(0x84_00, 1, 0, 1), text(VALUE.slice(0, 4), VALUE.slice(4)), opt([])],
    // One bit from the value and from the name.
    [head(0x84_00, 2, 1, 1), text('gfj9Xq-Rg85nL'), text(`${VALUE}!`), soa, edns],
    [head(0x84_00, 1, 0, 0), record({ owner: other, type: 16, data: txtData(VALUE) })],
    [head(0x84_00, 0, 1, 1), soa, edns],
    [head(0x84_03, 0, 1, 0), soa],
    [head(0x84_00, 1, 2, 2), cname, ...dnssec.slice(0, 2), ...addresses],
    [head(0x84_00, 5, 0, 2), ...dnssec, caa, text(VALUE), ...addresses],
    [head(0x80_00, 0, 1, 2), record({ type: 2, data: wireName('ns1', 'example') }), ...addresses],
    [head(0x86_00, 1, 0, 0), text(VALUE)],
  ].map((parts) => Buffer.concat(parts));
}

/** Answers of some thousand octets, as TCP carries them. */
function largeFor(query: Query): Buffer[] {
  const texts = Array.from({ length: 60 }, (_, index) =>
    record({ type: 16, data: txtData(`${index}`.repeat(60)) }),
  );
  const long = wireName(...Array.from({ length: 100 }, () => 'a'));
  const names = Array.from({ length: 300 }, () =>
    record({
      owner: uint16(0xc0_00 | (query.questionEnd + 10)),
      type: 5,
      data: uint16(0xc0_00 | query.questionEnd),
    }),
  );
  return [texts, [record({ owner: long, type: 5, data: TO_QUESTION }), ...names]].map((records) => {
    const head = Buffer.from(query.bytes.subarray(0, query.questionEnd));
    [0x84_00, 1, records.length, 0, 0].forEach((value, index) => {
      head.writeUInt16BE(value, 2 + 2 * index);
    });
    return Buffer.concat([head, ...records]);
  });
}

const TELLING = [0x00, 0x01, 0x10, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff];

/** A copy with one to four changes, most of them behind the question, so that the packet stays an answer to the query. */
function mutate(original: Buffer, questionEnd: number, chance: (below: number) => number): Buffer {
  let octets = Buffer.from(original);
  for (let changes = 1 + chance(4); changes > 0 && octets.length > 0; changes -= 1) {
    const from = chance(16) === 0 ? 0 : chance(4) === 0 ? 2 : Math.min(questionEnd, octets.length - 1);
    const at = from + chance(octets.length - from);
    switch (chance(7)) {
      case 0:
      case 1:
        octets[at]! ^= 1 << chance(8);
        break;
      case 2:
        octets[at] = TELLING[chance(TELLING.length)]!;
        break;
      case 3:
        octets[at] = chance(256);
        break;
      case 4: {
        const end = at + chance(Math.min(24, octets.length - at) + 1);
        octets = Buffer.concat([octets.subarray(0, at), octets.subarray(end)]);
        break;
      }
      case 5: {
        const source = chance(octets.length);
        const copied = octets.subarray(source, source + 1 + chance(24));
        octets = Buffer.concat([octets.subarray(0, at), copied, octets.subarray(at)]);
        break;
      }
      case 6:
        if (chance(4) === 0) octets = octets.subarray(0, at);
        else if (octets.length >= 12) octets[5 + 2 * chance(4)] = chance(4);
        break;
    }
  }
  return octets;
}

/** Undefined for a packet that is refused in the documented way; anything else that is thrown is a crash. */
function decodeOrRefuse(octets: Buffer): Message | undefined {
  try {
    return decodeMessage(octets);
  } catch (error) {
    if (error instanceof MalformedPacket) return undefined;
    throw error;
  }
}

/** A slow call alone proves nothing on a busy machine; four in a row do. */
function isSlow(octets: Buffer): boolean {
  return [1, 2, 3].every(() => {
    const start = performance.now();
    decodeOrRefuse(octets);
    return performance.now() - start > MAX_DECODE_MS;
  });
}

/** An owner and a TXT or CNAME value, names as the library writes them. */
type Fact = readonly [owner: string, value: string];

function ourFact(found: ResourceRecord): Fact[] {
  if (found.type === 'TXT') return [[libraryName(found.name), found.text.toString('latin1')]];
  return found.type === 'CNAME' ? [[libraryName(found.name), libraryName(found.target)]] : [];
}

function theirFact(found: Answer): Fact[] {
  if (found.type === 'TXT')
    return [[lowerCase(found.name), Buffer.concat(found.data as Buffer[]).toString('latin1')]];
  return found.type === 'CNAME' ? [[lowerCase(found.name), lowerCase(found.data)]] : [];
}

/** Of a truncated packet both may stop early, and we are the stricter. */
function agree(ours: readonly Fact[], theirs: readonly Fact[], truncated: boolean): boolean {
  if (truncated ? ours.length > theirs.length : ours.length !== theirs.length) return false;
  return ours.every(([owner, value], index) => owner === theirs[index]![0] && value === theirs[index]![1]);
}

function libraryHolds(answers: readonly Answer[]): boolean {
  return answers.flatMap(theirFact).some(([owner, value]) => `${owner}.` === NAME && value === VALUE);
}

function holds({ answers }: Message): boolean {
  return answers.some(
    (found) => found.type === 'TXT' && found.name === NAME && found.text.toString('latin1') === VALUE,
  );
}

function failWith(what: string, octets: Buffer): never {
  throw new Error(`${what} (FUZZ_SEED=${SEED}): ${octets.toString('hex')}`);
}

// Half of the packets are refused, and a stack trace for each would be most of the work.
const { stackTraceLimit } = Error;
beforeEach(() => {
  Error.stackTraceLimit = 0;
});
afterEach(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

describe(`of ${PACKETS} mutated packets`, () => {
  test('none crashes the codec, holds it up, says something else to the library, or makes a value visible that it lacks', () => {
    const query = encodeQuery({ name: NAME, type: 'TXT' });
    const chance = chanceOf(SEED);
    const corpus = corpusFor(query);
    const large = largeFor(query);
    const counts = { accepted: 0, refused: 0, visible: 0 };
    let slowest = 0;
    for (const whole of [...corpus, ...large]) expect(decodeOrRefuse(whole)).toBeDefined();

    for (let index = 0; index < PACKETS; index += 1) {
      const source = chance(1_000) === 0 ? large[chance(large.length)]! : corpus[chance(corpus.length)]!;
      const octets = mutate(source, query.questionEnd, chance);
      const start = performance.now();
      const match = matchResponse(query, octets);
      const message = decodeOrRefuse(octets);
      const took = performance.now() - start;
      slowest = Math.max(slowest, took);
      if (took > MAX_DECODE_MS && isSlow(octets)) failWith(`Decoding took ${took} ms`, octets);
      if (!message) {
        counts.refused += 1;
        continue;
      }
      counts.accepted += 1;
      const visible = match === 'response' && holds(message);
      if (visible) counts.visible += 1;
      const theirs = readByLibrary(octets);
      const { answers, authority, additional, truncated } = message;
      const ours = [...answers, ...authority, ...additional].flatMap(ourFact);
      if (!agree(ours, theirs.flat().flatMap(theirFact), truncated))
        failWith('The library reads something else', octets);
      if (visible && !libraryHolds(theirs[0])) failWith('A value became visible that is not there', octets);
    }

    console.log(`FUZZ_SEED=${SEED}`, counts, `slowest ${slowest.toFixed(1)} ms`);
    // Otherwise nothing has been tested.
    expect(counts.visible).toBeGreaterThan(PACKETS / 100);
    expect(counts.accepted).toBeGreaterThan(PACKETS / 10);
    expect(counts.refused).toBeGreaterThan(PACKETS / 10);
  }, 120_000);
});
