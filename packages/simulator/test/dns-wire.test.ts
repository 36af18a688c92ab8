import type { Answer } from 'dns-packet';
import { encode } from 'dns-packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Network, startNetwork } from '../src/dns/network.js';
import { decodeMessage, type Query, readQuery, writeReply } from '../src/dns/wire.js';
import { ask, exchangeTcp, framed, message, read } from './dns-client.js';

const FORMERR = 1;

/** A header with counts of one's own over a body. */
function packet(counts: readonly [number, number, number, number], body: Buffer, flags = 0): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(4711, 0);
  header.writeUInt16BE(flags, 2);
  for (const [index, count] of counts.entries()) header.writeUInt16BE(count, 4 + 2 * index);
  return Buffer.concat([header, body]);
}

const question = (name: Buffer) => Buffer.concat([name, Buffer.from([0, 16, 0, 1])]);
const label = (text: string | Buffer) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
const END = Buffer.from([0]);

function rejection(bytes: Buffer): number {
  const reply = readQuery(bytes);
  if (!Buffer.isBuffer(reply)) throw new Error('It was taken.');
  expect(reply.readUInt16BE(0)).toBe(4711);
  expect(reply.readUInt16BE(2) & 0x8000).toBe(0x8000);
  return reply.readUInt16BE(2) & 0xf;
}

/** A small generator of its own, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('a query', () => {
  it('is read with its case, its flags and its EDNS', () => {
    expect(readQuery(message('_X.Example.COM', { rd: true, payload: 4096 }))).toEqual({
      id: 4711,
      recursionDesired: true,
      checkingDisabled: false,
      question: { name: '_X.Example.COM.', key: '_x.example.com.', type: 'TXT' },
      edns: { payloadSize: 4096, dnssecOk: false },
    });
    expect(readQuery(message('.', { type: 'NS', payload: 0 }))).toMatchObject({
      question: { name: '.', key: '.' },
    });
  });

  it.each([
    ['more questions than fit', packet([60_000, 0, 0, 0], END)],
    ['more records than fit', packet([1, 0, 0, 65_535], question(Buffer.concat([label('example'), END])))],
    ['answers of its own', packet([1, 1, 0, 0], Buffer.alloc(40))],
    ['no question', packet([0, 0, 0, 0], Buffer.alloc(0))],
    ['two questions', packet([2, 0, 0, 0], Buffer.concat([question(END), question(END)]))],
    [
      'a label with a dot inside',
      packet([1, 0, 0, 0], question(Buffer.concat([label('a.b'), label('com'), END]))),
    ],
    [
      'bytes that are no text',
      packet([1, 0, 0, 0], question(Buffer.concat([label(Buffer.from([0xc3, 0x28])), END]))),
    ],
    ['a name that points to itself', packet([1, 0, 0, 0], question(Buffer.from([0xc0, 12])))],
    ['a name that does not end', packet([1, 0, 0, 0], Buffer.from([7, 101, 120]))],
    [
      'a name over 255 bytes',
      packet([1, 0, 0, 0], question(Buffer.concat([...Array(5).fill(label('x'.repeat(60))), END]))),
    ],
    ['bytes behind its end', Buffer.concat([message('example.com'), Buffer.alloc(3)])],
  ])('with %s is a format error', (_, bytes) => {
    expect(rejection(bytes)).toBe(FORMERR);
  });

  it('with two OPT records is a format error', () => {
    const one = message('example.com');
    const opt = one.subarray(one.length - 11);
    const twice = Buffer.concat([one, opt]);
    twice.writeUInt16BE(2, 10);
    expect(rejection(twice)).toBe(FORMERR);
  });

  it('of random bytes or with random changes never throws, and is taken only if its question can be written back', () => {
    const next = random(20_260_301);
    const original = message('_acme-challenge.example.com', { rd: true });
    for (let round = 0; round < 20_000; round += 1) {
      const bytes =
        round % 4 === 0
          ? Buffer.from(Array.from({ length: Math.floor(next() * 80) }, () => Math.floor(next() * 256)))
          : Buffer.from(original);
      for (let change = 0; change < round % 4 && bytes.length > 0; change += 1)
        bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
      const query = readQuery(bytes);
      if (query === undefined || Buffer.isBuffer(query)) continue;
      const reply = writeReply(query, { rcode: 0 }, 'udp');
      const end = 12 + query.question.name.length + (query.question.name === '.' ? 0 : 1) + 4;
      expect(reply.subarray(12, end).equals(bytes.subarray(12, end))).toBe(true);
    }
  });
});

describe('a message from a server', () => {
  it('with more records than sense allows is not decoded, although its counts fit its length', () => {
    const records = Array.from(
      { length: 500 },
      () => ({ type: 'A', name: 'x', ttl: 1, data: '192.0.2.1' }) as const,
    );
    expect(decodeMessage(encode({ type: 'response', answers: records.slice(0, 300) }))?.answers).toHaveLength(
      300,
    );
    expect(decodeMessage(encode({ type: 'response', answers: records }))).toBeUndefined();
  });
});

describe('a reply', () => {
  const query: Query = {
    id: 1,
    recursionDesired: false,
    checkingDisabled: false,
    question: { name: 'example.com.', key: 'example.com.', type: 'TXT' },
  };

  it('that not even TCP can carry becomes SERVFAIL', () => {
    const answers = Array.from(
      { length: 300 },
      (): Answer => ({ type: 'TXT', name: 'example.com.', ttl: 1, data: [Buffer.alloc(250)] }),
    );
    expect(read(writeReply(query, { rcode: 0, answers }, 'tcp'))).toMatchObject({ rcode: 2, answers: [] });
  });
});

describe('a server under hostile input', () => {
  let network: Network;
  beforeAll(async () => {
    network = await startNetwork({ delaysMs: { huaweicloud: [0, 0], alidns: [0, 0] }, negativeTtl: 60 });
  });
  afterAll(() => network.close());

  it('answers what can be answered and serves on', async () => {
    const server = { address: '127.0.53.5', port: network.port };
    const garbage = packet([1, 0, 0, 9], Buffer.alloc(200, 0xc0));
    expect(
      (await exchangeTcp(server, Array(20).fill(garbage))).map((reply) => reply.readUInt16BE(2) & 0xf),
    ).toEqual(Array(20).fill(FORMERR));
    await expect(exchangeTcp(server, [framed(Buffer.alloc(60_000)).subarray(2)])).rejects.toThrow();
    expect((await ask(server, 'www.example.org', { type: 'A' })).answers).toHaveLength(1);
  });
});
