import { type RecordKey, toFqdn } from '@domainproof/core';
import { describe, expect, test } from 'vitest';
import {
  type Answer,
  listOf,
  newCall,
  providerAt,
  type Received,
  startVendorServer,
  vendorSet,
  ZONE,
} from './support/vendor-server.js';

const KEY: RecordKey = { name: toFqdn('_dnsauth.example.com'), type: 'TXT', line: 'default' };

describe.each(['its own requests', 'the client as published'] as const)('over %s', (via) => {
  async function read(
    answer: Answer | ((request: Received) => Answer),
    key: Partial<RecordKey> = {},
    call = newCall(),
  ) {
    const server = await startVendorServer(typeof answer === 'function' ? answer : () => answer);
    try {
      const set = await providerAt(server, {}, via).readRecordSet(ZONE, { ...KEY, ...key }, call);
      return { set, requests: server.requests, call };
    } finally {
      await server.close();
    }
  }

  test('one question finds the set, whatever its decoys', async () => {
    const { set, requests, call } = await read(
      listOf(
        vendorSet({ id: 'decoy1', name: 'x_dnsauth.example.com.' }),
        vendorSet({ id: 'decoy2', name: '_dnsauth.example.com.example.com.' }),
        vendorSet({ id: 'line', line: 'Dianxin', records: ['"of-dianxin"'] }),
        vendorSet({ id: 'mine', name: '_DNSAUTH.Example.com.', records: ['"b"', '"a"'], ttl: 60 }),
      ),
    );
    expect(set).toMatchObject({ key: KEY, ttl: 60, values: ['b', 'a'], settled: true, conflicts: [] });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      path: '/v2.1/zones/zone1/recordsets',
      query: { name: '_dnsauth.example.com', search_mode: 'like', limit: '500' },
    });
    expect(requests[0]?.query).not.toHaveProperty('type');
    expect(call.events.map(({ operation }) => operation)).toEqual(['ListRecordSets']);
  });

  test('names with and without the final dot are the same name', async () => {
    expect((await read(listOf(vendorSet({ name: '_dnsauth.example.com' })))).set?.values).toEqual([
      'token-1',
    ]);
  });

  test('another line is its own record set, and default_view is the default line', async () => {
    const both = listOf(vendorSet(), vendorSet({ id: 'set2', line: 'Dianxin', records: ['"telecom"'] }));
    expect((await read(both, { line: 'Dianxin' })).set?.values).toEqual(['telecom']);
    expect((await read(both, { line: 'default_view' })).set?.values).toEqual(['token-1']);
    expect((await read(both, { line: 'Liantong' })).set).toBeUndefined();
  });

  test('the 501st record set is found behind small pages', async () => {
    const all = Array.from({ length: 500 }, (_, index) =>
      vendorSet({ id: `r${index}`, name: `r${index}._dnsauth.example.com.` }),
    );
    all.push(vendorSet({ id: 'last' }));
    const { set, requests } = await read(({ query }) => {
      const start = query.marker ? all.findIndex(({ id }) => id === query.marker) + 1 : 0;
      return { json: { recordsets: all.slice(start, start + 100), metadata: { total_count: 501 } } };
    });
    expect(set?.values).toEqual(['token-1']);
    expect(requests).toHaveLength(6);
  });

  test('split and oddly quoted values are read as raw text, and what cannot be read stands for itself', async () => {
    const records = ['"part one" "part two"', 'bare', '""', '"unbalanced'];
    const { set } = await read(listOf(vendorSet({ records })));
    expect(set?.values).toEqual(['part onepart two', 'bare', '""', '"unbalanced']);
  });

  test('several sets under one key are read as their union', async () => {
    const { set } = await read(
      listOf(
        vendorSet({ records: ['"a"', '"b"'] }),
        vendorSet({ id: 'set2', records: ['"b"', '"c"'], weight: 2 }),
      ),
    );
    expect(set?.values).toEqual(['a', 'b', 'c']);
  });

  test.each([
    'PENDING_CREATE',
    'PENDING_UPDATE',
    'PENDING_DISABLE',
    'DISABLE',
    'ERROR',
    'FREEZE',
    'ILLEGAL',
    'POLICE',
  ])('a set in status %s is read, but is not settled', async (status) => {
    const { set } = await read(listOf(vendorSet({ status })));
    expect(set).toMatchObject({ values: ['token-1'], settled: false });
    expect(set?.unserved).toBe(status.startsWith('PENDING_') ? undefined : status);
  });

  test('a paused member beside a served one does not keep the set from being settled', async () => {
    const { set } = await read(listOf(vendorSet(), vendorSet({ id: 'set2', status: 'DISABLE' })));
    expect(set?.settled).toBe(true);
    expect(set).not.toHaveProperty('unserved');
  });

  test('the values of a set that is being deleted are not there any more', async () => {
    const { set } = await read(listOf(vendorSet({ status: 'PENDING_DELETE' })));
    expect(set).toMatchObject({ values: [], settled: false });
  });

  test('nothing at the name is undefined', async () => {
    expect((await read(listOf())).set).toBeUndefined();
  });

  test('a CNAME on the same line excludes the TXT, and on another line it does not', async () => {
    const cname = (line: string) => vendorSet({ type: 'CNAME', records: ['target.example.net.'], line });
    const { set } = await read(listOf(cname('default_view')));
    expect(set).toMatchObject({ values: [], conflicts: [{ ...KEY, type: 'CNAME' }] });
    expect((await read(listOf(cname('Dianxin')))).set).toBeUndefined();
  });

  test('every other type excludes a CNAME, but the SOA and NS of the zone do not', async () => {
    const txt = await read(listOf(vendorSet()), { type: 'CNAME' });
    expect(txt.set?.conflicts.map(({ type }) => type)).toEqual(['TXT']);
    const apex = listOf(
      vendorSet({
        id: 'soa',
        name: 'example.com.',
        type: 'SOA',
        records: ['ns1.example.com. h.example.com. (1 2 3 4 5)'],
      }),
      vendorSet({ id: 'ns', name: 'example.com.', type: 'NS', records: ['ns1.example.com.'] }),
      vendorSet({ id: 'mx', name: 'example.com.', type: 'MX', records: ['10 mail.example.com.'] }),
    );
    const top = await read(apex, { name: toFqdn('example.com'), type: 'CNAME' });
    expect(top.set?.conflicts.map(({ type }) => type)).toEqual(['MX']);
  });

  test.each([
    ['records', { records: 'text' }],
    ['records', { records: [1] }],
    ['ttl', { ttl: '300' }],
    ['status', { status: undefined }],
  ])('a set whose %s is not usable is a PROTOCOL error', async (field, fields) => {
    await expect(read(listOf(vendorSet(fields)))).rejects.toMatchObject({
      code: 'PROTOCOL',
      message: expect.stringContaining(`"${field}"`),
    });
  });

  test('a zone id that is no id never gets into a path', async () => {
    const server = await startVendorServer(() => listOf());
    const zone = { ...ZONE, id: 'x/../../v3/users' };
    await expect(providerAt(server, {}, via).readRecordSet(zone, KEY, newCall())).rejects.toMatchObject({
      code: 'ZONE_NOT_FOUND',
    });
    await server.close();
    expect(server.requests).toEqual([]);
  });
});
