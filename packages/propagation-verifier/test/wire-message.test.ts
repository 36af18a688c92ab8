import { canonicalValue } from '@domainproof/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedPacket } from '../src/wire/malformed.js';
import { decodeMessage, isTruncated, type ResourceRecord } from '../src/wire/message.js';
import {
  header,
  opt,
  QUESTION_NAME,
  question,
  record,
  response,
  TO_QUESTION,
  txtData,
  uint16,
  uint32,
  wireName,
} from './packets.js';

const NAME = '_acme-challenge.example.test.';
const TXT = 16;
const CNAME = 5;
const TRUNCATED = 0x86_00;

function only(raw: Buffer): ResourceRecord | undefined {
  const { answers } = decodeMessage(response([raw]));
  return answers[0];
}

function ofType(type: number, data: Buffer): ResourceRecord | undefined {
  return only(record({ type, data }));
}

describe('the header of a message', () => {
  test('gives its flags', () => {
    expect(decodeMessage(response([], 0, 0x80_00))).toMatchObject({
      rcode: 'NOERROR',
      authoritative: false,
      truncated: false,
      recursionAvailable: false,
      authenticData: false,
      edns: undefined,
    });
    expect(decodeMessage(response([], 0, 0x86_a0))).toMatchObject({
      authoritative: true,
      truncated: true,
      recursionAvailable: true,
      authenticData: true,
    });
  });

  test.each([
    [0, 'NOERROR'],
    [2, 'SERVFAIL'],
    [3, 'NXDOMAIN'],
    [9, 'NOTAUTH'],
    [11, 'RCODE_11'],
  ])('gives the response code %i as %s', (code, name) => {
    expect(decodeMessage(response([], 0, 0x80_00 | code)).rcode).toBe(name);
  });

  test('says whether the packet is truncated', () => {
    expect(isTruncated(response([], 0, TRUNCATED))).toBe(true);
    expect(isTruncated(response([]))).toBe(false);
  });

  test('must be whole', () => {
    expect(() => decodeMessage(header().subarray(0, 11))).toThrow(MalformedPacket);
  });

  test('may stand alone, as a refusal does', () => {
    expect(decodeMessage(header({ flags: 0x80_01, counts: [0, 0, 0, 0] }))).toMatchObject({
      rcode: 'FORMERR',
      bytes: 12,
    });
  });
});

