import { DnsError } from '@domainproof/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { failingApart } from '../src/challenges/apart.js';
import { Gatherer } from '../src/challenges/gatherer.js';
import { Request } from '../src/challenges/request.js';
import { challenge } from './challenges-world.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const request = (index: number) => new Request<number>(challenge(`host${index}.example.com`));

test('what comes within 50 ms of each other is carried out together, once it is quiet', async () => {
  const sizes: number[] = [];
  const gatherer = new Gatherer<number>(async ({ length }) => void sizes.push(length));
  for (let index = 0; index < 4; index += 1) {
    gatherer.add(request(index));
    await vi.advanceTimersByTimeAsync(40);
  }
  expect(sizes).toEqual([]);
  await vi.advanceTimersByTimeAsync(10);
  expect(sizes).toEqual([4]);
});

test('where it never is quiet, nothing waits longer than 200 ms', async () => {
  const sizes: number[] = [];
  const gatherer = new Gatherer<number>(async ({ length }) => void sizes.push(length));
  for (let index = 0; index < 60; index += 1) {
    gatherer.add(request(index));
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(200);
  expect(sizes).toEqual([20, 20, 20]);
});

test('a thousand at once are one batch', async () => {
  const sizes: number[] = [];
  const gatherer = new Gatherer<number>(async ({ length }) => void sizes.push(length));
  for (let index = 0; index < 1_000; index += 1) gatherer.add(request(index));
  await vi.advanceTimersByTimeAsync(50);
  expect(sizes).toEqual([1_000]);
});

test('what the work fails with is what becomes of those that have not ended', async () => {
  const gatherer = new Gatherer<number>(async ([first]) => {
    first?.resolve(1);
    throw new DnsError('PROTOCOL', 'It broke.');
  });
  const asked = [request(0), request(1)].map((one) => {
    gatherer.add(one);
    return one.join();
  });
  const settled = Promise.allSettled(asked);
  await vi.advanceTimersByTimeAsync(50);
  expect(await settled).toMatchObject([{ value: 1 }, { reason: { code: 'PROTOCOL' } }]);
  await gatherer.idle();
});

test('a failure of one among many is found with few repetitions, and is its own', async () => {
  const requests = Array.from({ length: 64 }, (_, index) => request(index));
  const bad = requests[37]!;
  const failed = bad.join().catch((error) => error.code);
  let attempts = 0;
  const parts = await failingApart(requests, async (some) => {
    attempts += 1;
    if (some.includes(bad)) throw new DnsError('ZONE_NOT_FOUND', 'There is no such zone.');
    return some.length;
  });
  expect(await failed).toBe('ZONE_NOT_FOUND');
  expect(parts.reduce((sum, length) => sum + length)).toBe(63);
  expect(attempts).toBe(13);
});

test('refused credentials are the failure of all, and are not tried again', async () => {
  let attempts = 0;
  const work = failingApart([request(0), request(1)], async () => {
    attempts += 1;
    throw new DnsError('AUTH_INVALID', 'The key is wrong.');
  });
  await expect(work).rejects.toMatchObject({ code: 'AUTH_INVALID' });
  expect(attempts).toBe(1);
});
