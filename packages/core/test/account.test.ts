import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createClient, DnsError, type DnsErrorCode } from '../src/index.js';
import { FakeProvider } from './fake-provider.js';

const at = (name: string) => ({ name, type: 'TXT', value: 'token-1' });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Runs fake timers until the work is done. */
async function finish<T>(work: Promise<T>): Promise<T> {
  let done = false;
  const end = work.finally(() => {
    done = true;
  });
  end.catch(() => {});
  while (!done) await vi.advanceTimersByTimeAsync(1_000);
  return end;
}

function failing(code: DnsErrorCode, times: number, details = {}): FakeProvider {
  const provider = new FakeProvider();
  let left = times;
  provider.before = (method) => {
    if (method === 'applyChange' && left-- > 0) throw new DnsError(code, 'not now', details);
  };
  return provider;
}

describe('a pause between attempts', () => {
  test('that outlasts the deadline ends with the failure, not with the clock', async () => {
    vi.useRealTimers(); // The clock of AbortSignal.timeout is the real one.
    const provider = failing('THROTTLED', 1_000);
    const work = createClient({ providers: [provider] }).ensure(at('a.example.com'), { timeoutMs: 50 });
    await expect(work).rejects.toMatchObject({ code: 'THROTTLED' });
    expect(provider.calls.filter((method) => method === 'applyChange')).toHaveLength(1);
  });

  test('ends when the caller stops', async () => {
    const provider = failing('THROTTLED', 1_000);
    const controller = new AbortController();
    const client = createClient({
      providers: [provider],
      onEvent: ({ type }) => type === 'retry' && controller.abort(),
    });
    const work = client.ensure(at('a.example.com'), { signal: controller.signal });
    await expect(finish(work)).rejects.toMatchObject({ code: 'ABORTED' });
    expect(provider.calls.filter((method) => method === 'applyChange')).toHaveLength(1);
  });

  test('is not begun by a caller who had stopped before', async () => {
    const provider = new FakeProvider();
    const client = createClient({ providers: [provider] });
    await expect(client.ensure(at('a.example.com'), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    expect(provider.calls).toEqual([]);
  });
});

describe('the retry budget', () => {
  test('ends retries while nothing succeeds, and fills again while calls end well', async () => {
    const provider = new FakeProvider();
    let isDown = true;
    provider.before = (method) => {
      if (isDown && method === 'applyChange') throw new DnsError('TRANSIENT', 'down');
    };
    const client = createClient({ providers: [provider] });
    const records = (count: number, from: string) =>
      Array.from({ length: count }, (_, index) => at(`${from}${index}.example.com`));
    await finish(client.ensureEach(records(60, 'a'), { timeoutMs: 3_600_000 }));
    // Each of the 60 was tried once; all retries together are the 100 of the budget.
    const attempts = () => provider.calls.filter((method) => method === 'applyChange').length;
    expect(attempts()).toBe(160);
    isDown = false;
    await finish(client.ensureEach(records(50, 'b'), { timeoutMs: 3_600_000 }));
    isDown = true;
    const before = attempts();
    await finish(client.ensureEach(records(20, 'c'), { timeoutMs: 3_600_000 }));
    expect(attempts() - before).toBe(20 + 10);
  });

  test('is not spent by waiting for a turn', async () => {
    const provider = failing('BUSY', 150);
    const client = createClient({ providers: [provider] });
    const records = Array.from({ length: 50 }, (_, index) => at(`a${index}.example.com`));
    const results = await finish(client.ensureEach(records, { timeoutMs: 3_600_000 }));
    expect(results.filter(({ error }) => error)).toEqual([]);
  });
});

describe('retries', () => {
  test.each([
    ['TRANSIENT', 5],
    ['TIMEOUT', 3],
    ['BUSY', 20],
    ['THROTTLED', 10],
  ] as const)('%s is tried %i times', async (code, attempts) => {
    const patient = failing(code, attempts - 1);
    await finish(
      createClient({ providers: [patient] }).ensure(at('a.example.com'), { timeoutMs: 3_600_000 }),
    );
    const hopeless = failing(code, 1_000);
    const work = createClient({ providers: [hopeless] }).ensure(at('a.example.com'), {
      timeoutMs: 3_600_000,
    });
    await expect(finish(work)).rejects.toMatchObject({ code, message: expect.stringContaining('not now') });
    expect(hopeless.calls.filter((method) => method === 'applyChange')).toHaveLength(attempts);
  });

  test('the pause that the vendor asks for is kept', async () => {
    const pauses: number[] = [];
    const provider = failing('THROTTLED', 1, { retryAfterMs: 20_000 });
    const client = createClient({
      providers: [provider],
      onEvent: (event) => {
        if (event.type === 'retry') pauses.push(event.delayMs);
      },
    });
    await finish(client.ensure(at('a.example.com')));
    expect(pauses).toHaveLength(1);
    expect(pauses[0]).toBeGreaterThanOrEqual(20_000);
  });

  test('a throttling answer slows the whole account down', async () => {
    const provider = failing('THROTTLED', 1, { retryAfterMs: 20_000 });
    const client = createClient({ providers: [provider] });
    const first = client.ensure(at('a.example.com'));
    await vi.advanceTimersByTimeAsync(1_000);
    const callsBefore = provider.calls.length;
    const second = client.ensure(at('b.example.com'));
    await vi.advanceTimersByTimeAsync(15_000);
    expect(provider.calls).toHaveLength(callsBefore);
    await finish(Promise.all([first, second]));
  });
});

describe('credentials that are refused', () => {
  test('are tried once, however many records wait', async () => {
    const provider = new FakeProvider();
    provider.before = () => {
      throw new DnsError('AUTH_INVALID', 'wrong secret');
    };
    const client = createClient({ providers: [provider] });
    const names = Array.from({ length: 10 }, (_, index) => `a.example${index}.com`);
    await expect(finish(client.ensureAll(names.map(at)))).rejects.toMatchObject({ code: 'AUTH_INVALID' });
    await expect(finish(client.ensure(at('b.example.com')))).rejects.toMatchObject({ code: 'AUTH_INVALID' });
    expect(provider.calls).toEqual(['findZones']);
  });

  test('once they were accepted, calls run side by side', async () => {
    const provider = new FakeProvider({
      zones: ['example0.com', 'example1.com', 'example2.com', 'example3.com'],
    });
    let running = 0;
    let most = 0;
    provider.before = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 10));
      running -= 1;
    };
    const names = [0, 1, 2, 3].map((index) => `a.example${index}.com`);
    await finish(createClient({ providers: [provider] }).ensureAll(names.map(at)));
    expect(most).toBeGreaterThan(1);
  });
});

