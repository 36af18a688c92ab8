import { describe, expect, it } from 'vitest';
import type { Fault } from '../src/faults.js';
import { alidnsAccount } from './alidns-account.js';

async function failing(fault: Omit<Fault, 'cloud'>) {
  const account = await alidnsAccount();
  account.faults.add({ cloud: 'alidns', ...fault });
  const fields = { DomainName: 'example.net', RR: '_dnsauth', Type: 'TXT', Value: 'a' };
  const add = () => account.call('AddDomainRecord', fields);
  const list = () => account.call('DescribeDomainRecords', { DomainName: 'example.net' });
  const stored = () => account.cloud.records('example.net').flatMap(({ values }) => values);
  return { ...account, add, list, stored };
}

describe('a refusal in place of an answer', () => {
  it.each<[Fault['kind'], number, string, string]>([
    ['throttle', 400, 'Throttling.User', 'Request was denied due to user flow control.'],
    ['service-throttle', 400, 'Throttling', 'Request was denied due to request throttling.'],
    ['internal-error', 500, 'InternalError', 'The request processing has failed due to some unknown error.'],
    [
      'unavailable',
      503,
      'ServiceUnavailable',
      'The request has failed due to a temporary failure of the server.',
    ],
    ['busy', 400, 'LastOperationNotFinished', 'The last operation has not been finished. Try again later.'],
  ])('%s is %i %s, before the write and after it', async (kind, status, Code, Message) => {
    const before = await failing({ kind, operation: 'AddDomainRecord' });
    expect((await before.list()).status).toBe(200);
    expect(await before.add()).toMatchObject({ status, body: { Code, Message } });
    expect(before.stored()).toEqual([]);
    expect((await before.add()).status).toBe(200);
    const after = await failing({ kind, afterCommit: true });
    expect(await after.add()).toMatchObject({ status, body: { Code } });
    expect(after.stored()).toEqual(['a']);
    expect(after.calls.entries).toMatchObject([
      { cloud: 'alidns', operation: 'AddDomainRecord', method: 'POST', httpStatus: status, vendorCode: Code },
    ]);
  });

  it('unavailable-html is 502 without JSON', async () => {
    const { list } = await failing({ kind: 'unavailable-html' });
    const { status, body, text } = await list();
    expect({ status, body }).toEqual({ status: 502, body: undefined });
    expect(text).toContain('<html>');
  });
});

describe('an answer that breaks', () => {
  it.each(['truncated-body', 'reset'] as const)('%s, before the write or after it', async (kind) => {
    const before = await failing({ kind });
    await expect(before.add()).rejects.toThrow();
    expect(before.stored()).toEqual([]);
    const after = await failing({ kind, afterCommit: true });
    await expect(after.add()).rejects.toThrow();
    expect(after.stored()).toEqual(['a']);
  });

  it('empty-body is 200 and nothing else', async () => {
    const { list } = await failing({ kind: 'empty-body' });
    expect(await list()).toMatchObject({ status: 200, text: '' });
  });

  it('hang after the write: it was carried out, and nobody is told', async () => {
    const { add, stored, cloud } = await failing({ kind: 'hang', afterCommit: true });
    const answer = add().catch(() => 'cut off');
    await expect.poll(stored).toEqual(['a']);
    cloud.close();
    expect(await answer).toBe('cut off');
  });
});

describe('lost-write', () => {
  it('is accepted and forgotten, whatever the action writes', async () => {
    const { add, call, stored, faults, publisher } = await failing({ kind: 'lost-write' });
    expect((await add()).body.RecordId).toMatch(/^\d{17}$/);
    expect(stored()).toEqual([]);
    const { RecordId } = (await add()).body;
    faults.add({ cloud: 'alidns', kind: 'lost-write', times: 5 });
    const key = { RecordId, RR: '_dnsauth', Type: 'TXT' };
    for (const [action, fields] of [
      ['UpdateDomainRecord', { ...key, Value: 'b' }],
      ['SetDomainRecordStatus', { RecordId, Status: 'Disable' }],
      ['DeleteSubDomainRecords', { DomainName: 'example.net', RR: '_dnsauth' }],
      ['OperateBatchDomain', { Type: 'RR_DEL', 'DomainRecordInfo.1.Domain': 'example.net' }],
      ['DeleteDomainRecord', { RecordId }],
    ] as const)
      expect((await call(action, fields)).status).toBe(200);
    expect(stored()).toEqual(['a']);
    expect(publisher.values('_dnsauth.example.net.')).toEqual(['a']);
    await call('DeleteDomainRecord', { RecordId });
    expect(stored()).toEqual([]);
  });
});
