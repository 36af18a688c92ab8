import { describe, expect, test } from 'vitest';
import { jittered, nextSpacing } from '../src/waiting/schedule.js';
import { randomFrom } from './world/internet.js';
import { healthyWorld, type World } from './world/world.js';

const NAME = '_dnsauth.example.com';
const record = { name: NAME, type: 'TXT', value: 'token-1' } as const;
const ADDRESSES = ['192.0.2.1', '2001:db8::1', '192.0.2.2', '192.0.2.3', '192.0.2.4'];

/** The part of the numbers that are at most `limit`. */
function partWithin(numbers: readonly number[], limit: number): number {
  return numbers.filter((number) => number <= limit).length / numbers.length;
}

function serve(world: World, name = NAME, value = 'token-1'): void {
  world.change('example.com', (zone) => zone.add(name, 'TXT', value));
}

/** The record comes to the servers one after the other, to the last one at `at`. Resolves with the lag of its report. */
async function lagOf(seed: number, at: number, rttMs: number, spreadMs: number): Promise<number> {
  const world = healthyWorld();
  const random = randomFrom(seed);
  for (const address of ADDRESSES) world.internet.host(address).rttMs = rttMs;
  const servers = ['ns1.example.com', 'ns2.example.com', 'ns1.operator.net', 'ns2.operator.net'];
  const last = Math.floor(random() * servers.length);
  for (const [index, host] of servers.entries()) {
    const when = index === last ? at : Math.max(0, at - random() * spreadMs);
    world.clock.at(when, () => world.servers.get(host)!.zone('example.com').add(NAME, 'TXT', 'token-1'));
  }
  const report = await world.run(world.verifier({ random }).wait([record]));
  expect(report.ok).toBe(true);
  return report.records[0]!.elapsedMs - at;
}

async function lags(count: number, rttMs: number, spreadMs: number, between: [number, number]) {
  const random = randomFrom(count + rttMs);
  const times = Array.from({ length: count }, () => between[0] + random() * (between[1] - between[0]));
  const found: { at: number; lag: number }[] = [];
  for (const [index, at] of times.entries())
    found.push({ at, lag: await lagOf(1_000 * rttMs + index, at, rttMs, spreadMs) });
  return found;
}

/** One address, without any server: the lag of a record that it gets at `at`, answers and confirmation included. */
function modelledLag(random: () => number, at: number, rttMs: number): number {
  let spacing: number | undefined;
  for (let askedAt = 0; ; ) {
    if (askedAt + rttMs / 2 >= at) return askedAt + 2 * rttMs - at;
    spacing = nextSpacing(spacing, askedAt + rttMs, rttMs);
    askedAt += Math.max(rttMs, jittered(spacing, random));
  }
}

/** The slowest of some addresses that get the record at one moment. */
function modelledLags(addresses: number, rttMs: number, between: [number, number]) {
  const random = randomFrom(addresses * 1_000 + rttMs);
  return Array.from({ length: 1_000 }, () => {
    const at = between[0] + random() * (between[1] - between[0]);
    const each = Array.from({ length: addresses }, () => modelledLag(random, at, rttMs));
    return { at, lag: Math.max(...each) };
  });
}

describe('a record that the last server serves in the first 10 s', () => {
  test.each([
    [1, 10],
    [8, 10],
    [16, 30],
    [8, 60],
    [4, 100],
  ])(
    'is noticed at %i addresses within 150 ms and a round trip of %i ms, by the schedule',
    (addresses, rttMs) => {
      const found = modelledLags(addresses, rttMs, [0, 9_800]).map(({ lag }) => lag);
      expect(partWithin(found, 150 + rttMs)).toBeGreaterThanOrEqual(0.95);
    },
  );

  test.each([
    [10, 3_000],
    [10, 0],
    [60, 1_000],
  ])(
    'is noticed so soon by the verifier, with a round trip of %i ms and servers %i ms apart',
    async (rttMs, spreadMs) => {
      const found = (await lags(20, rttMs, spreadMs, [500, 5_000])).map(({ lag }) => lag);
      expect(partWithin(found, 150 + rttMs)).toBeGreaterThanOrEqual(0.95);
    },
  );
});

describe('a record that comes later', () => {
  test.each([
    [4, 10],
    [8, 100],
  ])(
    'is noticed at %i addresses within 5 %% of the time that it took (round trip %i ms), by the schedule',
    (addresses, rttMs) => {
      const found = modelledLags(addresses, rttMs, [11_000, 600_000]);
      expect(Math.max(...found.map(({ at, lag }) => lag / at))).toBeLessThanOrEqual(0.05);
    },
  );

  test('is looked for every second in the first minute, and less often after it', () => {
    expect(nextSpacing(10_000, 59_000, 10)).toBe(1_000);
    expect(nextSpacing(10_000, 61_000, 10)).toBeGreaterThan(2_000);
    expect(nextSpacing(10_000, 600_000, 10)).toBe(5_000);
  });

  test('is noticed so soon by the verifier', async () => {
    const found = await lags(6, 30, 3_000, [10_500, 100_000]);
    expect(Math.max(...found.map(({ at, lag }) => lag / at))).toBeLessThanOrEqual(0.05);
  });
});

describe('no server address', () => {
  test('gets more than 20 questions in any second, however many records are awaited', async () => {
    const world = healthyWorld();
    const names = Array.from({ length: 30 }, (_, index) => `_dnsauth.h${index}.example.com`);
    for (const [index, name] of names.entries()) world.clock.at(200 * index, () => serve(world, name));
    const { ok } = await world.run(world.verifier().wait(names.map((name) => ({ ...record, name }))));
    expect(ok).toBe(true);
    for (const address of ADDRESSES) {
      const times = world.internet.log.filter(({ to }) => to === address).map(({ at }) => at);
      const most = Math.max(
        ...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length),
      );
      expect(most).toBeLessThanOrEqual(20);
    }
  });

  test('is asked for a record again that it has shown three times', async () => {
    const world = healthyWorld();
    world.servers.get('ns1.example.com')!.zone('example.com').add(NAME, 'TXT', 'token-1');
    world.clock.at(5_000, () => serve(world));
    await world.run(world.verifier().wait([record]));
    const toFirst = world.internet.log.filter(({ to, type }) => to === '192.0.2.1' && type === 'TXT');
    expect(toFirst).toHaveLength(3);
  });
});

describe('many records at once', () => {
  test('cost one question each at an address, and two more', async () => {
    const world = healthyWorld();
    const names = Array.from({ length: 100 }, (_, index) => `_dnsauth.h${index}.example.com`);
    for (const name of names) serve(world, name);
    const { ok } = await world.run(world.verifier().wait(names.map((name) => ({ ...record, name }))));
    expect(ok).toBe(true);
    for (const address of ADDRESSES) {
      const asked = world.internet.log.filter(({ to, type }) => to === address && type === 'TXT');
      expect(asked.length).toBeLessThanOrEqual(102);
    }
  });

  test('get turns alike: none is noticed much later than another', async () => {
    const world = healthyWorld();
    const names = Array.from({ length: 20 }, (_, index) => `_dnsauth.h${index}.example.com`);
    world.clock.at(5_000, () => {
      for (const name of names) serve(world, name);
    });
    const { records } = await world.run(world.verifier().wait(names.map((name) => ({ ...record, name }))));
    const times = records.map(({ elapsedMs }) => elapsedMs);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(2_000);
  });
});