describe('a record', () => {
  test('TXT gives its strings and their sum', () => {
    const text = ofType(TXT, txtData('a', '', 'bc')) as ResourceRecord & { type: 'TXT' };
    expect(text).toMatchObject({ name: NAME, ttl: 60, type: 'TXT', text: Buffer.from('abc') });
    expect(text.strings.map(String)).toEqual(['a', '', 'bc']);
  });

  test('CNAME and NS give the target, compressed or not', () => {
    expect(ofType(CNAME, Buffer.concat([Buffer.from([1, 0x41]), TO_QUESTION]))).toMatchObject({
      type: 'CNAME',
      target: `a.${NAME}`,
    });
    expect(ofType(2, wireName('NS1', 'Example'))).toMatchObject({ type: 'NS', target: 'ns1.example.' });
  });

  test('A gives the address', () => {
    expect(ofType(1, Buffer.from([192, 0, 2, 1]))).toMatchObject({ type: 'A', address: '192.0.2.1' });
  });

  test('AAAA gives the address in the canonical form of core', () => {
    const group = fc.oneof(fc.constant(0), fc.constantFrom(0xffff, 1), fc.nat(0xffff));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const address = canonicalValue('AAAA', groups.map((value) => value.toString(16)).join(':'));
        expect(ofType(28, Buffer.concat(groups.map(uint16)))).toMatchObject({ type: 'AAAA', address });
      }),
      { numRuns: 2_000 },
    );
  });

  test('SOA gives serial and minimum', () => {
    const numbers = [2_026_010_101, 2, 3, 4, 300].map(uint32);
    const data = Buffer.concat([TO_QUESTION, wireName('hostmaster'), ...numbers]);
    expect(ofType(6, data)).toMatchObject({ type: 'SOA', serial: 2_026_010_101, minimum: 300 });
  });

  test('CAA gives critical, tag and value', () => {
    const data = Buffer.concat([Buffer.from([0x80, 5]), Buffer.from('issueca.example; policy=ev')]);
    expect(ofType(257, data)).toMatchObject({ critical: true, tag: 'issue', value: 'ca.example; policy=ev' });
    expect(ofType(257, Buffer.from([0, 1, 0x74]))).toMatchObject({ critical: false, tag: 't', value: '' });
  });

  // The key and the DS record that the root zone has published since 2017.
  const ROOT_KEY =
    'AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh4+B5xQlNVz8Og8kv' +
    'ArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8efS3rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls3eNbuv7pr+e' +
    'oZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6UwN' +
    'R1AkUTV74bU=';

  test('DNSKEY gives flags, algorithm and the key tag', () => {
    const data = Buffer.concat([uint16(257), Buffer.from([3, 8]), Buffer.from(ROOT_KEY, 'base64')]);
    expect(ofType(48, data)).toEqual({
      name: NAME,
      ttl: 60,
      type: 'DNSKEY',
      keyTag: 20_326,
      flags: 257,
      algorithm: 8,
    });
  });

  test('DNSKEY of algorithm 1 has its key tag from the modulus', () => {
    const key = Buffer.from([1, 3, 0xaa, 0xbb, 0xcc, 0xdd]);
    const data = Buffer.concat([uint16(256), Buffer.from([3, 1]), key]);
    expect(ofType(48, data)).toMatchObject({ keyTag: 0xbb_cc });
    expect(ofType(48, Buffer.from([1, 0, 3, 1]))).toMatchObject({ keyTag: 0 });
  });

  test('DNSKEY of another protocol than DNSSEC is no key', () => {
    expect(ofType(48, Buffer.from([1, 0, 2, 8, 1, 2, 3]))).toBeUndefined();
  });

  test('DS gives key tag, algorithm and digest', () => {
    const data = Buffer.concat([uint16(20_326), Buffer.from([8, 2]), Buffer.alloc(32, 7)]);
    expect(ofType(43, data)).toMatchObject({
      keyTag: 20_326,
      algorithm: 8,
      digestType: 2,
      digest: Buffer.alloc(32, 7),
    });
  });

  test.each([
    [16, 'TXT'],
    [65, 'HTTPS'],
    [123, 'TYPE123'],
  ])('RRSIG gives the covered type %i as %s', (covered, name) => {
    const data = Buffer.concat([
      uint16(covered),
      Buffer.from([13, 2]),
      uint32(60),
      uint32(1_800_000_000),
      uint32(1_700_000_000),
      uint16(4_711),
      wireName('Example', 'test'),
      Buffer.alloc(64, 1),
    ]);
    expect(ofType(46, data)).toEqual({
      name: NAME,
      ttl: 60,
      type: 'RRSIG',
      covered: name,
      keyTag: 4_711,
      inception: 1_700_000_000,
      expiration: 1_800_000_000,
      signer: 'example.test.',
    });
  });

  test('of another type or class is left out, whatever its data', () => {
    const records = [
      record({ type: 15, data: Buffer.from([1]) }),
      record({ type: TXT, rclass: 3, data: Buffer.alloc(0) }),
    ];
    const behind = record({ type: TXT, data: txtData('x') });
    expect(decodeMessage(response([...records, behind])).answers).toHaveLength(1);
  });

  test('with a TTL beyond 31 bits has the TTL 0', () => {
    expect(only(record({ type: TXT, ttl: 0x80_00_00_01, data: txtData('x') }))?.ttl).toBe(0);
    expect(only(record({ type: TXT, ttl: 0x7f_ff_ff_ff, data: txtData('x') }))?.ttl).toBe(0x7f_ff_ff_ff);
  });

  test('is found in its section', () => {
    const text = record({ type: TXT, data: txtData('x') });
    expect(decodeMessage(response([text], 1)).authority).toHaveLength(1);
    expect(decodeMessage(response([text], 2)).additional).toHaveLength(1);
  });
});

