import { describe, expect, it } from 'vitest';
import type { Fault } from '../src/faults.js';
import { alidnsAccount } from './alidns-account.js';
import { huaweicloudAccount, txt } from './huaweicloud-account.js';

describe('switches where the documents are silent or disagree', () => {
  it.each([
    ['exact', []],
    ['contains', ['TXT']],
  ] as const)('a type key word without a search mode is %s', async (typeKeyWord, found) => {
    const records = [{ name: 'n', type: 'TXT', value: 'a' }];
    const { call } = await alidnsAccount({ typeKeyWord, zones: [{ records }] });
    const types = async (query: object) => {
      const { body } = await call('DescribeDomainRecords', {
        DomainName: 'example.net',
        TypeKeyWord: 'tx',
        ...query,
      });
      return body.DomainRecords.Record.map(({ Type }: { Type: string }) => Type);
    };
    expect(await types({})).toEqual(found);
    expect(await types({ TypeKeyWord: 'txt' })).toEqual(['TXT']);
    for (const SearchMode of ['ADVANCED', 'COMBINATION']) expect(await types({ SearchMode })).toEqual([]);
  });

  it.each([
    ['ignored', 200],
    ['refused', 403],
  ] as const)('the project of another account is %s', async (wrongProject, status) => {
    const { call, keys } = await huaweicloudAccount({ wrongProject });
    const zones = (project: string) => call('GET', '/v2/zones', { headers: { 'x-project-id': project } });
    expect((await zones(keys.projectId)).status).toBe(200);
    const answer = await zones('0123456789abcdef0123456789abcdef');
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body.error_code).toBe('APIGW.0310');
    expect((await call('GET', '/v2/zones')).status).toBe(200);
  });
});

describe('every answer has a request id', () => {
  const kinds: Fault['kind'][] = [
    'throttle',
    'service-throttle',
    'internal-error',
    'unavailable',
    'unavailable-html',
    'busy',
    'empty-body',
  ];
  it.each(kinds)('at Huawei Cloud, also for %s', async (kind) => {
    const { call, faults } = await huaweicloudAccount();
    const path = '/v2/zones';
    const ids = [await call('GET', path), await call('GET', path, { secretAccessKey: 'wrong' })];
    ids.push(await call('GET', '/v2/nothing'), await call('GET', '/v2.1/zones/none/recordsets'));
    faults.add({ cloud: 'huaweicloud', kind, operation: 'ListPublicZones' });
    ids.push(await call('GET', path));
    const seen = ids.map(({ headers }) => headers.get('x-request-id'));
    for (const id of seen) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(seen).size).toBe(5);
  });
});

describe('operations beside those of one record set', () => {
  it('sets the status of up to 50 sets at once, all or none, and tells which changed', async () => {
    const records = ['a', 'b', 'c'].map((name) => ({ name, type: 'TXT', value: name }));
    const { call, recordSets, publisher } = await huaweicloudAccount({ zones: [{ records }] });
    const { recordsets } = (await call('GET', await recordSets(), { query: { type: 'TXT' } })).body;
    const ids: string[] = recordsets.map(({ id }: { id: string }) => id);
    const set = (status: unknown, recordset_ids: unknown) =>
      call('PUT', '/v2.1/recordsets/statuses', { body: { status, recordset_ids } });
    expect((await set('DISABLE', [...ids.slice(0, 2), 'none'])).body.code).toBe('DNS.0313');
    expect(publisher.values('c.example.com.')).toEqual(['c']);
    expect((await set('DISABLE', ids.slice(0, 2))).body.metadata.total_count).toBe(2);
    expect(['a', 'b', 'c'].flatMap((name) => publisher.values(`${name}.example.com.`))).toEqual(['a']);
    const changed = await set('ENABLE', [ids[0], ids[0], ids[2]]);
    expect(changed).toMatchObject({
      status: 202,
      body: { recordsets: [{ id: ids[0], status: 'PENDING_UPDATE' }] },
    });
    expect((await set('ENABLE', [])).body.code).toBe('DNS.0309');
    expect((await set('ENABLE', Array.from({ length: 51 }, String))).body.code).toBe('DNS.0309');
    expect((await set('ON', ids)).body.code).toBe('DNS.0315');
    expect((await set(undefined, ids)).body.code).toBe('DNS.0315');
  });

  it('tells which servers a zone is delegated to', async () => {
    const { call } = await huaweicloudAccount({ zones: [{ delegated: false }] });
    const servers = ['ns1.huaweicloud-dns.com', 'ns1.huaweicloud-dns.cn'];
    const show = (name: string) => call('GET', `/v2/public-zones/dns-servers/${name}`);
    expect((await show('Example.com.')).body).toMatchObject({
      all_hw_dns: false,
      dns_servers: [],
      expected_dns_servers: servers,
    });
    expect(await show('example.org')).toMatchObject({ status: 404, body: { code: 'DNS.1206' } });
  });

  it('finds the main domain of a name by its public suffix alone', async () => {
    const { call } = await alidnsAccount({ zones: [{ name: 'sub.example.net' }] });
    const main = async (InputString: string) => (await call('GetMainDomainName', { InputString })).body;
    expect(await main('a.sub.example.net')).toMatchObject({ DomainName: 'example.net', RR: 'a.sub' });
    expect(await main('a.example.com.cn')).toMatchObject({
      DomainName: 'example.com.cn',
      RR: 'a',
      DomainLevel: 3,
    });
    expect(await main('example.net')).toMatchObject({ RR: '@', DomainLevel: 1 });
    expect((await main('-')).Code).toBe('InvalidDomainName.Format');
  });

  it('takes a set that is PENDING for ever as one that nobody may change', async () => {
    const { call, recordSets, faults } = await huaweicloudAccount();
    const path = await recordSets();
    faults.add({ cloud: 'huaweicloud', kind: 'stuck-pending' });
    const { id } = (await call('POST', path, { body: txt('n.example.com.', 'a') })).body;
    const answer = await call('PUT', '/v2.1/recordsets/statuses', {
      body: { status: 'DISABLE', recordset_ids: [id] },
    });
    expect(answer).toMatchObject({ status: 409, body: { code: 'DNS.0314' } });
  });
});
