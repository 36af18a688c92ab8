import { DnsError } from '@domainproof/core';
import packet from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMessage } from '../src/wire/message.js';
import {
  encodeQuery,
  isBareRefusal,
  matchResponse,
  type Query,
  type QueryOptions,
} from '../src/wire/query.js';
import { header, question, record, wireName } from './packets.js';

const QUESTION = { name: '_acme-challenge.example.test.', type: 'TXT' } as const;

/** The options of the OPT record of a query, as octets. */
function optionsOf(options: QueryOptions): Buffer {
  const { bytes, questionEnd } = encodeQuery(QUESTION, options);
  const opt = bytes.subarray(questionEnd);
  expect(opt.subarray(0, 5)).toEqual(Buffer.from([0, 0, 41, 0x04, 0xd0]));
  expect(opt.readUInt16BE(9)).toBe(opt.length - 11);
  return opt.subarray(11);
}

function answerTo(query: Query): Buffer {
  const answer = Buffer.from(query.bytes.subarray(0, query.questionEnd));
  answer.writeUInt16BE(0x84_00, 2);
  answer.writeUInt16BE(0, 10);
  return answer;
}

describe('a query', () => {
  test('is what the library makes of the same question', () => {
    const { bytes, questionEnd } = encodeQuery(QUESTION, { mixedCase: false });
    const expected = packet.encode({
      type: 'query',
      id: bytes.readUInt16BE(0),
      flags: 0,
      questions: [{ name: '_acme-challenge.example.test', type: 'TXT' }],
      additionals: [
        {
          type: 'OPT',
          name: '.',
          udpPayloadSize: 1_232,
          extendedRcode: 0,
          ednsVersion: 0,
          flags: 0,
          flag_do: false,
          options: [],
        },
      ],
    });
    expect(bytes).toEqual(expected);
    expect(questionEnd).toBe(bytes.length - 11);
  });

  test.each(['A', 'NS', 'CNAME', 'SOA', 'TXT', 'AAAA', 'DS', 'DNSKEY', 'CAA'] as const)(
    'asks for %s',
    (type) => {
      const { questions } = packet.decode(encodeQuery({ ...QUESTION, type }).bytes);
      expect(questions).toMatchObject([{ type, class: 'IN' }]);
    },
  );

  test('carries its flags', () => {
    const options = { recursionDesired: true, checkingDisabled: true, dnssec: true };
    expect(packet.decode(encodeQuery(QUESTION, options).bytes)).toMatchObject({
      flag_qr: false,
      flag_rd: true,
      flag_cd: true,
      additionals: [{ type: 'OPT', flag_do: true }],
    });
  });

  test('goes without EDNS where that is asked', () => {
    const { bytes, questionEnd } = encodeQuery(QUESTION, { edns: false, nsid: true });
    expect(bytes).toHaveLength(questionEnd);
    expect(bytes.readUInt16BE(10)).toBe(0);
  });

  test('has another id and another letter case each time', () => {
    const queries = Array.from({ length: 400 }, () => encodeQuery(QUESTION));
    const ids = new Set(queries.map(({ bytes }) => bytes.readUInt16BE(0)));
    // 400 of 65,536: more than 20 equal ones are as good as impossible by chance.
    expect(ids.size).toBeGreaterThan(380);
    const cases = new Set(queries.map(({ bytes, questionEnd }) => bytes.toString('latin1', 12, questionEnd)));
    expect(cases.size).toBeGreaterThan(380);
  });

  test('has every letter large about every second time', () => {
    const sums = new Map<number, number>();
    const times = 2_000;
    for (let time = 0; time < times; time += 1) {
      const { bytes, questionEnd } = encodeQuery(QUESTION);
      for (let at = 12; at < questionEnd - 4; at += 1)
        if (/[a-z]/i.test(String.fromCharCode(bytes[at]!)))
          sums.set(at, (sums.get(at) ?? 0) + (bytes[at]! < 0x61 ? 1 : 0));
    }
    expect(sums.size).toBe('acmechallengeexampletest'.length);
    // Five standard deviations are 112.
    for (const large of sums.values()) expect(Math.abs(large - times / 2)).toBeLessThan(150);
  });

  test('takes any name, and gives it back from the wire', () => {
    const label = fc.uint8Array({ minLength: 1, maxLength: 12 }).map((octets) => Buffer.from(octets));
    fc.assert(
      fc.property(fc.array(label, { maxLength: 8 }), (labels) => {
        const owner = wireName(...labels);
        const packetOfName = Buffer.concat([
          header({ counts: [0, 1, 0, 0] }),
          record({ owner, type: 5, data: owner }),
        ]);
        const [decoded] = decodeMessage(packetOfName).answers;
        const { bytes, questionEnd } = encodeQuery(
          { name: decoded!.name, type: 'TXT' },
          { mixedCase: false },
        );
        const lower = Buffer.from(
          owner.map((octet) => (octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet)),
        );
        expect(bytes.subarray(12, questionEnd)).toEqual(question(lower));
      }),
      { numRuns: 1_000 },
    );
  });

  test('takes a name without final dot', () => {
    const { bytes, questionEnd } = encodeQuery({ name: 'example.test', type: 'TXT' }, { mixedCase: false });
    expect(bytes.subarray(12, questionEnd)).toEqual(question(wireName('example', 'test')));
  });

  test.each([
    ['', 'it is empty'],
    ['a..b.', 'empty label'],
    ['.a.', 'empty label'],
    [`${'a'.repeat(64)}.`, '64 octets'],
    [`${'a'.repeat(64)}`, '64 octets'],
    [`${'a.'.repeat(128)}`, 'longer than 255'],
    ['bücher.', 'outside of ASCII'],
    ['a\\', 'no escape'],
    ['a\\25', 'no escape'],
    ['a\\256.', 'no escape'],
    ['a\\ü.', 'no escape'],
  ])('refuses the name %j', (name, why) => {
    const attempt = () => encodeQuery({ name, type: 'TXT' });
    expect(attempt).toThrow(why);
    expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
  });
});

