import { describe, expect, it } from 'vitest';
import type { AlidnsSwitches } from '../src/alidns/cloud.js';
import { alidnsAccount } from './alidns-account.js';
import { holdTimers, LONG_MS } from './held-timers.js';

type Item = Record<string, string | number>;

const flat = (items: Item[]): Item =>
  Object.fromEntries(
    items.flatMap((item, index) =>
      Object.entries(item).map(([field, value]) => [`DomainRecordInfo.${index + 1}.${field}`, value]),
    ),
  );
const txt = (Rr: string, Value: string): Item => ({ Domain: 'example.net', Rr, Type: 'TXT', Value });

async function batchAccount(batchMs = 0, switches: AlidnsSwitches = {}) {
  const records = ['a', 'b'].map((value) => ({ name: 'old', type: 'TXT', value }));
  const account = await alidnsAccount({ batchMs, zones: [{ records }], ...switches });
  const start = (Type: string, items: Item[]) => account.call('OperateBatchDomain', { Type, ...flat(items) });
  const count = async (fields = {}) => (await account.call('DescribeBatchResultCount', fields)).body;
  const detail = async (fields = {}) => (await account.call('DescribeBatchResultDetail', fields)).body;
  return { ...account, start, count, detail };
}

describe('OperateBatchDomain', () => {
  it('adds record by record and tells which failed', async () => {
    const { start, count, detail, publisher } = await batchAccount();
    const items = [
      txt('n', '1'),
      { ...txt('n', '2'), Ttl: 1200 },
      txt('old', 'a'),
      { ...txt('n', '3'), Domain: 'none.net' },
    ];
    const { TaskId } = (await start('RR_ADD', items)).body;
    expect(TaskId).toEqual(expect.any(Number));
    expect(await count({ TaskId })).toMatchObject({
      Status: 1,
      TotalCount: 4,
      SuccessCount: 2,
      FailedCount: 2,
      BatchType: 'RR_ADD',
      TaskId,
      Reason: 'The DNS record already exists.',
    });
    const { TotalCount, BatchResultDetails } = await detail({ TaskId, Status: 'FAIL' });
    expect(TotalCount).toBe(2);
    expect(BatchResultDetails.BatchResultDetail).toMatchObject([
      { Rr: 'old', Value: 'a', Status: false, Reason: 'The DNS record already exists.' },
      { Domain: 'none.net', Status: false },
    ]);
    expect((await detail({ TaskId, Status: 'SUCCESS' })).BatchResultDetails.BatchResultDetail).toMatchObject([
      { Rr: 'n', Value: '1', Status: true, Reason: '', RecordId: expect.stringMatching(/^\d{17}$/) },
      { Ttl: '1200' },
    ]);
    expect(
      (await detail({ TaskId, PageSize: 3, PageNumber: 2 })).BatchResultDetails.BatchResultDetail,
    ).toHaveLength(1);
    expect(publisher.values('n.example.net.')).toEqual(['1', '2']);
  });

  it('deletes one value alone, or all that an item does not limit', async () => {
    const { start, count, publisher, addTxt, cloud } = await batchAccount();
    await start('RR_DEL', [txt('old', 'a'), txt('old', 'none')]);
    expect(publisher.values('old.example.net.')).toEqual(['b']);
    expect(await count()).toMatchObject({ SuccessCount: 1, FailedCount: 1 });
    await addTxt('other', 'x');
    await start('RR_DEL', [{ Domain: 'example.net', Rr: 'other' }]);
    expect(cloud.records('example.net')).toHaveLength(1);
    await start('RR_DEL', [{ Domain: 'example.net' }]);
    expect(cloud.records('example.net')).toEqual([]);
  });

  it('deletes by RR and value, whatever type and line say, unless told to look at them', async () => {
    const left = async (switches: AlidnsSwitches) => {
      const { start, addTxt, cloud } = await batchAccount(0, switches);
      await addTxt('old', 'a', { Line: 'telecom' });
      await start('RR_DEL', [{ ...txt('old', 'a'), Line: 'default' }]);
      return cloud.records('example.net').map(({ line, values }) => [line, ...values]);
    };
    expect(await left({})).toEqual([['default', 'b']]);
    expect(await left({ batchDeletion: 'rr-type-line-value' })).toEqual([
      ['default', 'b'],
      ['telecom', 'a'],
    ]);
  });

  it('runs for a while if told so', async () => {
    const waits = holdTimers();
    const { start, count, publisher } = await batchAccount(LONG_MS);
    await start('RR_ADD', [txt('n', '1')]);
    expect(await count()).toMatchObject({ Status: 0, TotalCount: 1, SuccessCount: 0 });
    expect(publisher.values('n.example.net.')).toEqual([]);
    waits()[0]?.end();
    expect((await count()).Status).toBe(1);
    expect(publisher.values('n.example.net.')).toEqual(['1']);
  });

  it('refuses what is no batch of records', async () => {
    const { start, count, call } = await batchAccount();
    const code = async (type: string, items: Item[]) => (await start(type, items)).body.Code;
    expect(await code('RR_ADD', [])).toBe('MissingDomainRecordInfo');
    expect(await code('RR_ADD', [txt('a', '1'), { Rr: 'a' }])).toBe('MissingDomainRecordInfo.2.Domain');
    expect(await code('RR_SET', [txt('a', '1')])).toBe('InvalidParameter');
    expect(await code('DOMAIN_ADD', [{ Domain: 'new.net' }])).toBe('Forbidden.RAM');
    const many = Array.from({ length: 1001 }, (_, index) => txt('a', String(index)));
    const form = await call('OperateBatchDomain', { Type: 'RR_ADD', ...flat(many) }, { place: 'form' });
    expect(form.body.Code).toBe('QuotaExceeded.BatchNumber');
    expect(await count()).toMatchObject({ Status: -1 });
  });
});
