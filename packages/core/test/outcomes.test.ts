import { describe, expect, test } from 'vitest';
import {
  type Capabilities,
  createClient,
  DnsError,
  type Journal,
  type Lease,
  memoryJournal,
} from '../src/index.js';
import { BatchProvider } from './batch-provider.js';
import { FakeProvider } from './fake-provider.js';

const NAME = '_acme-challenge.example.com';
const record = (value: string, more = {}) => ({ name: NAME, type: 'TXT', value, ...more });
const models: Capabilities['writes'][] = ['replace', 'value', 'atomic'];

describe('each record by itself', () => {
  test('what is wrong with one does not stop the others', async () => {
    const provider = new FakeProvider();
    const client = createClient({ providers: [provider] });
    const results = await client.ensureEach([
      record('one'),
      { ...record('two'), name: 'bad..name' },
      { ...record('three'), name: 'elsewhere.example.org' },
      record('x'.repeat(600)),
      { name: 'c.example.com', type: 'CNAME', value: 'a.example' },
      { name: 'c.example.com', type: 'CNAME', value: 'b.example' },
      record('four', { ttl: 90 }),
    ]);
    expect(results.map(({ lease, error }) => lease?.value ?? error?.code)).toEqual([
      'one',
      'INVALID_NAME',
      'ZONE_NOT_FOUND',
      'INVALID_VALUE',
      'RECORD_CONFLICT',
      'RECORD_CONFLICT',
      'four',
    ]);
    expect(results[6]?.lease?.ttl.requested).toBe(90);
    expect(provider.values(NAME)).toEqual(['four', 'one']);
  });

  test('a lease that cannot be released is told, and stays in the journal', async () => {
    const provider = new FakeProvider();
    const client = createClient({ providers: [provider] });
    const leases = await client.ensureAll([record('one'), { ...record('two'), name: 'b.example.com' }]);
    provider.before = (method, nth) => {
      if (method === 'applyChange' && nth === 3) throw new DnsError('FORBIDDEN', 'not allowed');
    };
    const results = await client.releaseEach(leases);
    expect(results.map(({ report, error }) => report?.outcome ?? error?.code).sort()).toEqual([
      'FORBIDDEN',
      'removed',
    ]);
    expect(await collect(client.leases())).toHaveLength(1);
    await expect(client.releaseAll(await collect(client.leases()))).resolves.toHaveLength(1);
  });

  test('releaseAll says how many of the records failed', async () => {
    const provider = new FakeProvider();
    const client = createClient({ providers: [provider] });
    const leases = await client.ensureAll(
      ['a', 'b', 'c'].map((label) => ({ ...record('x'), name: `${label}.example.com` })),
    );
    provider.before = (method) => {
      if (method === 'applyChange') throw new DnsError('FORBIDDEN', 'not allowed');
    };
    await expect(client.releaseAll(leases)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('3 of 3 records failed'),
    });
  });

  test('a set that cannot be locked does not end the wait for the others', async () => {
    const provider = new FakeProvider();
    const memory = memoryJournal();
    const journal: Journal = {
      ...memory,
      lock: async (key, signal) => {
        if (key.includes(' a.example.com.')) throw new DnsError('UNSUPPORTED', 'no lock for it');
        return memory.lock(key, signal);
      },
    };
    const names = ['a.example.com', 'b.example.com'];
    const leases = await createClient({ providers: [provider], journal: memory }).ensureAll(
      names.map((name) => ({ ...record('x'), name })),
    );
    provider.before = () => new Promise((resolve) => setTimeout(resolve, 20));
    const results = await createClient({ providers: [provider], journal }).releaseEach(leases);
    expect(results.map(({ report, error }) => report?.outcome ?? error?.code)).toEqual([
      'UNSUPPORTED',
      'removed',
    ]);
  });

  test('a lease of a provider that is not configured any more is told by itself', async () => {
    const provider = new FakeProvider();
    const client = createClient({ providers: [provider] });
    const lease = await client.ensure(record('one'));
    const results = await client.releaseEach([{ ...lease, id: 'x', provider: 'gone' }, lease]);
    expect(results.map(({ report, error }) => report?.outcome ?? error?.code)).toEqual([
      'UNSUPPORTED',
      'removed',
    ]);
  });

  test('a defect is thrown, not turned into a result', async () => {
    const provider = new FakeProvider();
    provider.before = () => {
      throw new TypeError('a defect');
    };
    const client = createClient({ providers: [provider] });
    await expect(client.ensureEach([record('one')])).rejects.toThrow('a defect');
  });
});

describe('a set that the vendor does not serve', () => {
  const failed = (provider: FakeProvider, word: string) => {
    const read = provider.readRecordSet.bind(provider);
    provider.readRecordSet = async (zone, key, call) => {
      const set = await read(zone, key, call);
      return set && { ...set, settled: false, unserved: word };
    };
    return provider;
  };

  test('ends the wait at once, and what was written keeps its lease', async () => {
    const provider = failed(new FakeProvider({ pendingReads: 3 }), 'ERROR');
    const client = createClient({ providers: [provider] });
    await expect(client.ensure(record('token-1'))).rejects.toMatchObject({
      code: 'ZONE_INACTIVE',
      message: expect.stringContaining('ERROR'),
    });
    const leases = await collect(client.leases());
    expect(leases.map(({ value }) => value)).toEqual(['token-1']);
    await client.releaseAll(leases);
    expect(provider.values(NAME)).toEqual([]);
  });

  test('is told also if the value was there before, and leaves no lease then', async () => {
    const provider = failed(new FakeProvider(), 'DISABLE');
    provider.put(NAME, 'TXT', ['token-1']);
    const client = createClient({ providers: [provider] });
    await expect(client.ensure(record('token-1'))).rejects.toMatchObject({ code: 'ZONE_INACTIVE' });
    expect(provider.calls.filter((method) => method === 'readRecordSet')).toHaveLength(1);
    expect(await collect(client.leases())).toEqual([]);
    expect(provider.values(NAME)).toEqual(['token-1']);
  });

  test('does not stop the other records of a batch', async () => {
    const provider = new BatchProvider();
    provider.put('b.example.com', 'TXT', ['token']);
    const read = provider.readRecordSet.bind(provider);
    provider.readRecordSet = async (zone, key, call) => {
      const set = await read(zone, key, call);
      return set && key.name.startsWith('b.') ? { ...set, unserved: 'FREEZE' } : set;
    };
    const client = createClient({ providers: [provider] });
    const results = await client.ensureEach(
      ['a', 'b', 'c', 'd'].map((label) => ({ ...record('token'), name: `${label}.example.com` })),
    );
    expect(results.map(({ error }) => error?.code)).toEqual([
      undefined,
      'ZONE_INACTIVE',
      undefined,
      undefined,
    ]);
  });
});

