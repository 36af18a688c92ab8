import type { Fqdn } from '@domainproof/core';
import packet, { type Answer } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isExactly } from '../src/bulk/answer.js';
import { BYTES_AFTER_QUESTION, MAX_QUERY_BYTES, writeQuery } from '../src/bulk/question.js';
import { readOutcome } from '../src/waiting/match.js';
import { decodeMessage } from '../src/wire/message.js';
import { matchResponse } from '../src/wire/query.js';
import { compressed } from './bulk-world.js';
import { soa, reply as spelledOut, txt } from './fake-dns.js';

const NAME = '_dnsauth.example.test.' as Fqdn;
const VALUE = '2026080412000000abcdef';

function reply(...parts: Parameters<typeof spelledOut>): Buffer {
  return compressed(spelledOut(...parts));
}

function ask(name: Fqdn = NAME, type: 'TXT' | 'CNAME' = 'TXT', id = 0x1234) {
  const room = Buffer.alloc(MAX_QUERY_BYTES + 2, 0xff);
  const length = writeQuery(room, 2, id, name, type);
  const bytes = room.subarray(2, 2 + length);
  return { bytes, questionEnd: length - BYTES_AFTER_QUESTION };
}

function opt(extendedRcode: number): Answer {
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize: 1_232,
    extendedRcode,
    ednsVersion: 0,
    flags: 0,
    options: [],
  } as unknown as Answer;
}

describe('a question as written into a used buffer', () => {
  test('is read by the library as what was asked', () => {
    for (const type of ['TXT', 'CNAME'] as const) {
      const { bytes, questionEnd } = ask(NAME, type);
      const read = packet.decode(bytes);
      expect(read).toMatchObject({
        id: 0x1234,
        type: 'query',
        opcode: 'QUERY',
        flag_rd: false,
        questions: [{ type, class: 'IN' }],
      });
      expect(`${read.questions?.[0]?.name.toLowerCase()}.`).toBe(NAME);
      expect(read.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1_232 }]);
      expect(bytes.subarray(questionEnd, questionEnd + 3)).toEqual(Buffer.from([0, 0, 41]));
    }
  });

  test('takes the longest names', () => {
    const name = `${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(61)}.` as Fqdn;
    const { bytes } = ask(name);
    expect(bytes.length).toBe(MAX_QUERY_BYTES);
    expect(`${packet.decode(bytes).questions?.[0]?.name.toLowerCase()}.`).toBe(name);
  });

  test('has its letters in random case, and nothing else', () => {
    const written = Array.from({ length: 200 }, () =>
      ask('ab-0_.cd.'.repeat(8) as Fqdn).bytes.toString('latin1'),
    );
    expect(new Set(written).size).toBe(200);
    expect(new Set(written.map((text) => text.toLowerCase())).size).toBe(1);
  });
});

