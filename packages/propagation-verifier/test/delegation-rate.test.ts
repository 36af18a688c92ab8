import { setMaxListeners } from 'node:events';
import { expect, test } from 'vitest';
import { AddressRate } from '../src/asking/rate.js';
import { VirtualClock } from './world/virtual-clock.js';

const never = new AbortController().signal;
setMaxListeners(0, never);

async function turns(clock: VirtualClock, rate: AddressRate, count: number, address = '192.0.2.1') {
  const at: number[] = [];
  const all = Array.from({ length: count }, () => rate.take(address, never).then(() => at.push(clock.now())));
  await clock.run(Promise.all(all));
  return at;
}

test('40 questions may go to one address at once, and 20 a second after them', async () => {
  const clock = new VirtualClock();
  const at = await turns(clock, new AddressRate(clock), 60);
  expect(at.filter((time) => time === 0)).toHaveLength(40);
  expect(at.slice(40)).toEqual(Array.from({ length: 20 }, (_, index) => 50 * (index + 1)));
});

test('addresses do not wait for each other, and a pause fills the bucket', async () => {
  const clock = new VirtualClock();
  const rate = new AddressRate(clock);
  await turns(clock, rate, 60);
  const startedAt = clock.now();
  expect(await turns(clock, rate, 2, '192.0.2.2')).toEqual([startedAt, startedAt]);
  await clock.run(clock.sleep(5_000, never));
  const later = clock.now();
  expect((await turns(clock, rate, 41)).filter((time) => time === later)).toHaveLength(40);
});

test('a turn that is given up goes to the next', async () => {
  const clock = new VirtualClock();
  const rate = new AddressRate(clock);
  await turns(clock, rate, 40);
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const givenUp = Array.from({ length: 100 }, () => rate.take('192.0.2.1', controller.signal));
  const all = Promise.allSettled(givenUp);
  controller.abort();
  expect((await clock.run(all)).filter(({ status }) => status === 'rejected')).toHaveLength(100);
  expect(await turns(clock, rate, 1)).toEqual([50]);
});
