import alidns4, * as models4 from '@alicloud/alidns20150109';
import { Config as ClientConfig } from '@alicloud/openapi-client';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import alidns30, * as models30 from 'alidns-3-client';
import alidns35, * as models35 from 'alidns-3-core';
import { describe, expect, it } from 'vitest';
import { ALL_BYSTANDERS, CHALLENGE, FOREIGN, foreignWorld } from './foreign-world.js';

/** The official clients as they are published. All have the methods of the newest, so its types serve for all three. */
type Client = InstanceType<typeof alidns4.default>;
type Models = typeof models4;

const GENERATIONS: readonly [name: string, open: (config: object) => Client, models: Models][] = [
  ['4.6.1', (config) => new (classOf(alidns4))(new $OpenApiUtil.Config(config)), models4],
  [
    '3.5.0 (on openapi-core)',
    (config) => new (classOf(alidns35))(new $OpenApiUtil.Config(config)) as unknown as Client,
    models35 as unknown as Models,
  ],
  [
    '3.0.13 (on openapi-client)',
    (config) => new (classOf(alidns30))(new ClientConfig(config)) as unknown as Client,
    models30 as unknown as Models,
  ],
];

/** CommonJS under ESM: the class is the default of the default. */
function classOf<T>(module: { default: T } | T): T {
  return (module as { default?: T }).default ?? (module as T);
}

const domainName = 'example.net';

