import { describe, expect, test } from 'vitest';
import { createClient, DnsError, type Receipt } from '../src/index.js';
import { BatchProvider } from './batch-provider.js';
import { FakeProvider } from './fake-provider.js';

const record = (label: string) => ({ name: `${label}.example.com`, type: 'TXT', value: 'token' });

/** A cloud that takes one value after the other and says later whether they are served. */
function slowToServe(provider: FakeProvider, questions: number): FakeProvider & { asked: Receipt[] } {
  const apply = provider.applyChange.bind(provider);
  const asked: Receipt[] = [];
  return Object.assign(provider, {
    asked,
    applyChange: async (...args: Parameters<FakeProvider['applyChange']>) => ({
      ...(await apply(...args)),
      settled: false,
    }),
    isSettled: async (_zone: unknown, receipt: Receipt) => {
      asked.push(receipt);
      return asked.length >= questions;
    },
  });
}

describe('where a receipt tells whether a value is served', () => {
  test('it is asked until it does', async () => {
    const provider = slowToServe(new FakeProvider({ writes: 'value' }), 3);
    const lease = await createClient({ providers: [provider] }).ensure(record('a'));
    expect(lease.created).toBe(true);
    expect(provider.asked.map(({ native }) => native)).toEqual([1, 2, 3].map(() => ({ token: '1' })));
    expect(provider.calls).toEqual(['findZones', 'applyChange']);
  });

  test('it is asked for each record of a batch', async () => {
    const provider = slowToServe(new BatchProvider({ writes: 'value' }), 4);
    const client = createClient({ providers: [provider] });
    const leases = await client.ensureAll(['a', 'b', 'c', 'd'].map(record));
    expect(leases.every(({ created }) => created)).toBe(true);
    expect(provider.asked.length).toBeGreaterThanOrEqual(4);
  });

  test('past the deadline, the lease is kept', async () => {
    const provider = slowToServe(new FakeProvider({ writes: 'value' }), 1_000);
    const client = createClient({ providers: [provider] });
    await expect(client.ensure(record('a'), { timeoutMs: 700 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      retryable: false,
      hint: expect.stringContaining('lease is kept'),
    });
    const leases = [];
    for await (const lease of client.leases()) leases.push(lease.value);
    expect(leases).toEqual(['token']);
  });

  test('a question that is refused ends the wait', async () => {
    const provider = Object.assign(slowToServe(new FakeProvider({ writes: 'value' }), 1), {
      isSettled: async () => {
        throw new DnsError('FORBIDDEN', 'not allowed to ask');
      },
    });
    await expect(createClient({ providers: [provider] }).ensure(record('a'))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});

test('without any way to ask, an unsettled receipt is taken as it is', async () => {
  const provider = new FakeProvider({ writes: 'value' });
  const apply = provider.applyChange.bind(provider);
  provider.applyChange = async (...args) => ({ ...(await apply(...args)), settled: false });
  expect((await createClient({ providers: [provider] }).ensure(record('a'))).created).toBe(true);
});

test('a value of someone else that is still pending is waited for', async () => {
  const provider = new FakeProvider();
  provider.put('a.example.com', 'TXT', ['token']);
  const read = provider.readRecordSet.bind(provider);
  let looks = 0;
  provider.readRecordSet = async (...args) => {
    const set = await read(...args);
    looks += 1;
    return set && { ...set, settled: looks > 3 };
  };
  expect((await createClient({ providers: [provider] }).ensure(record('a'))).created).toBe(false);
  expect(looks).toBe(4);
});