describe('the data of a record is refused', () => {
  const rrsigHead = Buffer.alloc(18);
  test.each([
    ['TXT without a string', TXT, Buffer.alloc(0)],
    ['TXT with a string that is too long', TXT, Buffer.from([2, 0x61])],
    ['CNAME with octets after it', CNAME, Buffer.concat([wireName('a'), Buffer.from([0])])],
    ['A with three octets', 1, Buffer.alloc(3)],
    ['A with five octets', 1, Buffer.alloc(5)],
    ['AAAA with 15 octets', 28, Buffer.alloc(15)],
    ['SOA that ends early', 6, Buffer.alloc(21)],
    ['SOA with octets after it', 6, Buffer.alloc(23)],
    ['CAA without a tag', 257, Buffer.from([0, 0, 0x61])],
    ['CAA with a tag beyond its end', 257, Buffer.from([0, 2, 0x61])],
    ['DS that ends early', 43, Buffer.alloc(3)],
    ['DNSKEY that ends early', 48, Buffer.alloc(3)],
    ['RRSIG that ends early', 46, rrsigHead],
  ])('%s', (_, type, data) => {
    // A record behind it, so that a step too far stays in the packet.
    const behind = record({ type: TXT, data: txtData('x'.repeat(64)) });
    expect(() => decodeMessage(response([record({ type, data }), behind]))).toThrow(MalformedPacket);
  });

  test('that ends after the packet', () => {
    expect(() => only(record({ type: 99, data: Buffer.alloc(4), length: 5 }))).toThrow(MalformedPacket);
  });
});

describe('a name', () => {
  const nameOf = (owner: Buffer) => only(record({ owner, type: TXT, data: txtData('x') }))?.name;

  test('is in lower case with final dot', () => {
    expect(nameOf(wireName('_DnsAuth', 'EXAMPLE'))).toBe('_dnsauth.example.');
    expect(nameOf(wireName())).toBe('.');
  });

  test('with a dot in a label never equals another name', () => {
    expect(nameOf(wireName('_acme-challenge.example', 'test'))).toBe('_acme-challenge\\.example.test.');
    expect(nameOf(wireName('a\\', 'b'))).toBe('a\\\\.b.');
  });

  test('has escapes for what is not printable', () => {
    expect(nameOf(wireName(Buffer.from([0x1b, 0x20, 0x7f, 0xff, 0x2a])))).toBe('\\027\\032\\127\\255*.');
  });

  test('may have 255 octets and labels of 63, and not more', () => {
    const labels = [63, 63, 63, 61].map((length) => 'a'.repeat(length));
    expect(nameOf(wireName(...labels))).toHaveLength(254);
    expect(() => nameOf(wireName(...labels.slice(0, 3), 'a'.repeat(62)))).toThrow('longer than 255');
    const tooLong = wireName('a'.repeat(64));
    expect(() => nameOf(tooLong)).toThrow('unknown form');
  });

  test('counts all its parts', () => {
    const long = wireName(...[63, 63, 63].map((length) => 'a'.repeat(length)));
    const owner = Buffer.concat([Buffer.from([63]), Buffer.alloc(63, 0x61), TO_QUESTION]);
    const packet = Buffer.concat([
      header({ counts: [1, 1, 0, 0] }),
      question(long),
      record({ owner, type: 99, data: Buffer.alloc(0) }),
    ]);
    expect(() => decodeMessage(packet)).toThrow('longer than 255');
  });

  const START = 12 + QUESTION_NAME.length + 4;
  test.each([
    ['to itself', uint16(0xc0_00 | START)],
    ['forward', uint16(0xc0_00 | (START + 12))],
    ['to the part that it closes', Buffer.concat([Buffer.from([1, 0x61]), uint16(0xc0_00 | START)])],
    ['into the header', uint16(0xc0_00 | 4)],
  ])('with a pointer %s is refused', (_, owner) => {
    expect(() => nameOf(owner)).toThrow('does not lead back');
  });

  test('that the packet cuts off is refused', () => {
    const whole = response([record({ owner: wireName('abc'), type: 99, data: Buffer.alloc(0) })]);
    for (const end of [START, START + 1, START + 3])
      expect(() => decodeMessage(whole.subarray(0, end))).toThrow(MalformedPacket);
    expect(() => decodeMessage(response([Buffer.from([0xc0])]))).toThrow(MalformedPacket);
  });

  test('of more pointers than a name has labels is refused', () => {
    const chain = (pointers: number) => {
      // In the data of a record that is not read: each pointer leads to the one before it.
      const at = START + 12;
      const data = Buffer.concat(
        Array.from({ length: pointers }, (_, index) =>
          uint16(0xc0_00 | (index === 0 ? 12 : at + 2 * (index - 1))),
        ),
      );
      const owner = uint16(0xc0_00 | (at + 2 * (pointers - 1)));
      return response([record({ type: 99, data }), record({ owner, type: TXT, data: txtData('x') })]);
    };
    expect(decodeMessage(chain(100)).answers).toMatchObject([{ name: NAME }]);
    expect(() => decodeMessage(chain(200))).toThrow('too many pointers');
  });
});

