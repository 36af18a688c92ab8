import {
  type DnsError,
  type PreparedChange,
  type Receipt,
  type RecordKey,
  toFqdn,
  type ValueChange,
} from '@domainproof/core';
import { afterEach, expect, test } from 'vitest';
import { type Simulated, simulated } from './support/simulated.js';
import {
  type Answer,
  failureOf,
  listOf,
  newCall,
  providerAt,
  type Received,
  startVendorServer,
  type VendorServer,
  vendorSet,
  ZONE,
} from './support/vendor-server.js';

let server: VendorServer | undefined;
let account: Simulated | undefined;
afterEach(async () => {
  await server?.close();
  await account?.simulator.close();
  server = undefined;
  account = undefined;
});

const key = (name: string): RecordKey => ({
  name: toFqdn(`${name}.example.com`),
  type: 'TXT',
  line: 'default',
});

function creations(...names: string[]): PreparedChange[] {
  return names.map((name) => ({
    current: undefined,
    change: { key: key(name), add: ['mine'], remove: [], ttl: 300 },
  }));
}

const THREE = creations('a', 'b', 'c');

function setOf(name: string, fields: Record<string, unknown> = {}) {
  return vendorSet({ id: `id-${name}`, name: `${name}.example.com.`, records: ['"mine"'], ...fields });
}

interface Answers {
  /** To the request that begins the task. Default: accepted. */
  begin?: Answer;
  /** To each look at the task, the last one for ever. Default: done. */
  looks?: Answer[];
  /** To lists. Default: all three are there. */
  list?: Answer;
}

const TASK = { json: { task_id: 't1', status: 'DONE', error_items: [] } };

/** What becomes of three sets that are to be created, and what was asked of the vendor. */
async function createThree(answers: Answers = {}, call = newCall()) {
  const { begin = { status: 202, json: { task_id: 't1' } }, looks = [TASK] } = answers;
  const { list = listOf(...['a', 'b', 'c'].map((name) => setOf(name))) } = answers;
  let look = 0;
  server = await startVendorServer(({ method, path }) => {
    if (method === 'POST') return begin;
    if (!path.endsWith('/batch-create-task')) return list;
    look = Math.min(look + 1, looks.length);
    return looks[look - 1] as Answer;
  });
  const { requests } = server;
  const outcomes = await providerAt(server).applyChanges?.(ZONE, THREE, call);
  return { outcomes: outcomes ?? [], requests, operations: call.events.map(({ operation }) => operation) };
}

test('a task gets full names with their final dot, quoted values and the line, and no weight', async () => {
  const { requests } = await createThree();
  expect(requests[0]?.body).toEqual({
    recordsets: ['a', 'b', 'c'].map((name) => ({
      name: `${name}.example.com.`,
      type: 'TXT',
      ttl: 300,
      records: ['"mine"'],
      line: 'default_view',
    })),
  });
});

test('a task is looked at until it has ended', async () => {
  const pending = { json: { task_id: 't1', status: 'PENDING' } };
  const { outcomes, operations } = await createThree({ looks: [pending, pending, TASK] });
  expect(operations).toEqual(['BatchCreateTask', ...Array(3).fill('ShowBatchCreateTask'), 'ListRecordSets']);
  for (const outcome of outcomes) expect(outcome).toMatchObject({ settled: true });
});

test.each<[string, Answer]>([
  ['says nothing of its status', { json: {} }],
  [
    'is another one by now',
    { json: { task_id: 't2', status: 'PENDING', error_items: [{ name: 'a.example.com.', type: 'TXT' }] } },
  ],
  ['cannot be looked at', { status: 403, json: { code: 'DNS.1802', message: 'denied' } }],
  ['has odd items', { json: { task_id: 't1', status: 'DONE', error_items: ['x', { name: 5 }, {}] } }],
])('the sets tell what became of a task that %s', async (_, look) => {
  const { outcomes } = await createThree({
    looks: [look],
    list: listOf(setOf('a'), setOf('c', { status: 'PENDING_CREATE' })),
  });
  expect(outcomes).toEqual([
    { settled: true, present: [], absent: [], native: { recordSetId: 'id-a' } },
    expect.objectContaining({
      code: 'TRANSIENT',
      outcomeUnknown: true,
      retryable: true,
      operation: 'BatchCreateTask',
    }),
    { settled: false, present: [], absent: [], native: { recordSetId: 'id-c' } },
  ]);
});

