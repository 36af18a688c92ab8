import RPCClient from '@alicloud/pop-core';
import { describe, expect, it } from 'vitest';
import { ALL_BYSTANDERS, CHALLENGE, FOREIGN, foreignWorld } from './foreign-world.js';

/** What its older signature is known to break on. */
const AWKWARD = `*~'() +%2B=/&?!"@ ü 证书 🙂`;

const DomainName = 'example.net';
type World = Awaited<ReturnType<typeof foreignWorld>>;

function connect({ simulator }: World, config: object = {}) {
  return new RPCClient({ ...simulator.alidns, apiVersion: '2015-01-09', ...config });
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'it succeeded',
    (error: { code: string }) => error.code,
  );
}

describe.each(['GET', 'POST'] as const)('the older @alicloud/pop-core 1.8.0, HMAC-SHA1, by %s', (method) => {
  async function connected(options: Parameters<typeof foreignWorld>[0] = {}) {
    const world = await foreignWorld(options);
    const client = connect(world);
    const call = (action: string, parameters: object = {}) =>
      // biome-ignore lint/suspicious/noExplicitAny: this client has no types for answers.
      client.request<any>(action, { DomainName, ...parameters }, { method });
    const add = (Value: string, more: object = {}) =>
      call('AddDomainRecord', { RR: CHALLENGE, Type: 'TXT', Value, ...more });
    return { ...world, call, add };
  }

  it('adds, finds and removes two values, whatever their characters', async () => {
    const { add, call, proved, bystanders } = await connected();
    await add('plain');
    const { RecordId } = await add(AWKWARD);
    expect(await proved('alidns', CHALLENGE)).toEqual([AWKWARD, 'plain', FOREIGN]);
    const { DomainRecords } = await call('DescribeDomainRecords', {
      ValueKeyWord: AWKWARD,
      TypeKeyWord: 'TXT',
    });
    expect(DomainRecords.Record).toMatchObject([{ RecordId, RR: CHALLENGE, Value: AWKWARD }]);
    await call('DeleteDomainRecord', { RecordId });
    const rest = await call('DescribeDomainRecords', { KeyWord: 'plain', SearchMode: 'EXACT' });
    await call('DeleteDomainRecord', { RecordId: rest.DomainRecords.Record[0].RecordId });
    expect(await proved('alidns', CHALLENGE)).toEqual([FOREIGN]);
    expect(bystanders('alidns')).toBe(ALL_BYSTANDERS);
  });

  it('adds, updates and removes a CNAME', async () => {
    const { add, call, proved } = await connected();
    const key = { RR: 'alias', Type: 'CNAME' };
    const { RecordId } = await add('one.example.org', key);
    await call('UpdateDomainRecord', { ...key, RecordId, Value: 'two.example.org', TTL: 1200 });
    expect(await proved('alidns', 'alias', 'CNAME')).toEqual(['two.example.org.']);
    await call('DeleteDomainRecord', { RecordId });
    expect(await proved('alidns', 'alias', 'CNAME')).toEqual([]);
  });

  it('reads every page, and sends a list of items as parameters', async () => {
    const { call, simulator, proved } = await connected({ alidns: { pageLimit: 9 } });
    const names: string[] = [];
    for (let PageNumber = 1, total = 1; names.length < total; PageNumber += 1) {
      const page = await call('DescribeDomainRecords', { PageNumber });
      total = page.TotalCount;
      for (const { RR } of page.DomainRecords.Record) names.push(RR);
    }
    expect(new Set(names).size).toBe(simulator.records('alidns', DomainName).length);
    const item = (Value: string) => ({ Domain: DomainName, Rr: 'batch', Type: 'TXT', Value });
    await call('OperateBatchDomain', { Type: 'RR_ADD', DomainRecordInfo: [item('1'), item(AWKWARD)] });
    expect(await proved('alidns', 'batch')).toEqual([AWKWARD, '1']);
  });

  it('throws the refusals of the service with their codes', async () => {
    const { add, simulator } = await connected();
    expect(await codeOf(add(FOREIGN))).toBe('DomainRecordDuplicate');
    expect(await codeOf(add('x.example.org', { Type: 'CNAME' }))).toBe('DomainRecordConflict');
    simulator.faults.add({ cloud: 'alidns', kind: 'throttle' });
    expect(await codeOf(add('x'))).toBe('Throttling.User');
  });

  it('is refused with a wrong secret or key, and comes in with a token only where there is one', async () => {
    const world = await connected();
    const other = (config: object, of: World = world) =>
      codeOf(connect(of, config).request('DescribeDomains', {}, { method }));
    expect(await other({ accessKeySecret: 'wrong' })).toBe('SignatureDoesNotMatch');
    expect(await other({ accessKeyId: 'LTAI0000' })).toBe('InvalidAccessKeyId.NotFound');
    const temporary = await connected({ alidns: { temporaryCredentials: true } });
    expect(await other({}, temporary)).toBe('it succeeded');
    expect(await other({ securityToken: 'another' }, temporary)).toBe('InvalidSecurityToken.Malformed');
    expect(await other({ securityToken: undefined }, temporary)).toBe('InvalidSecurityToken.Malformed');
  });
});