describe.each(GENERATIONS)('the official @alicloud/alidns20150109 %s', (version, open, m) => {
  type World = Awaited<ReturnType<typeof foreignWorld>>;
  const isOnCore = !version.startsWith('3.0');

  async function connected(options: Parameters<typeof foreignWorld>[0] = {}, config: object = {}) {
    const world = await foreignWorld(options);
    const client = connect(world, config);
    const add = async (value: string, more: object = {}) => {
      const request = { domainName, RR: CHALLENGE, type: 'TXT', value, ...more };
      const { body } = await client.addDomainRecord(new m.AddDomainRecordRequest(request));
      return body!.recordId!;
    };
    const search = async (query: object) => {
      const request = new m.DescribeDomainRecordsRequest({ domainName, pageSize: 500, ...query });
      const { body } = await client.describeDomainRecords(request);
      return body!.domainRecords!.record!.map(({ RR }) => RR);
    };
    return { ...world, client, add, search };
  }

  function connect({ simulator }: World, config: object = {}): Client {
    const { endpoint, accessKeyId, accessKeySecret, securityToken } = simulator.alidns;
    return open({
      accessKeyId,
      accessKeySecret,
      securityToken,
      endpoint: endpoint.replace('http://', ''),
      protocol: 'http',
      ...config,
    });
  }

  // biome-ignore lint/suspicious/noExplicitAny: the clients throw what has no common type.
  async function failureOf(work: Promise<unknown>): Promise<any> {
    return work.then(
      () => expect.unreachable('it succeeded'),
      (error) => error,
    );
  }

  it('adds two values beside a foreign one, and takes one and then the other away', async () => {
    const { client, add, proved, bystanders } = await connected();
    const ids = [await add('first'), await add(`sec"ond \\ *~'() 证书`)];
    expect(ids).toEqual([expect.stringMatching(/^\d{17}$/), expect.stringMatching(/^\d{17}$/)]);
    expect(await proved('alidns', CHALLENGE)).toEqual(['first', `sec"ond \\ *~'() 证书`, FOREIGN]);
    for (const recordId of ids) {
      const { body } = await client.deleteDomainRecord(new m.DeleteDomainRecordRequest({ recordId }));
      expect(body!.recordId).toBe(recordId);
      expect(await proved('alidns', CHALLENGE)).toContain(FOREIGN);
    }
    expect(await proved('alidns', CHALLENGE)).toEqual([FOREIGN]);
    expect(bystanders('alidns')).toBe(ALL_BYSTANDERS);
  });

  it('adds, updates, pauses and removes a CNAME', async () => {
    const { client, add, proved } = await connected();
    const key = { RR: 'alias', type: 'CNAME' };
    const recordId = await add('one.example.org', { ...key, TTL: 1200 });
    expect(await proved('alidns', 'alias', 'CNAME')).toEqual(['one.example.org.']);
    const changed = { ...key, recordId, value: 'two.example.org.', TTL: 1200 };
    await client.updateDomainRecord(new m.UpdateDomainRecordRequest(changed));
    expect(await proved('alidns', 'alias', 'CNAME')).toEqual(['two.example.org.']);
    expect((await failureOf(client.updateDomainRecord(new m.UpdateDomainRecordRequest(changed)))).code).toBe(
      'DomainRecordDuplicate',
    );

    const { body } = await client.describeDomainRecordInfo(
      new m.DescribeDomainRecordInfoRequest({ recordId }),
    );
    expect(body).toMatchObject({ domainName, recordId, RR: 'alias', value: 'two.example.org', TTL: 1200 });
    const status = await client.setDomainRecordStatus(
      new m.SetDomainRecordStatusRequest({ recordId, status: 'Disable' }),
    );
    expect(status.body).toMatchObject({ recordId, status: 'DISABLE' });
    const remark = new m.UpdateDomainRecordRemarkRequest({ recordId, remark: 'paused' });
    await client.updateDomainRecordRemark(remark);
    await client.deleteDomainRecord(new m.DeleteDomainRecordRequest({ recordId }));
    expect(await proved('alidns', 'alias', 'CNAME')).toEqual([]);
  });

  it('stops and starts serving one value of two by its status', async () => {
    const { client, add, simulator, served } = await connected();
    const recordId = await add('mine');
    const set = (status: string) =>
      client.setDomainRecordStatus(new m.SetDomainRecordStatusRequest({ recordId, status }));
    await set('Disable');
    const values = () =>
      simulator.records('alidns', domainName).filter(({ name }) => name.startsWith(CHALLENGE));
    expect(values()).toContainEqual(expect.objectContaining({ status: 'DISABLE', values: ['mine'] }));
    expect(await served('alidns', CHALLENGE)).toEqual([[FOREIGN], [FOREIGN]]);
    await set('Enable');
    expect(await served('alidns', CHALLENGE)).toEqual([
      ['mine', FOREIGN],
      ['mine', FOREIGN],
    ]);
    expect(values()).toContainEqual(expect.objectContaining({ status: 'ENABLE', values: ['mine', FOREIGN] }));
  });

  it('searches in each mode as the documents say', async () => {
    const { search } = await connected();
    const rr = `${CHALLENGE}.other`;
    expect(await search({ RRKeyWord: CHALLENGE })).toEqual([CHALLENGE, `x${CHALLENGE}`, rr]);
    expect(await search({ RRKeyWord: CHALLENGE, typeKeyWord: 'TXT', valueKeyWord: 'NEAR' })).toEqual([
      `x${CHALLENGE}`,
      rr,
    ]);
    expect(await search({ RRKeyWord: CHALLENGE, typeKeyWord: 'TX' })).toEqual([]);
    expect(await search({ keyWord: CHALLENGE, RRKeyWord: 'ignored', searchMode: 'LIKE' })).toEqual([
      CHALLENGE,
      'other',
      `x${CHALLENGE}`,
      rr,
    ]);
    expect(await search({ keyWord: CHALLENGE, RRKeyWord: 'ignored', searchMode: 'EXACT' })).toEqual([
      CHALLENGE,
    ]);
    const typed = { RRKeyWord: CHALLENGE, typeKeyWord: 'TXT' };
    expect(await search({ ...typed, valueKeyWord: 'near', searchMode: 'ADVANCED' })).toHaveLength(2);
    expect(await search({ ...typed, valueKeyWord: FOREIGN, searchMode: 'COMBINATION' })).toEqual([CHALLENGE]);
    expect(await search({ ...typed, valueKeyWord: 'token', searchMode: 'COMBINATION' })).toEqual([]);
    expect(await search({ ...typed, line: 'telecom' })).toEqual([]);
  });

  it.each([7, 500])('reads all records page by page, at most %i on one', async (pageLimit) => {
    const { client, simulator } = await connected({ alidns: { pageLimit } });
    const names: string[] = [];
    for (let pageNumber = 1, total = 1; names.length < total; pageNumber += 1) {
      const { body } = await client.describeDomainRecords(
        new m.DescribeDomainRecordsRequest({ domainName, pageNumber }),
      );
      total = body!.totalCount!;
      names.push(...body!.domainRecords!.record!.map(({ RR }) => RR!));
      expect(body!.domainRecords!.record!.length).toBeLessThanOrEqual(Math.min(20, pageLimit));
    }
    expect(new Set(names).size).toBe(simulator.records('alidns', domainName).length);
  });

  it('reads the records of one name, and removes all of them', async () => {
    const { client, add, proved, bystanders } = await connected();
    await add('mine');
    const { body } = await client.describeSubDomainRecords(
      new m.DescribeSubDomainRecordsRequest({ subDomain: `${CHALLENGE}.${domainName}`, type: 'TXT' }),
    );
    expect(body!.totalCount).toBe(2);
    expect(body!.domainRecords!.record!.map(({ value }) => value)).toEqual(['mine', FOREIGN]);
    const removed = await client.deleteSubDomainRecords(
      new m.DeleteSubDomainRecordsRequest({ domainName, RR: CHALLENGE, type: 'TXT' }),
    );
    expect(removed.body).toMatchObject({ RR: CHALLENGE, totalCount: '2' });
    expect(await proved('alidns', CHALLENGE)).toEqual([]);
    expect(bystanders('alidns')).toBe(ALL_BYSTANDERS);
  });

  it('adds and deletes in batches, and learns what became of each item', async () => {
    const { client, proved, bystanders } = await connected();
    const item = (value: string) => ({ domain: domainName, rr: CHALLENGE, type: 'TXT', value });
    const operate = async (type: string, values: string[]) => {
      const domainRecordInfo = values.map(
        (value) => new m.OperateBatchDomainRequestDomainRecordInfo(item(value)),
      );
      const { body } = await client.operateBatchDomain(
        new m.OperateBatchDomainRequest({ type, domainRecordInfo }),
      );
      const { taskId } = body!;
      const count = await client.describeBatchResultCount(new m.DescribeBatchResultCountRequest({ taskId }));
      const detail = await client.describeBatchResultDetail(
        new m.DescribeBatchResultDetailRequest({ taskId, pageSize: 100 }),
      );
      return { count: count.body, details: detail.body!.batchResultDetails!.batchResultDetail! };
    };
    const added = await operate('RR_ADD', ['one', 'two', FOREIGN]);
    expect(added.count).toMatchObject({ status: 1, totalCount: 3, successCount: 2, failedCount: 1 });
    expect(added.details.map(({ value, status, reason }) => [value, status, reason])).toEqual([
      ['one', true, ''],
      ['two', true, ''],
      [FOREIGN, false, 'The DNS record already exists.'],
    ]);
    expect(await proved('alidns', CHALLENGE)).toEqual(['one', FOREIGN, 'two']);
    const deleted = await operate('RR_DEL', ['one', 'two', 'never there']);
    expect(deleted.count).toMatchObject({ successCount: 2, failedCount: 1 });
    expect(await proved('alidns', CHALLENGE)).toEqual([FOREIGN]);
    expect(bystanders('alidns')).toBe(ALL_BYSTANDERS);
  });

  it('reads domains, their edition, lines and name servers', async () => {
    const { client } = await connected();
    const { body } = await client.describeDomains(
      new m.DescribeDomainsRequest({ keyWord: domainName, pageSize: 1 }),
    );
    expect(body).toMatchObject({ totalCount: 2, pageNumber: 1, pageSize: 1 });
    const exact = await client.describeDomains(
      new m.DescribeDomainsRequest({ keyWord: domainName, searchMode: 'EXACT' }),
    );
    expect(exact.body!.domains!.domain).toMatchObject([
      { domainName, punyCode: domainName, versionCode: 'mianfei', recordCount: 29 },
    ]);
    const info = await client.describeDomainInfo(
      new m.DescribeDomainInfoRequest({ domainName, needDetailAttributes: true }),
    );
    expect(info.body).toMatchObject({ domainName, minTtl: 600, subDomain: false });
    expect(info.body!.availableTtls!.availableTtl![0]).toBe('600');
    const lines = await client.describeSupportLines(new m.DescribeSupportLinesRequest({ domainName }));
    expect(lines.body!.recordLines!.recordLine!.map(({ lineCode }) => lineCode)).toContain('telecom');
    const servers = await client.describeDomainNs(new m.DescribeDomainNsRequest({ domainName }));
    expect(servers.body!.dnsServers!.dnsServer).toEqual(['ns1.alidns.com', 'ns2.alidns.com']);
    const main = await client.getMainDomainName(
      new m.GetMainDomainNameRequest({ inputString: `${CHALLENGE}.www.${domainName}` }),
    );
    expect(main.body).toMatchObject({ domainName, RR: `${CHALLENGE}.www` });
  });

  it("throws the service's refusals with their codes", async () => {
    const { add, client, held } = await connected();
    const duplicate = await failureOf(add(FOREIGN));
    expect(duplicate).toMatchObject({ code: 'DomainRecordDuplicate', statusCode: 400 });
    expect(duplicate.message).toContain('The DNS record already exists.');
    expect(duplicate.data.RequestId).toMatch(/^[0-9A-F-]{36}$/);
    expect((await failureOf(add('x.example.org', { type: 'CNAME' }))).code).toBe('DomainRecordConflict');
    expect((await failureOf(add('x', { TTL: 60 }))).code).toBe('QuotaExceeded.TTL');
    expect((await failureOf(add('x', { domainName: 'none.net' }))).code).toBe('InvalidDomainName.NoExist');
    expect((await failureOf(add('x', { domainName: 'net' }))).code).toBe('InvalidDomainName.Format');
    const request = new m.DeleteDomainRecordRequest({ recordId: '20174582930110001' });
    expect((await failureOf(client.deleteDomainRecord(request))).code).toBe('DomainRecordNotBelongToUser');
    expect(held('alidns', CHALLENGE)).toEqual([FOREIGN]);
    if (isOnCore)
      expect(duplicate).toMatchObject({ name: 'ClientError', requestId: duplicate.data.RequestId });
  });

  it('throws throttling with the time that is left, and server errors as what they are', async () => {
    const { add, simulator } = await connected({ alidns: { retryAfterMs: 1500 } });
    const { faults } = simulator;
    faults.add({ cloud: 'alidns', kind: 'throttle', operation: 'AddDomainRecord' });
    const throttled = await failureOf(add('x'));
    expect(throttled).toMatchObject({ code: 'Throttling.User', statusCode: 400 });
    if (isOnCore) expect(throttled).toMatchObject({ name: 'ThrottlingError', retryAfter: 1500 });
    faults.add({ cloud: 'alidns', kind: 'internal-error' });
    const broken = await failureOf(add('x'));
    expect(broken).toMatchObject({ code: 'InternalError', statusCode: 500 });
    if (isOnCore) expect(broken.name).toBe('ServerError');
    faults.add({ cloud: 'alidns', kind: 'unavailable-html' });
    expect((await failureOf(add('x'))).name).toBe('SyntaxError');
  });

  it('is refused with a wrong secret, key or clock', async () => {
    const { simulator, held, bystanders, ...world } = await connected();
    const other = (config: object) =>
      connect({ simulator, held, bystanders, ...world }, config).describeDomains(
        new m.DescribeDomainsRequest({}),
      );
    expect((await failureOf(other({ accessKeySecret: 'wrong' }))).code).toBe('SignatureDoesNotMatch');
    const unknown = await failureOf(other({ accessKeyId: 'LTAI0000' }));
    expect(unknown).toMatchObject({ code: 'InvalidAccessKeyId.NotFound', statusCode: 404 });
    expect((await failureOf(other({ securityToken: 'not asked for' }))).code).toBe(
      'InvalidSecurityToken.Malformed',
    );
    const late = await connected({ alidns: { now: () => Date.now() + 16 * 60_000 } });
    expect((await failureOf(late.add('x'))).code).toBe('InvalidTimeStamp.Expired');
  });

  it('comes in with temporary credentials, and with no others', async () => {
    const world = await connected({ alidns: { temporaryCredentials: true } });
    expect(world.simulator.env.ALIBABA_CLOUD_SECURITY_TOKEN).toBe(world.simulator.alidns.securityToken);
    await world.add('mine');
    expect(await world.proved('alidns', CHALLENGE)).toEqual(['mine', FOREIGN]);
    const list = (config: object) => connect(world, config).describeDomains(new m.DescribeDomainsRequest({}));
    for (const securityToken of [undefined, 'another'])
      expect((await failureOf(list({ securityToken }))).code).toBe('InvalidSecurityToken.Malformed');
  });
});
