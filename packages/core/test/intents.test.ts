import { describe, expect, test } from 'vitest';
import { createClient, DnsError, type Journal, type Lease, memoryJournal } from '../src/index.js';
import { BatchProvider } from './batch-provider.js';
import { FakeProvider } from './fake-provider.js';

const NAME = '_acme-challenge.example.com';
const record = (value: string, name = NAME) => ({ name, type: 'TXT', value });

describe('a writer that is overtaken while it waits for its locks', () => {
  const names = ['a', 'b', 'c'].map((label) => `${label}.example.com`);

  test('does not take away the lease of the one that overtook it', async () => {
    const provider = new BatchProvider();
    const journal = memoryJournal();
    const slow = stoppedAtLock(journal);
    const slowly = createClient({ providers: [provider], journal: slow.journal }).ensureAll(
      names.map((name) => record('token', name)),
    );
    await slow.isWaiting;
    const quick = createClient({ providers: [provider], journal });
    const lease = await quick.ensure(record('token', names[2]));
    slow.goOn();
    await slowly;
    expect((await quick.release(lease)).outcome).toBe('removed');
    expect(provider.values(names[2] as string)).toEqual([]);
  });

  test('does not forget the lease of the one that overtook it when it fails', async () => {
    const provider = new FakeProvider({ writes: 'value' });
    const journal = memoryJournal();
    const slow = stoppedAtLock(journal);
    const slowly = createClient({ providers: [provider], journal: slow.journal }).ensureAll([
      record('token'),
      record('one too many'),
    ]);
    await slow.isWaiting;
    const lease = await createClient({ providers: [provider], journal }).ensure(record('token'));
    provider.before = () => {
      throw new DnsError('QUOTA_EXCEEDED', 'the zone is full');
    };
    slow.goOn();
    await expect(slowly).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    expect(await journal.all()).toEqual([lease]);
  });

  test('leaves nothing behind when it gives up', async () => {
    const provider = new FakeProvider();
    provider.put(NAME, 'TXT', ['of others']);
    const journal = memoryJournal();
    const controller = new AbortController();
    const slow = stoppedAtLock(journal);
    const slowly = createClient({ providers: [provider], journal: slow.journal }).ensure(
      record('of others'),
      { signal: controller.signal },
    );
    await slow.isWaiting;
    controller.abort();
    slow.goOn();
    await expect(slowly).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await journal.all()).toEqual([]);
  });
});

describe('a failure leaves no lease of a value', () => {
  test('of others that stands beside one that was written', async () => {
    const provider = new FakeProvider({ pendingReads: 1_000_000 });
    provider.put(NAME, 'TXT', ['of others']);
    const journal = memoryJournal();
    const client = createClient({ providers: [provider], journal });
    await expect(
      client.ensureAll([record('of others'), record('ours')], { timeoutMs: 400 }),
    ).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect((await journal.all()).map(({ value }) => value)).toEqual(['ours']);
    await client.releaseAll(await journal.all());
    expect(provider.values(NAME)).toEqual(['of others']);
  });

  test.each(['THROTTLED', 'TIMEOUT'] as const)('that was never written (%s)', async (code) => {
    const provider = new FakeProvider();
    provider.put(NAME, 'TXT', ['of others']);
    provider.before = (method) => {
      if (method === 'applyChange') throw new DnsError(code, 'not now', { retryable: true });
    };
    const journal = memoryJournal();
    const client = createClient({ providers: [provider], journal });
    await expect(client.ensure(record('of others'), { timeoutMs: 600 })).rejects.toMatchObject({ code });
    expect(await journal.all()).toEqual([]);
  });

  test('that the batch never got to', async () => {
    const provider = new BatchProvider();
    const controller = new AbortController();
    provider.beforeBatch = (method) => {
      if (method !== 'readRecordSets') return;
      controller.abort();
      throw new DnsError('ABORTED', 'stopped');
    };
    const journal = memoryJournal();
    const client = createClient({ providers: [provider], journal });
    const records = ['a', 'b', 'c'].map((label) => record('token', `${label}.example.com`));
    const stopped = await client.ensureEach(records, { signal: controller.signal });
    expect(stopped.map(({ error }) => error?.code)).toEqual(['ABORTED', 'ABORTED', 'ABORTED']);
    expect(await journal.all()).toEqual([]);
  });
});