test('what the task says of an item counts, even if such a set is there', async () => {
  const item = (name: string, error_code: unknown, fields = {}) => ({
    name,
    type: 'TXT',
    error_code,
    error_message: 'What the vendor says.',
    ...fields,
  });
  const error_items = [
    item('A.example.com', 'DNS.0312', { line: 'default_view' }),
    item('b.example.com.', 'DNS.0403'),
    item('c.example.com.', '<script>'),
    item('c.example.com.', 'DNS.0312', { line: 'Dianxin' }),
  ];
  const { outcomes } = await createThree({
    looks: [{ json: { task_id: 't1', status: 'DONE', error_items } }],
  });
  expect(outcomes).toEqual([
    expect.objectContaining({ code: 'RECORD_CONFLICT', vendorCode: 'DNS.0312', outcomeUnknown: false }),
    expect.objectContaining({ code: 'QUOTA_EXCEEDED', vendorCode: 'DNS.0403', hint: expect.any(String) }),
    expect.objectContaining({ code: 'PROTOCOL', vendorCode: undefined }),
  ]);
  expect((outcomes[2] as DnsError).message).not.toContain('script');
});

test('a set with other values, or one that is being deleted, is not the one that was asked for', async () => {
  const list = listOf(
    setOf('a', { records: ['"foreign"'] }),
    setOf('b', { status: 'PENDING_DELETE' }),
    setOf('c', { line: 'Dianxin' }),
  );
  for (const outcome of (await createThree({ list })).outcomes)
    expect(outcome).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: true });
});

test('when the sets cannot be listed after the task, all may be there', async () => {
  const work = createThree({ list: { status: 500, json: { code: 'DNS.0000', message: 'x' } } });
  for (const outcome of (await work).outcomes)
    expect(outcome).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: true, operation: 'ListRecordSets' });
});

test('an abort while the task runs leaves all in doubt', async () => {
  const controller = new AbortController();
  const call = newCall(controller.signal);
  const pending = { json: { task_id: 't1', status: 'PENDING' } };
  const work = createThree({ looks: [pending] }, call);
  await expect.poll(() => call.events.length, { timeout: 30_000 }).toBeGreaterThan(1);
  controller.abort();
  for (const outcome of (await work).outcomes)
    expect(outcome).toMatchObject({ code: 'ABORTED', outcomeUnknown: true });
});

test.each<[string, Answer, Partial<DnsError>]>([
  ['another task is running', { status: 409, json: { code: 'DNS.0314' } }, { code: 'BUSY', retryable: true }],
  ['another task is running', { status: 400, json: { code: 'DNS.0314' } }, { code: 'BUSY', retryable: true }],
  ['the permission is missing', { status: 403, json: { code: 'DNS.1802' } }, { code: 'FORBIDDEN' }],
  ['the API is not there', { status: 404, json: { error_code: 'APIGW.0101' } }, { code: 'PROTOCOL' }],
  ['the rate is used up', { status: 429, json: { error_code: 'APIGW.0308' } }, { code: 'THROTTLED' }],
  ['the key is refused', { status: 401, json: { error_code: 'APIGW.0301' } }, { code: 'AUTH_INVALID' }],
  ['the zone is disabled', { status: 400, json: { code: 'DNS.0213' } }, { code: 'ZONE_INACTIVE' }],
])('nothing is carried out, and that is thrown, when %s', async (_, begin, expected) => {
  const error = await failureOf(createThree({ begin }));
  expect(error).toMatchObject({ ...expected, operation: 'BatchCreateTask', outcomeUnknown: false });
  expect(server?.requests).toHaveLength(1);
});

test('a task that is refused for one of its entries gives each an error of its own', async () => {
  const { outcomes } = await createThree({ begin: { status: 400, json: { code: 'DNS.0308' } } });
  expect(new Set(outcomes).size).toBe(3);
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ code: 'INVALID_VALUE', outcomeUnknown: false });
});

test.each(['reset', 'truncated-body', 'internal-error', 'hang'] as const)(
  'a task whose answer is lost (%s after the commit) may have created all',
  async (kind) => {
    account = await simulated('its own requests');
    account.simulator.faults.add({
      cloud: 'huaweicloud',
      operation: 'BatchCreateTask',
      kind,
      afterCommit: true,
    });
    const controller = new AbortController();
    const work = account.provider.applyChanges?.(account.zone, THREE, newCall(controller.signal));
    if (kind === 'hang') {
      const { held } = account;
      await expect.poll(() => held().length, { timeout: 30_000 }).toBe(3);
      controller.abort();
    }
    for (const outcome of (await work) ?? [])
      expect(outcome).toMatchObject({ name: 'DnsError', outcomeUnknown: true });
    expect(account.held()).toHaveLength(3);
  },
);

