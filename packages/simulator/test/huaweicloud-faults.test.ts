import { describe, expect, it } from 'vitest';
import type { Fault } from '../src/faults.js';
import { huaweicloudAccount, txt } from './huaweicloud-account.js';

const NAME = '_dnsauth.example.com.';

async function failing(fault: Omit<Fault, 'cloud'>) {
  const account = await huaweicloudAccount();
  const path = await account.recordSets();
  account.faults.add({ cloud: 'huaweicloud', ...fault });
  const create = (value = 'a') => account.call('POST', path, { body: txt(NAME, value) });
  const list = () => account.call('GET', path, { query: { type: 'TXT' } });
  const stored = () => account.cloud.records('example.com').flatMap(({ values }) => values);
  return { ...account, path, create, list, stored };
}

describe('a refusal in place of an answer', () => {
  it.each<[Fault['kind'], number, object]>([
    [
      'throttle',
      429,
      {
        error_code: 'APIGW.0308',
        error_msg:
          'The throttling threshold has been reached: policy user over ratelimit,limit:200,time:5 minute',
      },
    ],
    ['service-throttle', 403, { code: 'DNS.0014' }],
    ['internal-error', 500, { code: 'DNS.0000' }],
    ['unavailable', 503, { error_code: 'APIGW.0613' }],
    ['busy', 409, { code: 'DNS.0314' }],
  ])('%s is %i, before the write and after it', async (kind, status, body) => {
    const before = await failing({ kind, operation: 'CreateRecordSet' });
    expect(await before.create()).toMatchObject({ status, body });
    expect(before.stored()).toEqual([]);
    expect((await before.create()).status).toBe(202);
    const after = await failing({ kind, afterCommit: true });
    expect(await after.create()).toMatchObject({ status, body });
    expect(after.stored()).toEqual(['a']);
    expect(after.calls.entries.at(-1)).toMatchObject({ operation: 'CreateRecordSet', httpStatus: status });
  });

  it('unavailable-html is 503 without JSON', async () => {
    const { list } = await failing({ kind: 'unavailable-html' });
    const { status, text, body, headers } = await list();
    expect(status).toBe(503);
    expect(headers.get('content-type')).toBe('text/html');
    expect(text).toContain('<html>');
    expect(body).toBeUndefined();
  });
});

describe('an answer that breaks', () => {
  it('empty-body has a success status and nothing else', async () => {
    const { list, create, stored } = await failing({ kind: 'empty-body', times: 2 });
    expect(await list()).toMatchObject({ status: 200, text: '' });
    expect(await create()).toMatchObject({ status: 200, text: '' });
    expect(stored()).toEqual([]);
    const after = await failing({ kind: 'empty-body', afterCommit: true });
    expect(await after.create()).toMatchObject({ status: 202, text: '' });
    expect(after.stored()).toEqual(['a']);
  });

  it('truncated-body ends in the middle', async () => {
    const { list, calls } = await failing({ kind: 'truncated-body' });
    await expect(list()).rejects.toThrow(/^cut off after: \{"links":.*[^}]$/);
    expect(calls.entries.at(-1)?.httpStatus).toBe(200);
    const after = await failing({ kind: 'truncated-body', afterCommit: true });
    await expect(after.create()).rejects.toThrow();
    expect(after.stored()).toEqual(['a']);
  });

  it('reset closes the connection, before the write or after it', async () => {
    const before = await failing({ kind: 'reset' });
    await expect(before.create()).rejects.toThrow();
    expect(before.stored()).toEqual([]);
    expect(before.calls.entries.at(-1)).toMatchObject({ operation: 'CreateRecordSet', httpStatus: 0 });
    const after = await failing({ kind: 'reset', afterCommit: true });
    await expect(after.create()).rejects.toThrow();
    expect(after.stored()).toEqual(['a']);
  });

  it('hang never answers, until the cloud is closed', async () => {
    const { list, cloud, calls } = await failing({ kind: 'hang' });
    const count = calls.entries.length;
    let isOver = false;
    const answer = list().then(
      () => 'answered',
      () => 'cut off',
    );
    answer.then(() => {
      isOver = true;
    });
    await expect.poll(() => calls.entries.length).toBe(count + 1);
    expect(isOver).toBe(false);
    cloud.close();
    expect(await answer).toBe('cut off');
  });
});

