import { describe, expect, test } from 'vitest';
import {
  type Capabilities,
  type ClientEvent,
  createClient,
  type DesiredRecord,
  DnsError,
  memoryJournal,
} from '../src/index.js';
import { BatchProvider } from './batch-provider.js';

const models: Capabilities['writes'][] = ['replace', 'value'];
const LABELS = ['a', 'b', 'c', 'd', 'e'];
const records: DesiredRecord[] = LABELS.map((label) => ({
  name: `_acme-challenge.${label}.example.com`,
  type: 'TXT',
  value: `token-${label}`,
}));
const name = (label: string) => `_acme-challenge.${label}.example.com`;
const methods = (provider: BatchProvider) => provider.batches.map(({ method }) => method);
const valuesOf = (provider: BatchProvider) => LABELS.map((label) => provider.values(name(label)));
const lost = () => new DnsError('TIMEOUT', 'no answer', { outcomeUnknown: true });

describe.each(models)('many records of one zone, on a cloud with %s writes', (writes) => {
  test('are read together, written together, and taken away together', async () => {
    const provider = new BatchProvider({ writes });
    const client = createClient({ providers: [provider] });
    const leases = await client.ensureAll(records);
    expect(valuesOf(provider)).toEqual(LABELS.map((label) => [`token-${label}`]));
    expect(leases.map(({ value, created }) => [value, created])).toEqual(
      LABELS.map((label) => [`token-${label}`, true]),
    );
    const readBack = writes === 'replace' ? ['readRecordSets'] : [];
    expect(methods(provider)).toEqual(['readRecordSets', 'applyChanges', ...readBack]);
    provider.batches.length = 0;
    const reports = await client.releaseAll(leases);
    expect(reports.map(({ outcome }) => outcome)).toEqual(LABELS.map(() => 'removed'));
    expect(valuesOf(provider)).toEqual(LABELS.map(() => []));
    expect(methods(provider)).toEqual(['readRecordSets', 'applyChanges']);
    expect(provider.calls).toEqual(['findZones']);
    expect(await collect(client.leases())).toEqual([]);
  });

  test('fewer than make a batch worth it are written one by one', async () => {
    const provider = new BatchProvider({ writes });
    const client = createClient({ providers: [provider] });
    await client.releaseAll(await client.ensureAll(records.slice(0, 2)));
    expect(provider.batches).toEqual([]);
  });

  test('values of others stay, and what is there already is not written again', async () => {
    const provider = new BatchProvider({ writes });
    provider.put(name('a'), 'TXT', ['foreign'], 77);
    provider.put(name('b'), 'TXT', ['token-b']);
    const client = createClient({ providers: [provider] });
    const leases = await client.ensureAll(records);
    expect(provider.batches[1]?.names).toEqual(['a', 'c', 'd', 'e'].map((label) => `${name(label)}.`));
    expect(leases.map(({ created }) => created)).toEqual([true, false, true, true, true]);
    if (writes === 'replace') expect(leases[0]?.ttl.effective).toBe(77);
    const reports = await client.releaseAll(leases);
    expect(reports.map(({ outcome }) => outcome)).toEqual([
      'removed',
      'kept',
      'removed',
      'removed',
      'removed',
    ]);
    expect(valuesOf(provider)).toEqual([['foreign'], ['token-b'], [], [], []]);
  });

  test('all there already: one look and no write', async () => {
    const provider = new BatchProvider({ writes });
    const client = createClient({ providers: [provider] });
    const first = await client.ensureAll(records);
    provider.batches.length = 0;
    const second = await client.ensureAll(records);
    expect(methods(provider)).toEqual(['readRecordSets']);
    expect(second.map(({ id, created }) => [id, created])).toEqual(first.map(({ id }) => [id, false]));
  });

  test('a record that the batch refuses is written by itself', async () => {
    const provider = new BatchProvider({ writes });
    provider.refuses = ({ change }) =>
      change.key.name.startsWith('_acme-challenge.c.')
        ? new DnsError('PROTOCOL', 'not in a batch')
        : undefined;
    const client = createClient({ providers: [provider] });
    const leases = await client.ensureAll(records);
    expect(leases.every(({ created }) => created)).toBe(true);
    expect(provider.calls).toContain('applyChange');
    provider.calls.length = 0;
    await client.releaseAll(leases);
    expect(valuesOf(provider)).toEqual(LABELS.map(() => []));
    expect(provider.calls.filter((method) => method === 'applyChange')).toHaveLength(1);
  });

  test('a conflict is told of its record, and the others are written', async () => {
    const provider = new BatchProvider({ writes });
    provider.put(name('c'), 'CNAME', ['elsewhere.example.']);
    const events: ClientEvent[] = [];
    const client = createClient({ providers: [provider], onEvent: (event) => events.push(event) });
    const results = await client.ensureEach(records);
    expect(results.map(({ lease, error }) => lease?.value ?? error?.code)).toEqual([
      'token-a',
      'token-b',
      'RECORD_CONFLICT',
      'token-d',
      'token-e',
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'failed', work: 'ensure', values: ['token-c'] }),
    );
    expect((await collect(client.leases())).map(({ value }) => value)).toEqual([
      'token-a',
      'token-b',
      'token-d',
      'token-e',
    ]);
    await expect(client.ensureAll(records)).rejects.toMatchObject({ code: 'RECORD_CONFLICT' });
  });

  test('an answer that got lost is looked up, and the values count as ours', async () => {
    const provider = new BatchProvider({ writes });
    provider.afterBatch = (method, nth) => {
      if (method === 'applyChanges' && nth === 1) throw lost();
    };
    const client = createClient({ providers: [provider] });
    const leases = await client.ensureAll(records);
    expect(leases.every(({ created }) => created)).toBe(true);
    expect(provider.calls).toEqual(['findZones']);
    provider.afterBatch = (method, nth) => {
      if (method === 'applyChanges' && nth === 2) throw lost();
    };
    const reports = await client.releaseAll(leases);
    expect(reports.map(({ outcome }) => outcome)).toEqual(LABELS.map(() => 'removed'));
    expect(valuesOf(provider)).toEqual(LABELS.map(() => []));
  });

  test('a lost request is looked up, and the values are written one by one', async () => {
    const provider = new BatchProvider({ writes });
    provider.beforeBatch = (method) => {
      if (method === 'applyChanges') throw lost();
    };
    const client = createClient({ providers: [provider] });
    const leases = await client.ensureAll(records);
    expect(valuesOf(provider)).toEqual(LABELS.map((label) => [`token-${label}`]));
    await client.releaseAll(leases);
    expect(valuesOf(provider)).toEqual(LABELS.map(() => []));
  });

  test.each(['FORBIDDEN', 'UNSUPPORTED'] as const)(
    'a key for which batches are %s writes one by one, and is not asked again',
    async (code) => {
      const provider = new BatchProvider({ writes });
      provider.beforeBatch = (method) => {
        if (method === 'applyChanges') throw new DnsError(code, 'no batches for you');
      };
      const client = createClient({ providers: [provider] });
      const leases = await client.ensureAll(records);
      await client.releaseAll(leases);
      expect(methods(provider).filter((method) => method === 'applyChanges')).toHaveLength(1);
      expect(valuesOf(provider)).toEqual(LABELS.map(() => []));
    },
  );

  test('a look that fails leaves everything to the writes one by one', async () => {
    const provider = new BatchProvider({ writes });
    provider.beforeBatch = (method) => {
      if (method === 'readRecordSets') throw new DnsError('PROTOCOL', 'nonsense');
    };
    const client = createClient({ providers: [provider] });
    await client.releaseAll(await client.ensureAll(records));
    expect(methods(provider)).not.toContain('applyChanges');
    expect(valuesOf(provider)).toEqual(LABELS.map(() => []));
  });

  test('a look behind the batch that fails does not make it write with what it saw before', async () => {
    const provider = new BatchProvider({ writes });
    provider.put(name('a'), 'TXT', ['foreign']);
    provider.beforeBatch = (method, nth) => {
      if (method === 'applyChanges') {
        provider.put(name('a'), 'TXT', ['foreign', 'put there meanwhile']);
        throw lost();
      }
      if (method === 'readRecordSets' && nth > 1) throw new DnsError('PROTOCOL', 'nonsense');
    };
    const client = createClient({ providers: [provider] });
    const leases = await client.ensureAll(records);
    expect(provider.values(name('a'))).toEqual(['foreign', 'put there meanwhile', 'token-a']);
    await client.releaseAll(leases);
    expect(provider.values(name('a'))).toEqual(['foreign', 'put there meanwhile']);
  });

  test('an answer for another number of records is not believed', async () => {
    const provider = new BatchProvider({ writes });
    const apply = provider.applyChanges.bind(provider);
    provider.applyChanges = async (zone, changes, call) => (await apply(zone, changes, call)).slice(1);
    const client = createClient({ providers: [provider] });
    const leases = await client.ensureAll(records);
    expect(leases.map(({ created }) => created)).toEqual(LABELS.map(() => true));
    const read = provider.readRecordSets.bind(provider);
    provider.readRecordSets = async (zone, keys, call) => (await read(zone, keys, call)).slice(1);
    await client.releaseAll(leases);
    expect(valuesOf(provider)).toEqual(LABELS.map(() => []));
  });

  test('what the vendor was too busy for is tried again together', async () => {
    const provider = new BatchProvider({ writes });
    let refusals = 4;
    provider.refuses = ({ change }) =>
      !change.key.name.startsWith('_acme-challenge.a.') && refusals-- > 0
        ? new DnsError('BUSY', 'not yet', { retryAfterMs: 1 })
        : undefined;
    const client = createClient({ providers: [provider] });
    const leases = await client.ensureAll(records);
    expect(leases.every(({ created }) => created)).toBe(true);
    const applied = provider.batches.filter(({ method }) => method === 'applyChanges');
    expect(applied.map(({ names }) => names.length)).toEqual([5, 4]);
    expect(provider.calls).toEqual(['findZones']);
  });

  test('what the vendor never gets to is told of each record, and no other one is written twice', async () => {
    const provider = new BatchProvider({ writes });
    provider.refuses = ({ change }) =>
      change.key.name.startsWith('_acme-challenge.a.') ? undefined : new DnsError('TIMEOUT', 'too slow');
    const single = provider.applyChange.bind(provider);
    let isBatch = false;
    provider.beforeBatch = () => {
      isBatch = true;
    };
    provider.afterBatch = () => {
      isBatch = false;
    };
    provider.applyChange = async (...args) => {
      if (!isBatch) throw new DnsError('PROTOCOL', 'down for good');
      return single(...args);
    };
    const results = await createClient({ providers: [provider] }).ensureEach(records, { timeoutMs: 60_000 });
    expect(results.map(({ error }) => error?.code)).toEqual([
      undefined,
      ...LABELS.slice(1).map(() => 'PROTOCOL'),
    ]);
    const applied = provider.batches.filter(({ method }) => method === 'applyChanges');
    expect(applied.map(({ names }) => names.length)).toEqual([5, 4, 4]);
  });

  test('an abort in the middle keeps the leases, and they can be released', async () => {
    const provider = new BatchProvider({ writes });
    const controller = new AbortController();
    provider.afterBatch = (method) => {
      if (method !== 'applyChanges') return;
      controller.abort();
      throw new DnsError('ABORTED', 'stopped', { outcomeUnknown: true });
    };
    const journal = memoryJournal();
    const client = createClient({ providers: [provider], journal });
    const stopped = await client.ensureEach(records, { signal: controller.signal });
    expect(stopped.map(({ error }) => error?.code)).toEqual(LABELS.map(() => 'ABORTED'));
    provider.afterBatch = () => {};
    const leases = await journal.all();
    expect(leases).toHaveLength(5);
    await client.releaseAll(leases);
    expect(valuesOf(provider)).toEqual(LABELS.map(() => []));
    expect(await journal.all()).toEqual([]);
  });
});