/** 60 sets with a foreign value, and the changes that put ours beside it: two vendor batches. */
async function sixtyMerges(write: (request: Received, count: number) => Answer) {
  const names = Array.from({ length: 60 }, (_, index) => `h${index}`);
  const sets = names.map((name) => setOf(name, { records: ['"foreign"'] }));
  let count = 0;
  server = await startVendorServer((request) => {
    if (request.method === 'GET') return listOf(...sets);
    count += 1;
    return write(request, count);
  });
  const provider = providerAt(server);
  const keys = names.map((name) => key(name));
  const read = (await provider.readRecordSets?.(ZONE, keys, newCall())) ?? [];
  const changes = keys.map(
    (each, index): PreparedChange => ({
      current: read[index],
      change: { key: each, add: ['mine'], remove: [], ttl: 300 } satisfies ValueChange,
    }),
  );
  const apply = () => provider.applyChanges?.(ZONE, changes, newCall());
  return { apply, sets, requests: server.requests };
}

const DONE: Answer = { status: 202, json: {} };

test('what an update answers of its sets is taken from it, and a bare answer means not settled', async () => {
  const { apply } = await sixtyMerges((_, count) =>
    count === 1 ? { status: 202, json: { recordsets: [{ id: 'id-h0', status: 'ACTIVE' }] } } : DONE,
  );
  const outcomes = (await apply()) as Receipt[];
  expect(outcomes.map(({ settled }) => settled)).toEqual([true, ...Array(59).fill(false)]);
  expect(outcomes[59]?.native).toEqual({ recordSetId: 'id-h59' });
});

test('a refusal behind a batch that was carried out is told per change', async () => {
  const { apply } = await sixtyMerges((_, count) =>
    count === 1 ? DONE : { status: 403, json: { code: 'DNS.1802' } },
  );
  const outcomes = (await apply()) ?? [];
  expect(outcomes[49]).toMatchObject({ present: [] });
  for (const outcome of outcomes.slice(50))
    expect(outcome).toMatchObject({ code: 'FORBIDDEN', outcomeUnknown: false });
});

test('behind a lost answer nothing more is tried, and only what was sent is in doubt', async () => {
  const { apply, requests } = await sixtyMerges(() => ({ broken: 'reset' }));
  const outcomes = (await apply()) ?? [];
  expect(outcomes.map((outcome) => (outcome as DnsError).outcomeUnknown)).toEqual([
    ...Array(50).fill(true),
    ...Array(10).fill(false),
  ]);
  expect(requests.filter(({ method }) => method === 'PUT')).toHaveLength(1);
});

test('a set that is busy keeps its batch from being written, and not the other batches', async () => {
  const { apply } = await sixtyMerges((_, count) =>
    count === 1 ? { status: 409, json: { code: 'DNS.0314' } } : DONE,
  );
  const outcomes = (await apply()) ?? [];
  for (const outcome of outcomes.slice(0, 50))
    expect(outcome).toMatchObject({ code: 'BUSY', outcomeUnknown: false });
  for (const outcome of outcomes.slice(50)) expect(outcome).toMatchObject({ settled: false });
});

test.each([{}, { recordsets: 'none' }, { recordsets: [{ id: 'id-a' }] }])(
  'a removal that is answered with %o has removed all of them',
  async (json) => {
    server = await startVendorServer(({ method }) =>
      method === 'GET' ? listOf(setOf('a'), setOf('b')) : { status: 202, json },
    );
    const provider = providerAt(server);
    const keys = [key('a'), key('b')];
    const read = await provider.readRecordSets?.(ZONE, keys, newCall());
    const changes = keys.map((each, index) => ({
      current: read?.[index],
      change: { key: each, add: [], remove: ['mine'], ttl: 0 },
    }));
    const outcomes = await provider.applyChanges?.(ZONE, changes, newCall());
    expect(outcomes).toEqual(Array(2).fill(expect.objectContaining({ settled: true, absent: [] })));
    expect(server.requests.at(-1)).toMatchObject({
      method: 'DELETE',
      path: '/v2.1/zones/zone1/recordsets',
      body: { recordset_ids: ['id-a', 'id-b'] },
    });
  },
);

test('a value in several weighted sets is taken out of each of them', async () => {
  server = await startVendorServer(({ method }) =>
    method === 'GET'
      ? listOf(setOf('a'), setOf('a', { id: 'id-a2', records: ['"mine"', '"foreign"'] }), setOf('b'))
      : { status: 202, json: setOf('a') },
  );
  const provider = providerAt(server);
  const keys = [key('a'), key('b')];
  const read = await provider.readRecordSets?.(ZONE, keys, newCall());
  const changes = keys.map((each, index) => ({
    current: read?.[index],
    change: { key: each, add: [], remove: ['mine'], ttl: 0 },
  }));
  const before = server.requests.length;
  const outcomes = await provider.applyChanges?.(ZONE, changes, newCall());
  expect(outcomes).toEqual(Array(2).fill(expect.objectContaining({ absent: [] })));
  expect(
    server.requests.slice(before).map(({ method, path }) => `${method} ${path.split('/').at(-1)}`),
  ).toEqual(['DELETE id-a', 'PUT id-a2', 'DELETE id-b']);
});