describe('a write that goes wrong behind a good answer', () => {
  it('stuck-pending stays PENDING and is never served', async () => {
    const { create, list, publisher, call, path } = await failing({ kind: 'stuck-pending' });
    const { status, body } = await create();
    expect(status).toBe(202);
    expect((await list()).body.recordsets[0].status).toBe('PENDING_CREATE');
    expect(publisher.values(NAME)).toEqual([]);
    expect((await call('PUT', `${path}/${body.id}`, { body: txt(NAME, 'b') })).body.code).toBe('DNS.0314');
  });

  it('status-error ends in ERROR and serves what was served before', async () => {
    const { create, list, publisher, call, path } = await failing({
      kind: 'status-error',
      operation: 'UpdateRecordSet',
    });
    const { id } = (await create()).body;
    expect((await call('PUT', `${path}/${id}`, { body: txt(NAME, 'b') })).status).toBe(202);
    expect((await list()).body.recordsets[0].status).toBe('ERROR');
    expect(publisher.values(NAME)).toEqual(['a']);
    expect((await call('PUT', `${path}/${id}`, { body: txt(NAME, 'c') })).status).toBe(202);
    expect(publisher.values(NAME)).toEqual(['c']);
  });

  it('lost-write is accepted and forgotten: create, update and delete', async () => {
    const { create, faults, stored, call, path } = await failing({ kind: 'lost-write' });
    expect(await create()).toMatchObject({ status: 202, body: { status: 'PENDING_CREATE' } });
    expect(stored()).toEqual([]);
    const { id } = (await create()).body;
    faults.add({ cloud: 'huaweicloud', kind: 'lost-write', times: 2 });
    const updated = await call('PUT', `${path}/${id}`, { body: txt(NAME, 'b') });
    expect(updated.body).toMatchObject({ status: 'PENDING_UPDATE', records: ['"b"'] });
    expect((await call('DELETE', `${path}/${id}`)).body.status).toBe('PENDING_DELETE');
    expect((await call('GET', `${path}/${id}`)).body).toMatchObject({ status: 'ACTIVE', records: ['"a"'] });
  });
});

describe('which request fails', () => {
  it('skip lets requests pass, times counts those that fail', async () => {
    const { list } = await failing({ kind: 'throttle', operation: 'ListRecordSets', skip: 1, times: 2 });
    const statuses = [];
    for (let count = 0; count < 5; count += 1) statuses.push((await list()).status);
    expect(statuses).toEqual([200, 429, 429, 200, 200]);
  });

  it('only those of the operation and of the cloud, and writes alone where it is about writing', async () => {
    const { list, create, faults } = await failing({ kind: 'throttle', operation: 'CreateRecordSet' });
    faults.add({ cloud: 'alidns', kind: 'throttle' });
    faults.add({ cloud: 'huaweicloud', kind: 'internal-error', afterCommit: true });
    expect((await list()).status).toBe(200);
    expect((await create()).status).toBe(429);
    expect((await list()).status).toBe(200);
    expect((await create()).status).toBe(500);
  });

  it('no request that was not authenticated, and none after a clear', async () => {
    const { call, path, list, faults } = await failing({ kind: 'throttle' });
    expect((await call('GET', path, { secretAccessKey: 'wrong' })).status).toBe(401);
    expect((await list()).status).toBe(429);
    faults.add({ cloud: 'huaweicloud', kind: 'throttle' });
    faults.clear();
    expect((await list()).status).toBe(200);
  });

  it.each<[string, Fault]>([
    ['no pending state', { cloud: 'alidns', kind: 'stuck-pending' }],
    ['takes no afterCommit', { cloud: 'huaweicloud', kind: 'lost-write', afterCommit: true }],
    ['skip must be', { cloud: 'huaweicloud', kind: 'reset', skip: -1 }],
    ['times one from 1', { cloud: 'huaweicloud', kind: 'reset', times: 0 }],
  ])('a fault that can never happen is refused: %s', async (text, fault) => {
    const { faults } = await huaweicloudAccount();
    expect(() => faults.add(fault)).toThrow(text);
  });
});
