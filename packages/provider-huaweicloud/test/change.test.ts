import { type RecordKey, type RecordSet, toFqdn, type ValueChange } from '@domainproof/core';
import { describe, expect, test } from 'vitest';
import {
  type Answer,
  listOf,
  newCall,
  providerAt,
  type Received,
  startVendorServer,
  TELLING,
  vendorSet,
  ZONE,
} from './support/vendor-server.js';

const KEY: RecordKey = { name: toFqdn('_dnsauth.example.com'), type: 'TXT', line: 'default' };
const ACCEPTED: Answer = { status: 202, json: vendorSet({ status: 'PENDING_UPDATE' }) };
const CONFLICT: Answer = {
  status: 400,
  json: { code: 'DNS.0312', message: 'This record set name already exists.' },
};
const NOT_THERE: Answer = {
  status: 404,
  json: { code: 'DNS.0313', message: 'This record set does not exist.' },
};

interface Run {
  change: Partial<ValueChange>;
  /** The sets that the vendor lists. */
  sets?: readonly unknown[];
  /** Whether `current` is read before, as the engine does after a conflict. */
  readFirst?: boolean;
  /** The answer to writes. Default: accepted. */
  write?: (request: Received) => Answer;
}

describe.each(TELLING)('over %s', (via) => {
  /** Carries out one change and tells what the adapter asked of the vendor for it. */
  async function run({ change, sets = [], readFirst = true, write = () => ACCEPTED }: Run) {
    const server = await startVendorServer((request) =>
      request.method === 'GET' ? listOf(...sets) : write(request),
    );
    try {
      const provider = providerAt(server, {}, via);
      const full = { key: KEY, add: [], remove: [], ttl: 300, ...change };
      let current: RecordSet | undefined;
      if (readFirst) current = await provider.readRecordSet(ZONE, full.key, newCall());
      const before = server.requests.length;
      const call = newCall();
      const receipt = await provider.applyChange(ZONE, current, full, call);
      const sent = server.requests.slice(before);
      return { receipt, sent, operations: call.events.map(({ operation }) => operation) };
    } finally {
      await server.close();
    }
  }

  test('adding to what was not read is one POST, quoted, on the default line, without a weight', async () => {
    const created = vendorSet({ id: 'new1', status: 'PENDING_CREATE' });
    const { receipt, sent, operations } = await run({
      change: { add: ['token-1', 'token-2'], ttl: 60 },
      readFirst: false,
      write: () => ({ status: 202, json: created }),
    });
    expect(operations).toEqual(['CreateRecordSet']);
    expect(sent[0]).toMatchObject({ method: 'POST', path: '/v2.1/zones/zone1/recordsets' });
    expect(sent[0]?.body).toEqual({
      name: '_dnsauth.example.com.',
      type: 'TXT',
      ttl: 60,
      records: ['"token-1"', '"token-2"'],
      line: 'default_view',
    });
    expect(receipt).toEqual({ settled: false, present: [], absent: [], native: { recordSetId: 'new1' } });
  });

  test('a set that is served at once is settled', async () => {
    const write = () => ({ status: 202, json: vendorSet({ status: 'ACTIVE' }) });
    expect((await run({ change: { add: ['a'] }, readFirst: false, write })).receipt.settled).toBe(true);
  });

  test('a long value is sent in strings of 255 bytes, and a line code as it is', async () => {
    const { sent } = await run({
      change: { add: ['x'.repeat(300)], key: { ...KEY, line: 'Dianxin_Beijing' } },
      readFirst: false,
    });
    expect(sent[0]?.body).toMatchObject({
      records: [`"${'x'.repeat(255)}" "${'x'.repeat(45)}"`],
      line: 'Dianxin_Beijing',
    });
  });

  test('a CNAME is sent as it is', async () => {
    const { sent } = await run({
      change: { add: ['target.example.net.'], key: { ...KEY, type: 'CNAME' } },
      readFirst: false,
    });
    expect(sent[0]?.body).toMatchObject({ type: 'CNAME', records: ['target.example.net.'] });
  });

  test.each(['DNS.0312', 'DNS.0335', 'DNS.0016', 'DNS.0328'])(
    '%s on a POST is RECORD_CONFLICT after one request',
    async (code) => {
      const write = () => ({ status: 400, json: { code, message: 'exists' } });
      await expect(run({ change: { add: ['a'] }, readFirst: false, write })).rejects.toMatchObject({
        code: 'RECORD_CONFLICT',
        vendorCode: code,
        retryable: false,
        outcomeUnknown: false,
      });
    },
  );

  test('a second value is merged by one PUT that keeps foreign values byte for byte, TTL, line and weight', async () => {
    const foreign = ['"part one"  "part two"', '"foreign"', '""'];
    const { receipt, sent, operations } = await run({
      change: { add: ['mine'], ttl: 60 },
      sets: [vendorSet({ records: foreign, ttl: 900 })],
    });
    expect(operations).toEqual(['UpdateRecordSet']);
    expect(sent[0]).toMatchObject({ method: 'PUT', path: '/v2.1/zones/zone1/recordsets/set1' });
    expect(sent[0]?.body).toEqual({
      name: '_dnsauth.example.com.',
      type: 'TXT',
      records: [...foreign, '"mine"'],
    });
    expect(receipt).toMatchObject({ settled: false, native: { recordSetId: 'set1' } });
  });

  test('a value that is there already is not written again', async () => {
    const { receipt, sent } = await run({ change: { add: ['token-1'] }, sets: [vendorSet()] });
    expect(sent).toEqual([]);
    expect(receipt).toEqual({
      settled: true,
      present: ['token-1'],
      absent: [],
      native: { recordSetId: 'set1' },
    });
  });

  test('taking one of several values away is one PUT with the others as they came', async () => {
    const { receipt, sent, operations } = await run({
      change: { remove: ['ab'], ttl: 0 },
      sets: [vendorSet({ records: ['"a" "b"', '"keep"  "me"'] })],
    });
    expect(operations).toEqual(['UpdateRecordSet']);
    expect(sent[0]?.body).toMatchObject({ records: ['"keep"  "me"'] });
    expect(receipt).toEqual({ settled: true, present: [], absent: [], native: { recordSetId: 'set1' } });
  });

  test('taking the last value away is one DELETE without a body', async () => {
    const { sent, operations } = await run({ change: { remove: ['token-1'] }, sets: [vendorSet()] });
    expect(operations).toEqual(['DeleteRecordSet']);
    expect(sent[0]).toMatchObject({ path: '/v2.1/zones/zone1/recordsets/set1', body: undefined });
  });

  test('a DELETE that is answered with 204 and nothing is done', async () => {
    const write = () => ({ status: 204, raw: '' });
    const { receipt } = await run({ change: { remove: ['token-1'] }, sets: [vendorSet()], write });
    expect(receipt.absent).toEqual([]);
  });

  test('taking away without a current set reads once, exactly, and leaves decoys alone', async () => {
    const { operations, sent } = await run({
      change: { remove: ['token-1'] },
      readFirst: false,
      sets: [vendorSet({ id: 'decoy', name: 'x_dnsauth.example.com.' }), vendorSet()],
    });
    expect(operations).toEqual(['ListRecordSets', 'DeleteRecordSet']);
    expect(sent[1]?.path).toBe('/v2.1/zones/zone1/recordsets/set1');
  });

  test('what was not there is reported as absent, without a write', async () => {
    const { receipt, operations } = await run({
      change: { remove: ['other'] },
      readFirst: false,
      sets: [vendorSet()],
    });
    expect(operations).toEqual(['ListRecordSets']);
    expect(receipt).toEqual({ settled: true, present: [], absent: ['other'] });
  });

  test.each([
    ['DELETE', ['"token-1"']],
    ['PUT', ['"token-1"', '"foreign"']],
  ])('a %s of a set that is gone by then means that the value is absent', async (_, records) => {
    const { receipt } = await run({
      change: { remove: ['token-1'] },
      sets: [vendorSet({ records })],
      write: () => NOT_THERE,
    });
    expect(receipt.absent).toEqual(['token-1']);
  });

  test('adding to a set that is gone by then is a conflict, so that the caller looks again', async () => {
    const work = run({ change: { add: ['mine'] }, sets: [vendorSet()], write: () => NOT_THERE });
    await expect(work).rejects.toMatchObject({ code: 'RECORD_CONFLICT', vendorCode: 'DNS.0313' });
  });

  test('adding and taking away in one change is one PUT', async () => {
    const { sent, operations } = await run({
      change: { add: ['new'], remove: ['token-1'] },
      sets: [vendorSet({ records: ['"token-1"', '"foreign"'] })],
    });
    expect(operations).toEqual(['UpdateRecordSet']);
    expect(sent[0]?.body).toMatchObject({ records: ['"foreign"', '"new"'] });
  });

  test('a value is taken out of every set that holds it, and only out of those', async () => {
    const { sent, operations } = await run({
      change: { remove: ['mine'] },
      sets: [
        vendorSet({ id: 's1', records: ['"foreign"'] }),
        vendorSet({ id: 's2', records: ['"mine"'] }),
        vendorSet({ id: 's3', records: ['"foreign"', '"mine"'] }),
        vendorSet({ id: 's4', records: ['"mine"'], line: 'Dianxin' }),
      ],
    });
    expect(operations).toEqual(['DeleteRecordSet', 'UpdateRecordSet']);
    expect(sent.map(({ path }) => path.split('/').at(-1))).toEqual(['s2', 's3']);
  });

  test('a new value goes into the first of several sets that has room', async () => {
    const full = Array.from({ length: 50 }, (_, index) => `"v${index}"`);
    const { sent } = await run({
      change: { add: ['mine'] },
      sets: [vendorSet({ id: 's1', records: full }), vendorSet({ id: 's2' })],
    });
    expect(sent.map(({ path }) => path.split('/').at(-1))).toEqual(['s2']);
  });

  test('the 51st value is refused before any write', async () => {
    const full = Array.from({ length: 50 }, (_, index) => `"v${index}"`);
    await expect(
      run({ change: { add: ['mine'] }, sets: [vendorSet({ records: full })] }),
    ).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      provider: 'huaweicloud',
    });
  });

  test('a second CNAME target is a conflict before any write, and an exchange of the target is one PUT', async () => {
    const key = { ...KEY, type: 'CNAME' };
    const sets = [vendorSet({ type: 'CNAME', records: ['old.example.net.'] })];
    const work = run({ change: { key, add: ['new.example.net.'] }, sets });
    await expect(work).rejects.toMatchObject({ code: 'RECORD_CONFLICT', vendorCode: undefined });
    const change = { key, add: ['new.example.net.'], remove: ['old.example.net.'] };
    const { sent } = await run({ change, sets });
    expect(sent.map(({ body }) => body)).toEqual([
      expect.objectContaining({ records: ['new.example.net.'] }),
    ]);
  });

  test.each(['DISABLE', 'ERROR', 'FREEZE'])(
    'nothing is added to a set in status %s, but values can be taken out',
    async (status) => {
      const sets = [vendorSet({ status })];
      await expect(run({ change: { add: ['mine'] }, sets })).rejects.toMatchObject({
        code: 'ZONE_INACTIVE',
        message: expect.stringContaining(status),
        hint: expect.any(String),
      });
      expect((await run({ change: { remove: ['token-1'] }, sets })).operations).toEqual(['DeleteRecordSet']);
    },
  );

  test('a conflict with a set that is still being deleted is BUSY, which passes', async () => {
    const work = run({
      change: { add: ['mine'] },
      sets: [vendorSet({ status: 'PENDING_DELETE' })],
      write: () => CONFLICT,
    });
    await expect(work).rejects.toMatchObject({ code: 'BUSY', retryable: true, vendorCode: 'DNS.0312' });
  });

  test.each([
    ['a double quote', { add: ['say "x"'] }, 'INVALID_VALUE'],
    ['a backslash', { add: ['a\\b'] }, 'INVALID_VALUE'],
    ['4097 bytes', { add: ['ä'.repeat(2048).concat('x')] }, 'INVALID_VALUE'],
    ['an empty text', { add: [''] }, 'INVALID_VALUE'],
    ['51 values', { add: Array.from({ length: 51 }, (_, index) => `v${index}`) }, 'QUOTA_EXCEEDED'],
    ['two CNAME targets', { add: ['a.', 'b.'], key: { ...KEY, type: 'CNAME' } }, 'RECORD_CONFLICT'],
    ['a TTL of 0', { add: ['a'], ttl: 0 }, 'TTL_OUT_OF_RANGE'],
    ['a TTL of 1.5', { add: ['a'], ttl: 1.5 }, 'TTL_OUT_OF_RANGE'],
    ['a type that is not carried', { add: ['a'], key: { ...KEY, type: 'PTR' } }, 'UNSUPPORTED'],
    ['a line that is none', { add: ['a'], key: { ...KEY, line: 'no line' } }, 'UNSUPPORTED'],
    [
      'a name of another zone',
      { add: ['a'], key: { ...KEY, name: toFqdn('my-example.com') } },
      'INVALID_NAME',
    ],
  ])('%s is refused before any request', async (_, change, code) => {
    const server = await startVendorServer(() => ACCEPTED);
    const work = providerAt(server, {}, via).applyChange(
      ZONE,
      undefined,
      { key: KEY, remove: [], ttl: 300, ...change },
      newCall(),
    );
    await expect(work).rejects.toMatchObject({ code, provider: 'huaweicloud' });
    await server.close();
    expect(server.requests).toEqual([]);
  });

  test.each(['x'.repeat(4045), `${'é'.repeat(2022)}x`, 'x'.repeat(4)])(
    'the vendor gets at most 4096 bytes',
    async (value) => {
      const { sent } = await run({ change: { add: [value] }, readFirst: false });
      const { records } = (sent[0] as { body: unknown }).body as { records: [string] };
      expect(Buffer.byteLength(records[0])).toBeLessThanOrEqual(4096);
    },
  );

  test('an accepted write whose answer lacks the id may have been carried out', async () => {
    const write = () => ({ status: 202, json: { status: 'PENDING_CREATE' } });
    await expect(run({ change: { add: ['a'] }, readFirst: false, write })).rejects.toMatchObject({
      code: 'PROTOCOL',
      outcomeUnknown: true,
    });
  });
});