describe('waiting for many records', () => {
  test('is one question for all that are still pending', async () => {
    const provider = new BatchProvider({ pendingReads: 2 });
    const leases = await createClient({ providers: [provider] }).ensureAll(records);
    expect(leases).toHaveLength(5);
    expect(methods(provider)).toEqual([
      'readRecordSets',
      'applyChanges',
      'readRecordSets',
      'readRecordSets',
      'readRecordSets',
    ]);
  });

  test('past the deadline, those that are not served are told, and their leases are kept', async () => {
    const provider = new BatchProvider({ pendingReads: 1_000_000 });
    provider.put(name('a'), 'TXT', ['token-a']);
    const client = createClient({ providers: [provider] });
    const results = await client.ensureEach(records, { timeoutMs: 700 });
    expect(results.map(({ lease, error }) => lease?.value ?? error?.code)).toEqual([
      'token-a',
      'TIMEOUT',
      'TIMEOUT',
      'TIMEOUT',
      'TIMEOUT',
    ]);
    expect(await collect(client.leases())).toHaveLength(5);
  });

  test('a value that another writer took out is written again, by itself', async () => {
    const provider = new BatchProvider();
    provider.put(name('b'), 'TXT', ['foreign']);
    provider.afterBatch = (method, nth) => {
      if (method === 'applyChanges' && nth === 1) provider.put(name('b'), 'TXT', ['foreign', 'theirs']);
    };
    await createClient({ providers: [provider] }).ensureAll(records);
    expect(provider.values(name('b'))).toEqual(['foreign', 'theirs', 'token-b']);
    expect(methods(provider)).toEqual(['readRecordSets', 'applyChanges', 'readRecordSets']);
  });
});

describe('a plan for many records', () => {
  test('is one question', async () => {
    const provider = new BatchProvider();
    provider.put(name('b'), 'TXT', ['foreign']);
    const { changes } = await createClient({ providers: [provider] }).plan(records);
    expect(changes.map(({ action }) => action)).toEqual(['create', 'merge', 'create', 'create', 'create']);
    expect(provider.calls).toEqual(['findZones']);
    expect(methods(provider)).toEqual(['readRecordSets']);
  });

  test('says at which record it failed', async () => {
    const provider = new BatchProvider();
    provider.beforeBatch = () => {
      throw new DnsError('FORBIDDEN', 'not allowed');
    };
    await expect(createClient({ providers: [provider] }).plan(records)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining(name('a')),
    });
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