describe('pace', () => {
  test('a known rate is not exceeded', async () => {
    const provider = new FakeProvider({ capabilities: { rate: { requests: 5, perMs: 1_000 } } });
    const times: number[] = [];
    provider.before = () => {
      times.push(Date.now());
    };
    const names = Array.from({ length: 30 }, (_, index) => `n${index}.example.com`);
    await finish(createClient({ providers: [provider] }).ensureAll(names.map(at)));
    expect(times).toHaveLength(31);
    for (const [index, time] of times.entries()) {
      const later = times[index + 10];
      if (later !== undefined) expect(later - time).toBeGreaterThanOrEqual(990);
    }
  });

  test('no more than ten calls run at a time', async () => {
    const provider = new FakeProvider();
    let running = 0;
    let most = 0;
    provider.before = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 10));
      running -= 1;
    };
    const names = Array.from({ length: 40 }, (_, index) => `n${index}.example.com`);
    await finish(createClient({ providers: [provider] }).ensureAll(names.map(at)));
    expect(most).toBe(10);
  });

  test('who waits for a place can be aborted', async () => {
    const provider = new FakeProvider();
    provider.before = (method) => (method === 'applyChange' ? new Promise(() => {}) : undefined);
    const controller = new AbortController();
    const names = Array.from({ length: 12 }, (_, index) => `n${index}.example.com`);
    const client = createClient({ providers: [provider] });
    const stuck = client.ensureAll(names.map(at));
    stuck.catch(() => {});
    await vi.advanceTimersByTimeAsync(10);
    const waiting = client.ensure(at('late.example.com'), { signal: controller.signal });
    await vi.advanceTimersByTimeAsync(10);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
