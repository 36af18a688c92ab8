import { describe, expect, test } from 'vitest';
import { createClient, DnsError, type Lease, memoryJournal } from '../src/index.js';
import { BatchProvider } from './batch-provider.js';
import { FakeProvider } from './fake-provider.js';

const names = ['a', 'b', 'c', 'd'].map((label) => `${label}.example.com`);
const record = (name: string, value = 'token') => ({ name, type: 'TXT', value });

/** Lets every write take a moment, and counts how many were under way at once at the most. */
function counting<P extends FakeProvider>(provider: P): P & { most: number } {
  let now = 0;
  const counted = Object.assign(provider, { most: 0 });
  const apply = provider.applyChange.bind(provider);
  provider.applyChange = async (...args) => {
    now += 1;
    counted.most = Math.max(counted.most, now);
    await new Promise((resolve) => setTimeout(resolve, 5));
    try {
      return await apply(...args);
    } finally {
      now -= 1;
    }
  };
  return counted;
}

describe('a vendor that takes one change in a zone at a time', () => {
  const capabilities = { serialPerZone: true };

  test('gets one after the other, from all clients of one journal', async () => {
    const provider = counting(new FakeProvider({ writes: 'value', capabilities }));
    const journal = memoryJournal();
    const client = () => createClient({ providers: [provider], journal });
    const leases = await Promise.all([
      client().ensureAll(names.map((name) => record(name))),
      client().ensureAll(names.map((name) => record(name, 'other'))),
    ]);
    expect(provider.most).toBe(1);
    await client().releaseAll(leases.flat());
    expect(provider.most).toBe(1);
    for (const name of names) expect(provider.values(name)).toEqual([]);
  });

  test('gets what a batch left over one after the other too', async () => {
    const provider = counting(new BatchProvider({ writes: 'value', capabilities }));
    provider.refuses = () => new DnsError('PROTOCOL', 'not in a batch');
    const client = createClient({ providers: [provider] });
    const leases = await client.ensureAll(names.map((name) => record(name)));
    await client.releaseAll(leases);
    expect(provider.most).toBe(1);
    for (const name of names) expect(provider.values(name)).toEqual([]);
  });

  test('gets changes in two zones side by side', async () => {
    const zones = ['example.com', 'example.net'];
    const provider = counting(new FakeProvider({ writes: 'value', capabilities, zones }));
    await createClient({ providers: [provider] }).ensureAll([
      record('a.example.com'),
      record('a.example.net'),
    ]);
    expect(provider.most).toBe(2);
  });
});

test('other vendors get changes to several sets of a zone side by side', async () => {
  const provider = counting(new FakeProvider());
  await createClient({ providers: [provider] }).ensureAll(names.map((name) => record(name)));
  expect(provider.most).toBeGreaterThan(1);
});

describe('a write that the vendor puts off', () => {
  const putOff = (meanwhile: () => void) => {
    let isPutOff = false;
    return () => {
      if (isPutOff) return;
      isPutOff = true;
      meanwhile();
      throw new DnsError('BUSY', 'another change is running');
    };
  };

  test('is based on a new look, so that what the other writer put there stays', async () => {
    const provider = new FakeProvider();
    const client = createClient({ providers: [provider] });
    provider.put('a.example.com', 'TXT', ['theirs']);
    const busy = putOff(() => provider.put('a.example.com', 'TXT', ['theirs', 'newer']));
    provider.before = (method, nth) => {
      if (method === 'applyChange' && nth === 2) busy();
    };
    const lease = await client.ensure(record('a.example.com'));
    expect(provider.values('a.example.com')).toEqual(['newer', 'theirs', 'token']);
    const again = putOff(() => provider.put('a.example.com', 'TXT', ['newest', 'token']));
    provider.before = (method) => {
      if (method === 'applyChange') again();
    };
    expect((await client.release(lease)).outcome).toBe('removed');
    expect(provider.values('a.example.com')).toEqual(['newest']);
  });

  test.each(['as a whole', 'record by record'])('is looked at anew as a batch too (%s)', async (how) => {
    const provider = new BatchProvider();
    for (const name of names) provider.put(name, 'TXT', ['theirs']);
    const busy = putOff(() => {
      for (const name of names) provider.put(name, 'TXT', ['theirs', 'newer']);
    });
    if (how === 'as a whole')
      provider.beforeBatch = (method) => {
        if (method === 'applyChanges') busy();
      };
    else {
      let refusals = names.length;
      provider.refuses = () => {
        if (refusals-- <= 0) return undefined;
        provider.put(names[refusals] as string, 'TXT', ['theirs', 'newer']);
        return new DnsError('BUSY', 'another change is running');
      };
    }
    const client = createClient({ providers: [provider] });
    const leases = await client.ensureAll(names.map((name) => record(name)));
    for (const name of names) expect(provider.values(name)).toEqual(['newer', 'theirs', 'token']);
    await client.releaseAll(leases);
    for (const name of names) expect(provider.values(name)).toEqual(['newer', 'theirs']);
  });

  test('needs no look where a value is written by itself', async () => {
    const provider = new FakeProvider({ writes: 'value' });
    const busy = putOff(() => {});
    provider.before = (method) => {
      if (method === 'applyChange') busy();
    };
    await createClient({ providers: [provider] }).ensure(record('a.example.com'));
    expect(provider.calls).toEqual(['findZones', 'applyChange', 'applyChange']);
  });
});