/** A journal whose first lock is asked for, and given when `goOn` was called. */
function stoppedAtLock(journal: Journal) {
  let goOn = () => {};
  let arrived = () => {};
  const isWaiting = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const isFree = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const stopped: Journal = {
    ...journal,
    async lock(key, signal) {
      arrived();
      await isFree;
      return journal.lock(key, signal);
    },
  };
  return { journal: stopped, isWaiting, goOn: () => goOn() };
}

test('a value of others that vanished while it was ensured, and was put back, is ours to take away', async () => {
  const provider = new FakeProvider();
  provider.put(NAME, 'TXT', ['shared']);
  provider.after = (method, nth) => {
    if (method === 'applyChange' && nth === 2) provider.put(NAME, 'TXT', ['new']);
  };
  const client = createClient({ providers: [provider] });
  const leases = await client.ensureAll([record('shared'), record('new')]);
  expect(provider.values(NAME)).toEqual(['new', 'shared']);
  expect(leases.map(({ created }) => created)).toEqual([true, true]);
  await client.releaseAll(leases);
  expect(provider.values(NAME)).toEqual([]);
});

test.each([true, false])(
  'a value of others in a half-done change stays theirs (worth another try: %s)',
  async (retryable) => {
    const provider = new FakeProvider({ writes: 'value' });
    provider.put(NAME, 'TXT', ['theirs']);
    provider.after = (method, nth) => {
      if (method !== 'applyChange' || nth > 1) return;
      provider.put(NAME, 'TXT', ['theirs', 'first']);
      const details = { retryable, outcomeUnknown: true, present: ['theirs'] };
      throw new DnsError(retryable ? 'THROTTLED' : 'QUOTA_EXCEEDED', 'enough', details);
    };
    const journal = memoryJournal();
    const client = createClient({ providers: [provider], journal });
    const results = await client.ensureEach([record('theirs'), record('first'), record('second')]);
    expect(results.map(({ lease }) => lease?.created)).toEqual(
      retryable ? [false, true, true] : [undefined, undefined, undefined],
    );
    await client.releaseAll(await journal.all());
    expect(provider.values(NAME)).toEqual(['theirs']);
  },
);

describe('a release that meets an ensure of the same value of others', () => {
  /** The value is there; a second caller is about to find that out, and has the lock and an intent meanwhile. */
  async function meet(end: () => void = () => {}) {
    const provider = new FakeProvider();
    provider.put(NAME, 'TXT', ['theirs']);
    const journal = memoryJournal();
    const client = () => createClient({ providers: [provider], journal });
    const first = await client().ensure(record('theirs'));
    expect(first.created).toBe(false);
    let arrived = () => {};
    let goOn = () => {};
    const isEnsuring = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const isFree = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    provider.before = async (method) => {
      if (method !== 'applyChange') return;
      provider.before = () => {};
      arrived();
      await isFree;
      end();
    };
    const ensuring = client().ensure(record('theirs'));
    const settled = ensuring.catch(() => {});
    await isEnsuring;
    const intents = (await journal.all()).filter(({ created }) => created);
    expect(intents).toHaveLength(1);
    const release = async (leases: readonly Lease[]) => {
      const releasing = client().releaseAll(leases);
      await new Promise((resolve) => setTimeout(resolve, 20));
      goOn();
      await settled;
      return (await releasing).map(({ outcome }) => outcome);
    };
    return { provider, journal, first, intents, release };
  }

  test('does not take the intent for proof that the value is ours', async () => {
    const { provider, first, release } = await meet();
    expect(await release([first])).toEqual(['kept']);
    expect(provider.values(NAME)).toEqual(['theirs']);
  });

  test('of its intent waits for what becomes of it', async () => {
    const { provider, intents, release } = await meet();
    expect(await release(intents)).toEqual(['kept']);
    expect(provider.values(NAME)).toEqual(['theirs']);
  });

  test('of its intent has nothing to take away if it came to nothing', async () => {
    const { provider, journal, first, intents, release } = await meet(() => {
      throw new DnsError('FORBIDDEN', 'not allowed');
    });
    expect(await release(intents)).toEqual(['absent']);
    expect(provider.values(NAME)).toEqual(['theirs']);
    expect(await journal.all()).toEqual([first]);
  });
});