describe('the client subnet', () => {
  test.each([
    ['192.0.2.0/24', '0008 0007 0001 18 00 c00002'],
    ['192.0.2.255/25', '0008 0008 0001 19 00 c0000280'],
    ['10.255.0.0/9', '0008 0006 0001 09 00 0a80'],
    ['198.51.100.7/32', '0008 0008 0001 20 00 c6336407'],
    ['0.0.0.0/0', '0008 0004 0001 00 00'],
    ['::/0', '0008 0004 0002 00 00'],
    ['2001:db8:fd13:4231::/56', '0008 000b 0002 38 00 20010db8fd1342'],
    ['2001:db8::1/128', '0008 0014 0002 80 00 20010db8000000000000000000000001'],
    ['::ffff:192.0.2.1/128', '0008 0014 0002 80 00 00000000000000000000ffffc0000201'],
    ['1:2:3:4:5:6:7:8/33', '0008 0009 0002 21 00 0001000200'],
  ])('%s is encoded exactly', (clientSubnet, octets) => {
    expect(optionsOf({ clientSubnet }).toString('hex')).toBe(octets.replaceAll(' ', ''));
  });

  test('goes along with a request for the NSID', () => {
    expect(optionsOf({ nsid: true }).toString('hex')).toBe('00030000');
    expect(optionsOf({ nsid: true, clientSubnet: '0.0.0.0/0' }).toString('hex')).toBe(
      '000800040001000000030000',
    );
  });

  test.each([
    '',
    '192.0.2.0',
    '192.0.2.0/33',
    '2001:db8::/129',
    '192.0.2/24',
    'fe80::1%eth0/64',
    '192.0.2.0/24/8',
    '192.0.2.0/-1',
    '/24',
    'a/24',
  ])('%j is refused', (clientSubnet) => {
    expect(() => encodeQuery(QUESTION, { clientSubnet })).toThrow(DnsError);
    expect(() => encodeQuery(QUESTION, { clientSubnet })).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE' }),
    );
  });
});

describe('a packet answers a query', () => {
  const query = encodeQuery({ name: '_dnsauth.example.test.', type: 'TXT' });
  const end = query.questionEnd;
  /** With the bits of the mask changed in one octet. */
  const changed = (at: number, mask: number) => {
    const answer = answerTo(query);
    answer[at]! ^= mask;
    return matchResponse(query, answer);
  };

  test('with its id and its question', () => {
    expect(matchResponse(query, answerTo(query))).toBe('response');
  });

  test('in everything but the case', () => {
    expect(changed(14, 0x20)).toBe('case');
  });

  test.each([
    ['another id', 1, 1],
    ['the upper half of the id changed', 0, 1],
    ['no QR bit', 2, 0x80],
    ['another opcode', 2, 0x20],
    ['no question', 5, 1],
    ['three questions', 5, 2],
    ['another letter', 14, 1],
    // An underscore and DEL differ as letters of two cases do.
    ['another character', 13, 0x20],
    ['another length of a label', 12, 0x20],
    ['another type', end - 3, 0x20],
    ['another class', end - 1, 2],
  ])('never with %s', (_, at, mask) => {
    expect(changed(at, mask)).toBe('other');
  });

  test('never when it is cut off', () => {
    const answer = answerTo(query);
    for (let length = 0; length < answer.length; length += 1)
      expect(matchResponse(query, answer.subarray(0, length))).toBe('other');
  });
});

describe('a bare refusal', () => {
  const query = encodeQuery(QUESTION);
  const bare = (
    flags: number,
    counts: [number, number, number, number] = [0, 0, 0, 0],
    id = query.bytes.readUInt16BE(0),
  ) => isBareRefusal(query, header({ id, flags, counts }));

  test('is a header with the id and FORMERR or NOTIMP, and nothing else', () => {
    expect(bare(0x80_01)).toBe(true);
    expect(bare(0x80_04)).toBe(true);
    expect(bare(0x80_02)).toBe(false);
    expect(bare(0x80_01, [1, 0, 0, 0])).toBe(false);
    expect(bare(0x00_01)).toBe(false);
    expect(bare(0x80_01, [0, 0, 0, 0], query.bytes.readUInt16BE(0) ^ 1)).toBe(false);
    expect(isBareRefusal(query, answerTo(query))).toBe(false);
  });
});