describe('an answer that gets lost again and again', () => {
  const lose = (provider: FakeProvider, times: number) => {
    let left = times;
    provider.after = (method) => {
      if (method === 'applyChange' && left-- > 0)
        throw new DnsError('TIMEOUT', 'no answer', { outcomeUnknown: true });
    };
  };
  const dropWrites = (provider: FakeProvider, times: number) => {
    let left = times;
    provider.before = (method) => {
      if (method === 'applyChange' && left-- > 0)
        throw new DnsError('TRANSIENT', 'cut', { outcomeUnknown: true });
    };
  };

  test('is looked up each time, until the write comes through', async () => {
    const provider = new FakeProvider();
    dropWrites(provider, 3);
    const client = createClient({ providers: [provider] });
    const lease = await client.ensure(record('a.example.com'));
    expect(provider.values('a.example.com')).toEqual(['token']);
    expect(provider.calls.filter((method) => method === 'readRecordSet')).toHaveLength(3);
    dropWrites(provider, 3);
    expect((await client.release(lease)).outcome).toBe('removed');
    expect(provider.values('a.example.com')).toEqual([]);
  });

  test('still counts as ours where the cloud shows a new value late and then says that it is there', async () => {
    const provider = new FakeProvider({ writes: 'value' });
    lose(provider, 1);
    const read = provider.readRecordSet.bind(provider);
    provider.readRecordSet = async (...args) => {
      await read(...args);
      return undefined;
    };
    const client = createClient({ providers: [provider] });
    expect((await client.ensure(record('a.example.com'))).created).toBe(true);
    expect(provider.values('a.example.com')).toEqual(['token']);
  });

  test('ends after five writes, and the lease is kept', async () => {
    const provider = new FakeProvider();
    dropWrites(provider, 1_000);
    const client = createClient({ providers: [provider] });
    await expect(client.ensure(record('a.example.com'))).rejects.toMatchObject({ code: 'TRANSIENT' });
    expect(provider.calls.filter((method) => method === 'applyChange')).toHaveLength(5);
    const kept: Lease[] = [];
    for await (const lease of client.leases()) kept.push(lease);
    expect(kept).toHaveLength(1);
  });

  test('of a removal counts as removed also where the cloud shows an old value for a while', async () => {
    const provider = new FakeProvider({ writes: 'value' });
    const client = createClient({ providers: [provider] });
    const lease = await client.ensure(record('a.example.com'));
    lose(provider, 1);
    provider.readRecordSet = async (_zone, key) => ({ key, ttl: 60, values: ['token'], conflicts: [] });
    expect((await client.release(lease)).outcome).toBe('removed');
    expect(provider.values('a.example.com')).toEqual([]);
  });

  test('of a removal that was carried out counts as removed', async () => {
    const provider = new FakeProvider({ writes: 'value' });
    const client = createClient({ providers: [provider] });
    const lease = await client.ensure(record('a.example.com'));
    lose(provider, 1);
    expect((await client.release(lease)).outcome).toBe('removed');
  });
});

