import { describe, expect, it } from 'vitest';
import type { HuaweicloudSwitches } from '../src/huaweicloud/cloud.js';
import { huaweicloudAccount, txt } from './huaweicloud-account.js';

const three = ['a', 'b', 'c'].map((name) => ({ name, type: 'TXT', value: name }));

async function accountOfThree(switches: HuaweicloudSwitches = {}) {
  const account = await huaweicloudAccount({ ...switches, zones: [{ records: three }] });
  const path = await account.recordSets();
  const { recordsets } = (await account.call('GET', path, { query: { type: 'TXT' } })).body;
  const ids: string[] = recordsets.map(({ id }: { id: string }) => id).reverse();
  const served = () => three.flatMap(({ name }) => account.publisher.values(`${name}.example.com.`));
  return { ...account, path, ids, served };
}

describe('batch delete', () => {
  it('deletes what is there, and answers that alone', async () => {
    const { call, path, ids, served } = await accountOfThree();
    const body = { recordset_ids: [ids[0], ids[2], ids[0], 'gone'] };
    const answer = await call('DELETE', path, { body });
    expect(answer).toMatchObject({
      status: 202,
      body: { metadata: { total_count: 2 }, recordsets: [{ status: 'PENDING_DELETE' }, {}] },
    });
    expect(served()).toEqual(['b']);
    expect((await call('DELETE', path, { body })).body.metadata.total_count).toBe(0);
  });

  it('takes a hundred ids at most, and a list', async () => {
    const { call, path } = await accountOfThree();
    const code = async (recordset_ids: unknown) =>
      (await call('DELETE', path, { body: { recordset_ids } })).body.code;
    expect(await code(Array(101).fill('x'))).toBe('DNS.0327');
    expect(await code([])).toBe('DNS.0044');
    expect(await code([1])).toBe('DNS.0309');
  });
});

describe('batch update', () => {
  it('changes several sets', async () => {
    const { call, path, ids, served } = await accountOfThree();
    const recordsets = ids.map((id, index) => ({ id, records: [`"new-${index}"`] }));
    const answer = await call('PUT', path, { body: { recordsets } });
    expect(answer).toMatchObject({ status: 202, body: { metadata: { total_count: 3 } } });
    expect(served()).toEqual(['new-0', 'new-1', 'new-2']);
  });

  it('changes all or nothing, fifty at most', async () => {
    const { call, path, ids, served } = await accountOfThree();
    const update = async (recordsets: unknown) =>
      (await call('PUT', path, { body: { recordsets } })).body.code;
    const good = { id: ids[0], records: ['"new"'] };
    expect(await update([good, { id: 'gone', records: ['"x"'] }])).toBe('DNS.0313');
    expect(await update([good, { id: ids[1], records: ['x'] }])).toBe('DNS.0308');
    const { recordsets } = (await call('GET', path, { query: { type: 'NS' } })).body;
    expect(await update([good, { id: recordsets[0].id, ttl: 60 }])).toBe('DNS.0318');
    expect(await update(Array(51).fill(good))).toBe('DNS.0329');
    expect(served()).toEqual(['a', 'b', 'c']);
  });
});

describe('batch of lines', () => {
  it('makes one set per line, all or none', async () => {
    const { call, path, cloud, publisher } = await accountOfThree();
    const lines = ['default_view', 'Dianxin', 'Yidong'].map((line) => ({ line, records: [`"${line}"`] }));
    const body = { name: 'x.example.com.', type: 'TXT', lines };
    const post = (change: object) => call('POST', `${path}/batch/lines`, { body: { ...body, ...change } });
    expect((await post({ lines: [...lines, { line: 'none', records: ['"x"'] }] })).body.code).toBe(
      'DNS.0806',
    );
    expect((await post({ lines: [lines[0], lines[0]] })).body.code).toBe('DNS.0312');
    expect(cloud.records('example.com')).toHaveLength(3);
    expect(await post({})).toMatchObject({ status: 202, body: { metadata: { total_count: 3 } } });
    expect(publisher.values('x.example.com.')).toEqual(['default_view']);
  });
});

describe('batch-create task', () => {
  it('creates item by item and tells which failed', async () => {
    const { call, path, publisher } = await accountOfThree();
    const recordsets = [
      txt('x.example.com.', 'new'),
      { name: 'www.example.com', type: 'TXT', records: ['"relative"'] },
      { ...txt('a.example.com.', 'other'), ttl: 60 },
    ];
    const started = await call('POST', `${path}/batch-create-task`, { body: { recordsets } });
    expect(started).toMatchObject({
      status: 202,
      body: { task_id: expect.stringMatching(/^[0-9a-f]{32}$/) },
    });
    const { body } = await call('GET', `${path}/batch-create-task`);
    expect(body).toMatchObject({
      task_id: started.body.task_id,
      status: 'DONE',
      total_count: 3,
      success_count: 2,
      error_count: 1,
      error_items: [{ name: 'a.example.com.', error_code: 'DNS.0312', status: 'ERROR', ttl: 60 }],
    });
    expect(publisher.values('x.example.com.')).toEqual(['new']);
    expect(publisher.values('www.example.com.example.com.')).toEqual(['relative']);
  });

  it('runs for the settling time, one a zone', async () => {
    let now = Date.UTC(2026, 0, 2);
    const { call, path } = await accountOfThree({ settleMs: 100, now: () => now });
    const start = (value: string) =>
      call('POST', `${path}/batch-create-task`, {
        body: { recordsets: [txt(`${value}.example.com.`, 'x')] },
      });
    expect((await start('x')).status).toBe(202);
    expect((await start('y')).body.code).toBe('DNS.0314');
    const show = async () => (await call('GET', `${path}/batch-create-task`)).body;
    expect(await show()).toMatchObject({ status: 'PENDING', success_count: 0 });
    now += 100;
    expect(await show()).toMatchObject({ status: 'DONE', success_count: 1 });
    expect((await start('z')).status).toBe(202);
  });

  it('is not there before it was started, and takes 2000 items at most', async () => {
    const { call, path } = await accountOfThree();
    expect((await call('GET', `${path}/batch-create-task`)).status).toBe(404);
    const body = { recordsets: Array(2001).fill(txt('x.example.com.', 'x')) };
    expect((await call('POST', `${path}/batch-create-task`, { body })).body.code).toBe('DNS.0326');
  });
});
