import { describe, expect, test } from 'vitest';
import { type Capabilities, type ClientEvent, createClient, DnsError, memoryJournal } from '../src/index.js';
import { FakeProvider } from './fake-provider.js';

const NAME = '_acme-challenge.example.com';
const record = (value: string, more = {}) => ({ name: NAME, type: 'TXT', value, ...more });
const models: Capabilities['writes'][] = ['replace', 'value'];

describe.each(models)('on a cloud with %s writes', (writes) => {
  test('the value is there afterwards, and the lease says how to take it away', async () => {
    const provider = new FakeProvider({ writes });
    const lease = await createClient({ providers: [provider] }).ensure(record('"token-1"'));
    expect(provider.values(NAME)).toEqual(['token-1']);
    expect(lease).toMatchObject({
      version: 1,
      provider: 'fake',
      zone: 'example.com.',
      name: `${NAME}.`,
      type: 'TXT',
      line: 'default',
      value: 'token-1',
      ttl: { effective: 300 },
      created: true,
    });
    expect(JSON.parse(JSON.stringify(lease))).toEqual(lease);
  });

  test('a second value joins what is there, and what others put there stays', async () => {
    const provider = new FakeProvider({ writes });
    provider.put(NAME, 'TXT', ['foreign'], 60);
    const client = createClient({ providers: [provider] });
    const first = await client.ensure(record('one'));
    const second = await client.ensure(record('two'));
    expect(provider.values(NAME)).toEqual(['foreign', 'one', 'two']);
    await client.release(first);
    expect(provider.values(NAME)).toEqual(['foreign', 'two']);
    await client.release(second);
    expect(provider.values(NAME)).toEqual(['foreign']);
  });

  test('a value that someone else put there is success without a write, and release keeps it unless forced', async () => {
    const provider = new FakeProvider({ writes });
    provider.put(NAME, 'TXT', ['token-1']);
    const client = createClient({ providers: [provider] });
    const lease = await client.ensure(record('token-1'));
    expect(lease.created).toBe(false);
    expect((await client.release(lease)).outcome).toBe('kept');
    expect(provider.values(NAME)).toEqual(['token-1']);
    const again = await client.ensure(record('token-1'));
    expect((await client.release(again, { force: true })).outcome).toBe('removed');
    expect(provider.values(NAME)).toEqual([]);
  });

  test('asking twice gives the same lease, not created the second time, and one release ends it', async () => {
    const provider = new FakeProvider({ writes });
    const client = createClient({ providers: [provider] });
    const first = await client.ensure(record('token-1'));
    const second = await client.ensure(record('token-1'));
    expect(second).toMatchObject({ id: first.id, created: false });
    expect((await client.release(second)).outcome).toBe('removed');
    expect(provider.values(NAME)).toEqual([]);
    expect(await collect(client.leases())).toEqual([]);
  });

  test('a value that vanished meanwhile is put back under its lease', async () => {
    const provider = new FakeProvider({ writes });
    const client = createClient({ providers: [provider] });
    const first = await client.ensure(record('token-1'));
    provider.put(NAME, 'TXT', []);
    const second = await client.ensure(record('token-1'));
    expect(second).toMatchObject({ id: first.id, created: true });
    expect((await client.release(first.id)).outcome).toBe('removed');
  });

  test('an answer that got lost is looked up, not written twice, and the value counts as ours', async () => {
    const provider = new FakeProvider({ writes });
    provider.after = (method, nth) => {
      if (method === 'applyChange' && nth === 1)
        throw new DnsError('TIMEOUT', 'no answer', { outcomeUnknown: true });
    };
    const client = createClient({ providers: [provider] });
    const lease = await client.ensure(record('token-1'));
    expect(lease.created).toBe(true);
    expect(provider.calls).toEqual(['findZones', 'applyChange', 'readRecordSet']);
    provider.after = (method, nth) => {
      if (method === 'applyChange' && nth === 2)
        throw new DnsError('TIMEOUT', 'no answer', { outcomeUnknown: true });
    };
    expect((await client.release(lease)).outcome).toBe('removed');
    expect(provider.values(NAME)).toEqual([]);
  });

  test('releasing what is gone already is success', async () => {
    const provider = new FakeProvider({ writes });
    const client = createClient({ providers: [provider] });
    const lease = await client.ensure(record('token-1'));
    provider.put(NAME, 'TXT', ['foreign']);
    expect((await client.release(lease)).outcome).toBe('absent');
    expect(provider.values(NAME)).toEqual(['foreign']);
  });

  test('a CNAME in the way is named', async () => {
    const provider = new FakeProvider({ writes });
    provider.put(NAME, 'CNAME', ['elsewhere.example.']);
    const journal = memoryJournal();
    const client = createClient({ providers: [provider], journal });
    await expect(client.ensure(record('token-1'))).rejects.toMatchObject({
      code: 'RECORD_CONFLICT',
      message: expect.stringMatching(/_acme-challenge\.example\.com\.: a CNAME record is there/),
    });
    expect(await journal.all()).toEqual([]);
  });

  test('another CNAME at the name is named, and stays', async () => {
    const provider = new FakeProvider({ writes: 'replace' });
    provider.put('x.example.com', 'CNAME', ['old.example.']);
    const client = createClient({ providers: [provider] });
    const cname = { name: 'x.example.com', type: 'CNAME', value: 'new.example' };
    await expect(client.ensure(cname)).rejects.toMatchObject({
      code: 'RECORD_CONFLICT',
      message: expect.stringContaining('to old.example. already'),
    });
    await expect(client.plan([cname])).rejects.toMatchObject({ code: 'RECORD_CONFLICT' });
    expect(provider.values('x.example.com', 'CNAME')).toEqual(['old.example.']);
  });

  test('twenty callers at once lose no value', async () => {
    const provider = new FakeProvider({ writes });
    const client = createClient({ providers: [provider] });
    const values = Array.from({ length: 20 }, (_, index) => `token-${String(index).padStart(2, '0')}`);
    const leases = await Promise.all(values.map((value) => client.ensure(record(value))));
    expect(provider.values(NAME)).toEqual(values);
    await Promise.all(leases.map((lease) => client.release(lease)));
    expect(provider.values(NAME)).toEqual([]);
  });

  test('a refusal is not retried and leaves no lease behind', async () => {
    const provider = new FakeProvider({ writes });
    provider.before = (method) => {
      if (method === 'applyChange') throw new DnsError('FORBIDDEN', 'not allowed');
    };
    const client = createClient({ providers: [provider] });
    await expect(client.ensure(record('token-1'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(provider.calls).toEqual(['findZones', 'applyChange']);
    expect(await collect(client.leases())).toEqual([]);
  });
});

describe('ensureAll', () => {
  test('makes one write of the values for one record set, and gives the leases in the order of the records', async () => {
    const provider = new FakeProvider();
    const client = createClient({ providers: [provider] });
    const leases = await client.ensureAll([
      record('one'),
      { ...record('x'), name: '_dnsauth.example.com' },
      record('two'),
    ]);
    expect(leases.map(({ value }) => value)).toEqual(['one', 'x', 'two']);
    expect(provider.calls).toEqual(['findZones', 'applyChange', 'applyChange']);
    await client.releaseAll(leases);
    expect(provider.calls.slice(3).sort()).toEqual([
      'applyChange',
      'applyChange',
      'readRecordSet',
      'readRecordSet',
    ]);
    expect(provider.values(NAME)).toEqual([]);
  });

  test('checks every record before anything is written', async () => {
    const provider = new FakeProvider();
    const client = createClient({ providers: [provider] });
    await expect(client.ensureAll([record('one'), record('x'.repeat(600))])).rejects.toMatchObject({
      code: 'INVALID_VALUE',
    });
    expect(provider.calls).toEqual(['findZones']);
  });

  test('one failing set does not stop the others, and their leases are in the journal', async () => {
    const provider = new FakeProvider();
    provider.put('bad.example.com', 'CNAME', ['elsewhere.example.']);
    const client = createClient({ providers: [provider] });
    const records = [{ ...record('x'), name: 'bad.example.com' }, record('one')];
    await expect(client.ensureAll(records)).rejects.toMatchObject({
      code: 'RECORD_CONFLICT',
      hint: /journal/,
    });
    expect((await collect(client.leases())).map(({ value }) => value)).toEqual(['one']);
  });

  test('two CNAME targets for one name are refused', async () => {
    const client = createClient({ providers: [new FakeProvider()] });
    const cname = (value: string) => ({ name: 'x.example.com', type: 'CNAME', value });
    await expect(client.ensureAll([cname('a.example.'), cname('b.example.')])).rejects.toMatchObject({
      code: 'RECORD_CONFLICT',
    });
  });
});

describe('a set that others write too', () => {
  test('a value lost to another writer is written again', async () => {
    const provider = new FakeProvider();
    provider.put(NAME, 'TXT', ['foreign']);
    provider.after = (method, nth) => {
      // Another writer had read before our write, and puts its own version of the set.
      if (method === 'applyChange' && nth === 2) provider.put(NAME, 'TXT', ['foreign', 'theirs']);
    };
    await createClient({ providers: [provider] }).ensure(record('ours'));
    expect(provider.values(NAME)).toEqual(['foreign', 'ours', 'theirs']);
  });

  test('after five lost writes it gives up, and says why', async () => {
    const provider = new FakeProvider();
    provider.put(NAME, 'TXT', ['foreign']);
    provider.after = (method) => {
      if (method === 'applyChange') provider.put(NAME, 'TXT', ['foreign']);
    };
    const client = createClient({ providers: [provider] });
    await expect(client.ensure(record('ours'))).rejects.toMatchObject({
      code: 'BUSY',
      hint: /other program/,
    });
    expect(provider.calls.filter((method) => method === 'applyChange')).toHaveLength(5);
  });

  test('a shared set keeps its own TTL', async () => {
    const provider = new FakeProvider();
    provider.put(NAME, 'TXT', ['foreign'], 77);
    const lease = await createClient({ providers: [provider] }).ensure(record('ours', { ttl: 600 }));
    expect(lease.ttl).toEqual({ requested: 600, effective: 77 });
  });
});

describe('settling', () => {
  test('ensure ends when the provider serves the value', async () => {
    const provider = new FakeProvider({ pendingReads: 2 });
    await createClient({ providers: [provider] }).ensure(record('token-1'));
    expect(provider.calls).toEqual([
      'findZones',
      'applyChange',
      'readRecordSet',
      'readRecordSet',
      'readRecordSet',
    ]);
  });

  test('a set that stays pending is a TIMEOUT that keeps the lease', async () => {
    const provider = new FakeProvider({ pendingReads: 1_000_000 });
    const client = createClient({ providers: [provider] });
    await expect(client.ensure(record('token-1'), { timeoutMs: 600 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringMatching(/does not serve it yet/),
    });
    expect((await collect(client.leases())).map(({ value }) => value)).toEqual(['token-1']);
  });
});

describe('limits', () => {
  test('a TTL below the minimum of the zone is raised, and the lease says both numbers', async () => {
    const provider = new FakeProvider({
      zones: [{ name: 'example.com.' as never, limits: { ttl: { min: 600, max: 86_400, default: 600 } } }],
    });
    const lease = await createClient({ providers: [provider] }).ensure(record('a', { ttl: 60 }));
    expect(lease.ttl).toEqual({ requested: 60, effective: 600 });
  });

  test('with the strict policy it is refused', async () => {
    const provider = new FakeProvider({
      capabilities: {
        limits: { ttl: { min: 600, max: 86_400, default: 600 }, txtBytes: 512, valuesPerSet: 50 },
      },
    });
    const client = createClient({ providers: [provider], ttlPolicy: 'strict' });
    await expect(client.ensure(record('a', { ttl: 60 }))).rejects.toMatchObject({
      code: 'TTL_OUT_OF_RANGE',
      message: expect.stringMatching(/600 to 86400/),
    });
  });

  test.each([
    [record('a', { ttl: 0 }), 'TTL_OUT_OF_RANGE'],
    [record('a', { ttl: 1.5 }), 'TTL_OUT_OF_RANGE'],
    [{ name: NAME, type: 'HINFO', value: 'a' }, 'UNSUPPORTED'],
    [{ name: NAME, type: 'not a type', value: 'a' }, 'UNSUPPORTED'],
    [record('a', { line: 'telecom' }), 'UNSUPPORTED'],
    [record('a', { provider: 'nobody' }), 'UNSUPPORTED'],
    [record('has"quote'), 'INVALID_VALUE'],
    [{ name: 'bad..name', type: 'TXT', value: 'a' }, 'INVALID_NAME'],
    [{ name: '_dnsauth', type: 'TXT', value: 'a' }, 'INVALID_NAME'],
  ])('%j is %s', async (bad, code) => {
    const limits = { ttl: { min: 1, max: 86_400, default: 300 }, txtBytes: 512, valuesPerSet: 50 };
    const provider = new FakeProvider({
      capabilities: {
        lines: false,
        limits: { ...limits, txtForbidden: { characters: '"\\', reason: 'not allowed.' } },
      },
    });
    await expect(createClient({ providers: [provider] }).ensure(bad)).rejects.toMatchObject({ code });
    expect(provider.calls).not.toContain('applyChange');
  });

  test('more values than a set holds are refused before anything is written', async () => {
    const provider = new FakeProvider();
    const records = Array.from({ length: 51 }, (_, index) => record(`v${index}`));
    await expect(createClient({ providers: [provider] }).ensureAll(records)).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
    });
    expect(provider.calls).toEqual(['findZones']);
  });
});

describe('plan', () => {
  test('reads only, and tells create, merge and none apart', async () => {
    const provider = new FakeProvider();
    provider.put(NAME, 'TXT', ['foreign', 'here'], 77);
    const client = createClient({ providers: [provider] });
    const { changes } = await client.plan([
      record('new'),
      record('here'),
      { name: 'a.example.com', type: 'TXT', value: 'v' },
    ]);
    expect(changes).toMatchObject([
      { action: 'merge', add: ['new'], present: ['here'], kept: ['foreign'], ttl: { effective: 77 } },
      { action: 'create', add: ['v'], present: [], kept: [], ttl: { effective: 300 } },
    ]);
    expect((await client.plan([record('here')])).changes).toMatchObject([
      { action: 'none', add: [], present: ['here'] },
    ]);
    expect(provider.calls).not.toContain('applyChange');
  });

  test('names a conflict', async () => {
    const provider = new FakeProvider();
    provider.put(NAME, 'CNAME', ['elsewhere.example.']);
    const client = createClient({ providers: [provider] });
    await expect(client.plan([record('new')])).rejects.toMatchObject({ code: 'RECORD_CONFLICT' });
  });
});

describe('abort', () => {
  test('an aborted ensure says ABORTED, and a value that went out is still in the journal', async () => {
    const provider = new FakeProvider();
    const controller = new AbortController();
    provider.after = (method) => {
      if (method !== 'applyChange') return;
      controller.abort();
      throw new DnsError('ABORTED', 'stopped', { outcomeUnknown: true });
    };
    const client = createClient({ providers: [provider] });
    await expect(client.ensure(record('token-1'), { signal: controller.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    const [lease] = await collect(client.leases());
    provider.after = () => {};
    expect((await client.release(lease?.id ?? '')).outcome).toBe('removed');
    expect(provider.values(NAME)).toEqual([]);
  });

  test('an unknown lease id is told', async () => {
    const client = createClient({ providers: [new FakeProvider()] });
    await expect(client.release('nope')).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: /no lease nope/,
    });
  });
});

describe('old leases', () => {
  test('record ids of a lease are used while it is fresh, and not after an hour', async () => {
    const provider = new FakeProvider({ writes: 'value' });
    const client = createClient({ providers: [provider] });
    const lease = await client.ensure(record('token-1'));
    await client.release(lease);
    expect(provider.removals[0]?.receipts).toEqual([{ 'token-1': '1' }]);
    const old = { ...lease, id: 'other', createdAt: new Date(Date.now() - 3_700_000).toISOString() };
    await client.release(old);
    expect(provider.removals[1]?.receipts).toEqual([]);
  });

  test('a value that was put there anew, under another record id, is found and removed', async () => {
    const provider = new FakeProvider({ writes: 'value' });
    const client = createClient({ providers: [provider] });
    const lease = await client.ensure(record('token-1'));
    const apply = provider.applyChange.bind(provider);
    provider.applyChange = async (zone, current, change, call) =>
      change.receipts?.length ? { settled: true, absent: change.remove } : apply(zone, current, change, call);
    expect((await client.release(lease)).outcome).toBe('removed');
    expect(provider.values(NAME)).toEqual([]);
  });

  test('release asks for no zone, unless the one of the lease is gone', async () => {
    const provider = new FakeProvider();
    const lease = await createClient({ providers: [provider] }).ensure(record('token-1'));
    provider.calls.length = 0;
    provider.before = (method, nth) => {
      if (method === 'readRecordSet' && nth === 1) throw new DnsError('ZONE_NOT_FOUND', 'no such zone id');
    };
    expect((await createClient({ providers: [provider] }).release(lease)).outcome).toBe('removed');
    expect(provider.calls).toEqual(['readRecordSet', 'findZones', 'readRecordSet', 'applyChange']);
  });
});

test('progress is told', async () => {
  const provider = new FakeProvider();
  const events: ClientEvent[] = [];
  const client = createClient({ providers: [provider], onEvent: (event) => events.push(event) });
  await client.release(await client.ensure(record('token-1')));
  expect(events.map(({ type }) => type)).toEqual(['zone', 'ensured', 'released']);
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
