import { describe, expect, it } from 'vitest';
import type { SeededRecord } from '../src/scenario.js';
import { alidnsAccount } from './alidns-account.js';
import { huaweicloudAccount, txt } from './huaweicloud-account.js';

const NAME = 'n.example.com.';
const record = (value: string, status?: SeededRecord['status']): SeededRecord => ({
  name: 'n',
  type: 'TXT',
  value,
  ...(status === undefined ? {} : { status }),
});

describe('records that somebody paused before the test', () => {
  it('are held and not served at Alibaba Cloud, one value alone if need be', async () => {
    const records = [record('live'), record('paused', 'disabled')];
    const { cloud, publisher, call } = await alidnsAccount({ zones: [{ records }] });
    expect(publisher.values('n.example.net.')).toEqual(['live']);
    expect(cloud.records('example.net')).toMatchObject([
      { status: 'ENABLE', values: ['live'] },
      { status: 'DISABLE', values: ['paused'] },
    ]);
    const { body } = await call('DescribeDomainRecords', { DomainName: 'example.net', Status: 'Disable' });
    const [{ RecordId, Value }] = body.DomainRecords.Record;
    expect(Value).toBe('paused');
    await call('SetDomainRecordStatus', { RecordId, Status: 'Enable' });
    expect(publisher.values('n.example.net.')).toEqual(['live', 'paused']);
  });

  it('are a whole set at Huawei Cloud, which comes back when it is enabled', async () => {
    const records = [record('a', 'disabled'), record('b', 'disabled')];
    const { publisher, call, recordSets } = await huaweicloudAccount({ zones: [{ records }] });
    expect(publisher.values(NAME)).toEqual([]);
    const path = await recordSets();
    const [{ id, status }] = (await call('GET', path, { query: { name: NAME } })).body.recordsets;
    expect(status).toBe('DISABLE');
    await call('PUT', `${path}/${id}`, { body: txt(NAME, 'a', 'b', 'c') });
    expect(publisher.values(NAME)).toEqual([]);
    await call('PUT', `/v2.1/recordsets/${id}/statuses/set`, { body: { status: 'ENABLE' } });
    expect(publisher.values(NAME)).toEqual(['a', 'b', 'c']);
  });

  it.each<[SeededRecord['status'], string, number, number]>([
    ['frozen', 'FREEZE', 403, 0],
    ['error', 'ERROR', 202, 1],
  ])('are at Huawei Cloud %s: %s, where a write is %i', async (status, word, answer, served) => {
    const { publisher, call, recordSets } = await huaweicloudAccount({
      zones: [{ records: [record('a', status)] }],
    });
    const path = await recordSets();
    const [set] = (await call('GET', path, { query: { name: NAME, status: word } })).body.recordsets;
    expect(publisher.values(NAME)).toEqual([]);
    const updated = await call('PUT', `${path}/${set.id}`, { body: txt(NAME, 'b') });
    expect(updated.status).toBe(answer);
    if (answer === 403) expect(updated.body.code).toBe('DNS.2003');
    expect(publisher.values(NAME)).toHaveLength(served);
    expect((await call('DELETE', `${path}/${set.id}`)).status).toBe(answer);
  });

  it('are refused where there is no such state', async () => {
    await expect(alidnsAccount({ zones: [{ records: [record('a', 'frozen')] }] })).rejects.toThrow(
      'Alibaba Cloud has no status "frozen"',
    );
    const mixed = [record('a'), record('b', 'disabled')];
    await expect(huaweicloudAccount({ zones: [{ records: mixed }] })).rejects.toThrow(
      'the values of one set have one status',
    );
  });
});

describe('an edition whose time is over', () => {
  it('says so, and takes the TTLs of the free one', async () => {
    const { call } = await alidnsAccount({ zones: [{ edition: 'expired' }] });
    const [domain] = (await call('DescribeDomains')).body.Domains.Domain;
    expect(domain).toMatchObject({ VersionCode: 'version_enterprise_advanced', InstanceExpired: true });
    expect(domain.InstanceId).toMatch(/^dns-sim-/);
    expect((await call('DescribeDomainInfo', { DomainName: 'example.net' })).body.MinTtl).toBe(600);
    const fields = { DomainName: 'example.net', RR: 'n', Type: 'TXT', Value: 'a' };
    expect((await call('AddDomainRecord', { ...fields, TTL: 599 })).body.Code).toBe('QuotaExceeded.TTL');
    expect((await call('AddDomainRecord', { ...fields, TTL: 600 })).status).toBe(200);
  });

  it('is not said of one that runs', async () => {
    const { call } = await alidnsAccount({ zones: [{ edition: 'ultimate' }] });
    expect((await call('DescribeDomains')).body.Domains.Domain[0].InstanceExpired).toBe(false);
  });
});
