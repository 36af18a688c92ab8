import { describe, expect, test } from 'vitest';
import { childSignal } from '../src/abort.js';
import { AddressRate } from '../src/asking/rate.js';
import { VirtualClock } from './world/virtual-clock.js';

const ADDRESS = '192.0.2.1';
const never = childSignal().signal;

function setUp() {
  const clock = new VirtualClock();
  const rate = new AddressRate(clock);
  const order: { name: string; at: number }[] = [];
  const take = async (name: string, signal = never, isUrgent = false, address = ADDRESS) => {
    await rate.take(address, signal, isUrgent);
    order.push({ name, at: clock.now() });
  };
  return { clock, rate, order, take };
}

/** The most questions in any second. */
function busiest(times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));
}

describe('an address', () => {
  test('gets 20 questions at once, and never more in any second', async () => {
    const { clock, order, take } = setUp();
    await clock.run(Promise.all(Array.from({ length: 70 }, (_, index) => take(`${index}`))));
    const times = order.map(({ at }) => at);
    expect(times.filter((at) => at === 0)).toHaveLength(20);
    expect(busiest(times)).toBe(20);
    expect(times.at(-1)).toBe(3_000);
    expect(order.map(({ name }) => name)).toEqual(Array.from({ length: 70 }, (_, index) => `${index}`));
  });

  test('does not wait for another one', async () => {
    const { clock, order, take } = setUp();
    const first = Array.from({ length: 30 }, (_, index) => take(`${index}`));
    await clock.run(take('other', never, false, '192.0.2.2'));
    expect(order.at(-1)).toEqual({ name: 'other', at: 0 });
    await clock.run(Promise.all(first));
  });

  test('gets urgent questions first, those in their order', async () => {
    const { clock, order, take } = setUp();
    const all = Array.from({ length: 22 }, (_, index) => take(`${index}`));
    all.push(take('urgent 1', never, true), take('urgent 2', never, true));
    await clock.run(Promise.all(all));
    expect(order.slice(20).map(({ name }) => name)).toEqual(['urgent 1', 'urgent 2', '20', '21']);
  });

  test('waits for repeated packets too', async () => {
    const { clock, rate, order, take } = setUp();
    await take('first');
    for (let packet = 2; packet <= 20; packet += 1) rate.charge(ADDRESS);
    await clock.run(take('second'));
    expect(order).toEqual([
      { name: 'first', at: 0 },
      { name: 'second', at: 1_000 },
    ]);
  });

  test('gives the turn of an aborted question to the next, and leaves no timer behind', async () => {
    const { clock, order, take } = setUp();
    await Promise.all(Array.from({ length: 20 }, (_, index) => take(`${index}`)));
    const stop = new AbortController();
    const aborted = take('aborted', stop.signal);
    const alone = aborted.catch((error: Error) => error.message);
    stop.abort(new Error('enough'));
    expect(await alone).toBe('enough');
    await expect(clock.run(new Promise(() => {}))).rejects.toThrow('Nothing is left to wait for at 0 ms');
    await clock.run(take('next'));
    expect(order.at(-1)).toEqual({ name: 'next', at: 1_000 });
  });
});