describe('leases', () => {
  test('a half-written set keeps all its leases', async () => {
    const provider = new FakeProvider({ writes: 'value' });
    provider.after = (method, nth) => {
      if (method === 'applyChange' && nth === 1)
        throw new DnsError('FORBIDDEN', 'the second value was refused', { outcomeUnknown: true });
    };
    const client = createClient({ providers: [provider] });
    await expect(client.ensureAll([record('one'), record('two')])).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await collect(client.leases())).toHaveLength(2);
  });

  test.each(models)(
    'a release that comes between look and lock does not take the lease of a new value (%s)',
    async (writes) => {
      const provider = new FakeProvider({ writes });
      const journal = slowLocks(memoryJournal());
      const first = await createClient({ providers: [provider], journal }).ensure(record('token-1'));
      journal.beforeNextLock = async () => {
        await createClient({ providers: [provider], journal }).release(first);
        expect(await journal.all()).toEqual([]);
      };
      const heldAtWrite: string[] = [];
      provider.before = async (method) => {
        if (method === 'applyChange') heldAtWrite.push(...(await journal.all()).map(({ value }) => value));
      };
      const second = await createClient({ providers: [provider], journal }).ensure(record('token-1'));
      expect(second.created).toBe(true);
      expect(heldAtWrite.at(-1)).toBe('token-1');
      expect(provider.values(NAME)).toEqual(['token-1']);
      const held = await journal.all();
      expect(held.map(({ id }) => id)).toEqual([second.id]);
      await createClient({ providers: [provider], journal }).release(held[0] as Lease);
      expect(provider.values(NAME)).toEqual([]);
    },
  );

  test('an intent that came to nothing is forgotten before another writer can take it for a lease', async () => {
    const provider = new FakeProvider();
    const journal = memoryJournal();
    let isRefused = true;
    provider.before = (method) => {
      if (method === 'applyChange' && isRefused) throw new DnsError('FORBIDDEN', 'not allowed');
    };
    let next: Promise<Lease> | undefined;
    const watched: Journal = {
      ...journal,
      lock: async (key, signal) => {
        const unlock = await journal.lock(key, signal);
        return async () => {
          isRefused = false;
          next = createClient({ providers: [provider], journal }).ensure(record('token-1'));
          await unlock();
          await next;
        };
      },
    };
    await expect(
      createClient({ providers: [provider], journal: watched }).ensure(record('token-1')),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const lease = await next;
    expect(provider.values(NAME)).toEqual(['token-1']);
    expect((await journal.all()).map(({ id }) => id)).toEqual([lease?.id]);
  });

  test('a journal that refuses the intent stops the write', async () => {
    const provider = new FakeProvider();
    const journal = memoryJournal();
    journal.put = async () => {
      throw new DnsError('UNSUPPORTED', 'the disk is full');
    };
    await expect(createClient({ providers: [provider], journal }).ensure(record('a'))).rejects.toMatchObject({
      message: expect.stringContaining('the disk is full'),
    });
    expect(provider.calls).not.toContain('applyChange');
  });

  test('a journal that cannot forget leaves the lease as held', async () => {
    const provider = new FakeProvider();
    const journal = memoryJournal();
    const client = createClient({ providers: [provider], journal });
    const lease = await client.ensure(record('a'));
    const drop = journal.drop;
    journal.drop = async (ids) => {
      if (ids.length > 0) throw new DnsError('UNSUPPORTED', 'the disk is full');
    };
    await expect(client.release(lease)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    journal.drop = drop;
    expect((await client.release(lease)).outcome).toBe('absent');
  });

  test('two callers whose sets overlap never wait for each other', async () => {
    const provider = new BatchProvider();
    const journal = memoryJournal();
    const names = ['a', 'b', 'c', 'd'].map((label) => `${label}.example.com`);
    const client = () => createClient({ providers: [provider], journal });
    const work = [names, [...names].reverse()].map((order, caller) =>
      client().ensureAll(order.map((name) => ({ ...record(`token-${caller}`), name }))),
    );
    await Promise.all(work);
    for (const name of names) expect(provider.values(name)).toEqual(['token-0', 'token-1']);
  });
});

/** A journal in which something can happen between the look at it and a lock. */
function slowLocks(journal: Journal): Journal & { beforeNextLock?: () => Promise<void> } {
  const slow: Journal & { beforeNextLock?: () => Promise<void> } = {
    ...journal,
    async lock(key, signal) {
      const before = slow.beforeNextLock;
      slow.beforeNextLock = undefined;
      await before?.();
      return journal.lock(key, signal);
    },
  };
  return slow;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