describe('a packet', () => {
  test('with octets after its last record is taken, as resolvers do', () => {
    const packet = Buffer.concat([
      response([record({ type: TXT, data: txtData('x') })]),
      Buffer.from('spurious'),
    ]);
    expect(decodeMessage(packet).answers).toHaveLength(1);
  });

  test('whose header counts more records than it holds is refused', () => {
    expect(() => decodeMessage(header({ counts: [65_535, 65_535, 65_535, 65_535] }))).toThrow(
      MalformedPacket,
    );
    const packet = response([record({ type: TXT, data: txtData('x') })]);
    packet.writeUInt16BE(2, 6);
    expect(() => decodeMessage(packet)).toThrow(MalformedPacket);
  });

  test('that is truncated may end within a record, and keeps those before', () => {
    const records = [
      record({ type: TXT, data: txtData('first') }),
      record({ type: TXT, data: txtData('second') }),
    ];
    const whole = response(records, 0, TRUNCATED);
    expect(decodeMessage(whole.subarray(0, -3)).answers).toMatchObject([{ text: Buffer.from('first') }]);
    const notTruncated = response(records);
    expect(() => decodeMessage(notTruncated.subarray(0, -3))).toThrow(MalformedPacket);
  });

  test('may be full of records at the name of the question', () => {
    const text = record({ type: TXT, data: txtData('0123456789abcdef0123456789abcdef') });
    expect(decodeMessage(response(Array.from({ length: 1_400 }, () => text))).answers).toHaveLength(1_400);
  });

  test('full of pointers to a long name is refused', () => {
    const name = wireName(...Array.from({ length: 126 }, () => 'a'));
    const cname = record({ owner: uint16(0xc0_00 | 14), type: CNAME, data: TO_QUESTION });
    const count = 4_000;
    const packet = Buffer.concat([
      header({ counts: [1, count, 0, 0] }),
      question(name),
      ...Array(count).fill(cname),
    ]);
    expect(() => decodeMessage(packet)).toThrow('cost too much');
  });

  test('full of empty strings is refused', () => {
    expect(() => ofType(TXT, Buffer.alloc(60_000))).toThrow('too many strings');
  });
});

describe('the OPT record', () => {
  const edns = (...records: Buffer[]) => decodeMessage(response(records, 2)).edns;

  test('gives version, extended errors, NSID and the scope of the client subnet', () => {
    const stale = Buffer.concat([uint16(3), Buffer.from('stale\0')]);
    const filtered = uint16(17);
    const subnet = Buffer.from([0, 1, 24, 20, 192, 0, 2]);
    expect(
      edns(
        opt(
          [
            [15, stale],
            [15, filtered],
            [3, Buffer.from('ns1')],
            [8, subnet],
            [10, Buffer.alloc(8)],
          ],
          0x00_01_80_00,
        ),
      ),
    ).toEqual({
      version: 1,
      errors: [
        { code: 3, text: 'stale' },
        { code: 17, text: '' },
      ],
      nsid: Buffer.from('ns1'),
      subnetScope: 20,
    });
  });

  test('without options says so', () => {
    expect(edns(opt([]))).toEqual({ version: 0, errors: [], nsid: undefined, subnetScope: undefined });
  });

  test('holds the upper bits of the response code', () => {
    expect(decodeMessage(response([opt([], 0x01_00_00_00)], 2)).rcode).toBe('RCODE_16');
    expect(decodeMessage(response([opt([], 0x01_00_00_00)], 2, 0x80_07)).rcode).toBe('RCODE_23');
  });

  test.each([
    ['twice', 2, [opt([]), opt([])]],
    ['among the answers', 0, [opt([])]],
    ['at a name', 2, [opt([], 0, wireName('a'))]],
    ['with a short extended error', 2, [opt([[15, Buffer.alloc(1)]])]],
    ['with a short client subnet', 2, [opt([[8, Buffer.alloc(3)]])]],
    [
      'with an option beyond its end',
      2,
      [record({ owner: wireName(), type: 41, data: Buffer.from([0, 3, 0, 1]) }), Buffer.alloc(20)],
    ],
  ])('%s is refused', (_, section, records) => {
    expect(() => decodeMessage(response(records, section))).toThrow(MalformedPacket);
  });
});