describe('the answer that is compared without being read', () => {
  const query = ask();
  const decoded = packet.decode(query.bytes);
  const asked = decoded.questions![0]!.name;
  const plain = reply(decoded, { answers: [txt(VALUE, asked)] });

  test('is taken with its value whole or in parts, and with records after it', () => {
    expect(isExactly(query, plain, VALUE)).toBe(true);
    expect(isExactly(query, spelledOut(decoded, { answers: [txt(VALUE, asked)] }), VALUE)).toBe(false);
    expect(
      isExactly(query, reply(decoded, { answers: [txt(['2026080412', '', '000000abcdef'], asked)] }), VALUE),
    ).toBe(true);
    const more = { authorities: [soa('example.test')], additionals: [opt(0)] };
    expect(isExactly(query, reply(decoded, { answers: [txt(VALUE, asked)], ...more }), VALUE)).toBe(true);
  });

  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(plain);
    change(bytes);
    return bytes;
  };
  const answerAt = query.questionEnd;

  test.each<[string, Buffer, string]>([
    ['another id', changed((bytes) => bytes.writeUInt16BE(1, 0)), VALUE],
    [
      'a query',
      changed((bytes) => {
        bytes[2]! &= 0x7f;
      }),
      VALUE,
    ],
    [
      'no authority',
      changed((bytes) => {
        bytes[2]! &= ~0x04;
      }),
      VALUE,
    ],
    [
      'a truncated answer',
      changed((bytes) => {
        bytes[2]! |= 0x02;
      }),
      VALUE,
    ],
    [
      'an error',
      changed((bytes) => {
        bytes[3]! |= 3;
      }),
      VALUE,
    ],
    ['two questions', changed((bytes) => bytes.writeUInt16BE(2, 4)), VALUE],
    ['two answers', reply(decoded, { answers: [txt(VALUE, asked), txt('other', asked)] }), VALUE],
    [
      'another letter case',
      changed((bytes) => {
        bytes[14]! ^= 0x20;
      }),
      VALUE,
    ],
    [
      'a name that is not the pointer to the question',
      changed((bytes) => bytes.writeUInt16BE(0xc00d, answerAt)),
      VALUE,
    ],
    ['another type', changed((bytes) => bytes.writeUInt16BE(99, answerAt + 2)), VALUE],
    ['another class', changed((bytes) => bytes.writeUInt16BE(3, answerAt + 4)), VALUE],
    ['another value', plain, `${VALUE.slice(0, -1)}0`],
    ['the start of the value', plain, VALUE.slice(0, -1)],
    ['more than the value', plain, `${VALUE}0`],
    ['a length beyond the packet', changed((bytes) => bytes.writeUInt16BE(200, answerAt + 10)), VALUE],
    [
      'a string beyond its record',
      changed((bytes) => {
        bytes[answerAt + 12] = 200;
      }),
      VALUE,
    ],
    ['no string at all', changed((bytes) => bytes.writeUInt16BE(0, answerAt + 10)), ''],
    [
      'a byte beyond ASCII',
      changed((bytes) => {
        bytes[answerAt + 13] = 0xe9;
      }),
      `é${VALUE.slice(1)}`,
    ],
    ['bytes after the end', Buffer.concat([plain, Buffer.alloc(1)]), VALUE],
    ['a cut packet', plain.subarray(0, -1), VALUE],
    ['a header alone', plain.subarray(0, 12), VALUE],
    ['an extended error', reply(decoded, { answers: [txt(VALUE, asked)], additionals: [opt(1)] }), VALUE],
    ['a record that is counted and missing', changed((bytes) => bytes.writeUInt16BE(1, 8)), VALUE],
    [
      'a label that runs out of the packet',
      changed((bytes) => bytes.writeUInt16BE(1, 10)).subarray(0),
      VALUE,
    ],
  ])('is left to the full reading for %s', (_case, answer, text) => {
    expect(isExactly(query, answer, text)).toBe(false);
  });

  test('is never taken where the full reading says otherwise', () => {
    const whole = reply(decoded, {
      answers: [txt(VALUE, asked)],
      authorities: [soa('example.test')],
      additionals: [opt(0)],
    });
    const mutation = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(mutation, fc.nat(whole.length), fc.boolean(), (changes, cut, isCut) => {
        const mutated = Buffer.from(whole);
        for (const [at, byte] of changes) mutated[at] = byte;
        const answer = isCut ? mutated.subarray(0, cut) : mutated;
        if (!isExactly(query, answer, VALUE)) return;
        expect(matchResponse(query, answer)).toBe('response');
        // The contents of records after the answer are nobody's business: they are cut off.
        const answerAlone = Buffer.from(
          answer.subarray(0, answerAt + 12 + answer.readUInt16BE(answerAt + 10)),
        );
        answerAlone.fill(0, 8, 12);
        const message = decodeMessage(answerAlone);
        const reading = readOutcome(
          { kind: 'answer', message, rttMs: 1, via: 'udp' },
          { name: NAME, type: 'TXT' },
        );
        expect(reading.found.map(String)).toContain(VALUE);
      }),
      { seed: 20_260_804, numRuns: 5_000 },
    );
  });
});