describe('a batch in which', () => {
  const client = (provider: BatchProvider) => createClient({ providers: [provider] });

  test('some values are gone already tells which', async () => {
    const provider = new BatchProvider();
    const leases = await client(provider).ensureAll(names.map((name) => record(name)));
    provider.put('b.example.com', 'TXT', []);
    const reports = await client(provider).releaseAll(leases);
    expect(reports.map(({ outcome }) => outcome)).toEqual(['removed', 'absent', 'removed', 'removed']);
  });

  test('a value goes between look and write tells it too', async () => {
    const provider = new BatchProvider({ writes: 'value' });
    const leases = await client(provider).ensureAll(names.map((name) => record(name)));
    provider.beforeBatch = (method) => {
      if (method === 'applyChanges') provider.put('b.example.com', 'TXT', []);
    };
    const reports = await client(provider).releaseAll(leases);
    expect(reports.map(({ outcome }) => outcome)).toEqual(['removed', 'absent', 'removed', 'removed']);
  });

  test('a lost removal cannot be looked up goes on record by record', async () => {
    const provider = new BatchProvider();
    const leases = await client(provider).ensureAll(names.map((name) => record(name)));
    provider.put('a.example.com', 'TXT', ['token', 'foreign']);
    const looksBefore = provider.batches.filter(({ method }) => method === 'readRecordSets').length;
    provider.beforeBatch = (method, nth) => {
      if (method === 'applyChanges') {
        provider.put('a.example.com', 'TXT', ['token', 'foreign', 'meanwhile']);
        throw new DnsError('TRANSIENT', 'cut', { outcomeUnknown: true });
      }
      if (nth > looksBefore + 1) throw new DnsError('PROTOCOL', 'nonsense');
    };
    const reports = await client(provider).releaseAll(leases);
    expect(reports.map(({ outcome }) => outcome)).toEqual(names.map(() => 'removed'));
    expect(provider.values('a.example.com')).toEqual(['foreign', 'meanwhile']);
  });

  test.each(['ensure', 'release'])('the signal fires at a look of %s ends with ABORTED', async (work) => {
    const provider = new BatchProvider();
    const leases = await client(provider).ensureAll(names.map((name) => record(name)));
    const controller = new AbortController();
    provider.beforeBatch = () => {
      controller.abort();
      throw new DnsError('ABORTED', 'stopped');
    };
    const { signal } = controller;
    const results =
      work === 'ensure'
        ? await client(provider).ensureEach(
            names.map((name) => record(name, 'more')),
            { signal },
          )
        : await client(provider).releaseEach(leases, { signal });
    expect(results.map(({ error }) => error?.code)).toEqual(names.map(() => 'ABORTED'));
  });

  test.each(['ensure', 'release'])(
    'the signal fires at the look behind a lost write of %s ends with ABORTED',
    async (work) => {
      const provider = new BatchProvider();
      const leases = await client(provider).ensureAll(names.map((name) => record(name)));
      const controller = new AbortController();
      let wrote = false;
      provider.beforeBatch = (method) => {
        if (method === 'applyChanges') {
          wrote = true;
          throw new DnsError('TRANSIENT', 'cut', { outcomeUnknown: true });
        }
        if (!wrote) return;
        controller.abort();
        throw new DnsError('ABORTED', 'stopped');
      };
      const { signal } = controller;
      const results =
        work === 'ensure'
          ? await client(provider).ensureEach(
              names.map((name) => record(name, 'more')),
              { signal },
            )
          : await client(provider).releaseEach(leases, { signal });
      expect(results.map(({ error }) => error?.code)).toEqual(names.map(() => 'ABORTED'));
    },
  );
});

describe('leases', () => {
  test('are listed by provider, name, type, value and age', async () => {
    const client = createClient({ providers: [new FakeProvider()] });
    const [lease] = (await client.ensureAll([record('a.example.com'), record('b.example.com', 'other')])) as [
      Lease,
    ];
    const listed = async (filter: Parameters<typeof client.leases>[0]) => {
      const found: string[] = [];
      for await (const { name } of client.leases(filter)) found.push(name);
      return found;
    };
    expect(await listed({})).toHaveLength(2);
    expect(await listed({ provider: 'other' })).toEqual([]);
    expect(await listed({ name: lease.name })).toEqual(['a.example.com.']);
    expect(await listed({ type: 'CNAME' })).toEqual([]);
    expect(await listed({ value: 'other' })).toEqual(['b.example.com.']);
    expect(await listed({ before: new Date(Date.now() - 60_000) })).toEqual([]);
    expect(await listed({ before: new Date(Date.now() + 60_000), type: 'TXT' })).toHaveLength(2);
  });

  test('without the id of a zone are released in the zone that is found', async () => {
    const provider = new FakeProvider();
    const client = createClient({ providers: [provider] });
    const { native: _, ...lease } = await client.ensure(record('a.example.com'));
    const elsewhere = createClient({ providers: [provider] });
    expect((await elsewhere.release(lease)).outcome).toBe('removed');
  });
});

test('what stands in the way of a CNAME is named', async () => {
  const provider = new FakeProvider();
  provider.put('a.example.com', 'TXT', ['foreign']);
  const client = createClient({ providers: [provider] });
  await expect(
    client.ensure({ name: 'a.example.com', type: 'CNAME', value: 'b.example' }),
  ).rejects.toMatchObject({
    code: 'RECORD_CONFLICT',
    message: expect.stringContaining('a TXT record is there'),
    hint: expect.stringContaining('TXT validation'),
  });
});
