import packet, { type Answer, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMessage, type ResourceRecord } from '../src/wire/message.js';

const octets = (most: number, least = 0) =>
  fc.uint8Array({ minLength: least, maxLength: most }).map((data) => Buffer.from(data));
const uint = (bits: number) => fc.nat(2 ** bits - 1);
const label = fc.stringMatching(/^[A-Za-z0-9_-]{1,63}$/);
const name = fc.oneof(
  { weight: 9, arbitrary: fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.')) },
  { weight: 1, arbitrary: fc.constant('.') },
);
const owned = { name, ttl: fc.nat(0x7f_ff_ff_ff), class: fc.constant('IN' as const) };
const of = <T>(type: string, data: fc.Arbitrary<T>) =>
  fc.record({ ...owned, type: fc.constant(type), data }) as unknown as fc.Arbitrary<Answer>;

/** Records with what our codec must make of their data. */
const record: fc.Arbitrary<Answer> = fc.oneof(
  of('TXT', fc.array(octets(255), { minLength: 1, maxLength: 4 })),
  of('CNAME', name),
  of('NS', name),
  of('A', fc.ipV4()),
  of('AAAA', fc.ipV6()),
  of(
    'SOA',
    fc.record({
      mname: name,
      rname: name,
      serial: uint(32),
      refresh: uint(32),
      retry: uint(32),
      expire: uint(32),
      minimum: uint(32),
    }),
  ),
  of('CAA', fc.record({ flags: uint(8), tag: fc.constantFrom('issue', 'iodef'), value: fc.string() })),
  of('DS', fc.record({ keyTag: uint(16), algorithm: uint(8), digestType: uint(8), digest: octets(64) })),
  of('DNSKEY', fc.record({ flags: uint(16), algorithm: fc.integer({ min: 2, max: 255 }), key: octets(300) })),
  of(
    'RRSIG',
    fc.record({
      typeCovered: fc.constantFrom('A', 'TXT', 'SOA', 'NSEC3', 'CAA', 'MX'),
      algorithm: uint(8),
      labels: uint(8),
      originalTTL: uint(32),
      expiration: uint(32),
      inception: uint(32),
      keyTag: uint(16),
      signersName: name,
      signature: octets(64),
    }),
  ),
  of('MX', fc.record({ preference: uint(16), exchange: name })),
);

const edns = fc.record({
  type: fc.constant('OPT' as const),
  name: fc.constant('.'),
  udpPayloadSize: fc.integer({ min: 512, max: 65_535 }),
  extendedRcode: uint(8),
  ednsVersion: uint(8),
  flags: fc.constantFrom(0, 0x80_00),
  options: fc.array(fc.record({ code: fc.constantFrom(3, 10, 15, 65_001), data: octets(20, 2) }), {
    maxLength: 4,
  }),
}) as unknown as fc.Arbitrary<Answer>;

const message = fc.record({
  type: fc.constant('response' as const),
  id: uint(16),
  flags: uint(15).map((flags) => flags & ~packet.TRUNCATED_RESPONSE),
  questions: fc.array(fc.record({ name, type: fc.constant('TXT' as const) }), { maxLength: 1 }),
  answers: fc.array(record, { maxLength: 6 }),
  authorities: fc.array(record, { maxLength: 3 }),
  additionals: fc
    .tuple(fc.array(record, { maxLength: 3 }), fc.option(edns))
    .map(([records, opt]) => (opt ? [...records, opt] : records)),
});

function absolute(text: string): string {
  return text === '.' ? text : `${text.toLowerCase()}.`;
}

/** What our codec should read of a record that the library has read. */
function expected(answer: Answer): Partial<ResourceRecord>[] {
  // The library's own types are of single records, so the data is taken as it comes.
  const { type, data } = answer as unknown as { type: string; data: never };
  const owner = { name: absolute(answer.name), ttl: (answer as { ttl?: number }).ttl, type };
  const fields = fieldsOf(type, data);
  return fields ? [{ ...owner, ...fields } as Partial<ResourceRecord>] : [];
}

// biome-ignore lint/suspicious/noExplicitAny: data of every type.
function fieldsOf(type: string, data: any): object | undefined {
  switch (type) {
    case 'TXT':
      return { strings: data, text: Buffer.concat(data) };
    case 'CNAME':
    case 'NS':
      return { target: absolute(data) };
    case 'A':
      return { address: data };
    case 'AAAA':
      // The form is tested against core.
      return {};
    case 'SOA':
      return { serial: data.serial, minimum: data.minimum };
    case 'CAA':
      return { critical: data.issuerCritical, tag: data.tag, value: data.value };
    case 'DS':
      return data;
    case 'DNSKEY':
      return { flags: data.flags, algorithm: data.algorithm };
    case 'RRSIG':
      return {
        covered: data.typeCovered,
        keyTag: data.keyTag,
        inception: data.inception,
        expiration: data.expiration,
        signer: absolute(data.signersName),
      };
    default:
      return undefined;
  }
}

describe('a message that the library encoded', () => {
  test('says the same to our codec as to the library', () => {
    fc.assert(
      fc.property(message, (sent) => {
        const raw = packet.encode(sent as Packet);
        const theirs = packet.decode(raw);
        const ours = decodeMessage(raw);
        expect(ours.answers).toMatchObject((theirs.answers ?? []).flatMap(expected));
        expect(ours.authority).toMatchObject((theirs.authorities ?? []).flatMap(expected));
        expect(ours.additional).toMatchObject((theirs.additionals ?? []).flatMap(expected));
        expect([ours.authoritative, ours.recursionAvailable, ours.authenticData]).toEqual([
          theirs.flag_aa,
          theirs.flag_ra,
          theirs.flag_ad,
        ]);
        const opt = theirs.additionals?.find((answer) => answer.type === 'OPT');
        expect(ours.edns?.version).toBe(opt?.ednsVersion);
        const options = (opt?.options ?? []) as unknown as { code: number; data: Buffer }[];
        expect(ours.edns?.nsid).toEqual(options.findLast(({ code }) => code === 3)?.data);
        expect(ours.edns?.errors.map(({ code }) => code) ?? []).toEqual(
          options.filter(({ code }) => code === 15).map(({ data }) => data.readUInt16BE(0)),
        );
      }),
      { numRuns: 1_500 },
    );
  });
});
