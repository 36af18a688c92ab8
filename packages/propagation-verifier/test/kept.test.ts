import { describe, expect, test } from 'vitest';
import { Kept } from '../src/delegation/kept.js';
import { SharedWork } from '../src/shared-work.js';
import { VirtualClock } from './world/virtual-clock.js';

const zones = (count: number) => Array.from({ length: count }, (_, number) => `zone${number}.test.`);

describe('what was found', () => {
  test('is kept for its time', async () => {
    const clock = new VirtualClock();
    const kept = new Kept<number>(clock);
    kept.set('a.test.', 1, 60_000);
    kept.set('b.test.', 2, 59_999);
    await clock.run(clock.sleep(59_999, new AbortController().signal));
    expect([kept.get('a.test.'), kept.get('b.test.')]).toEqual([1, undefined]);
  });

  test('is kept for a thousand zones: the one used longest ago goes', () => {
    const kept = new Kept<string>(new VirtualClock());
    for (const zone of zones(1_000)) kept.set(zone, zone, 60_000);
    expect(kept.get('zone0.test.')).toBe('zone0.test.');
    kept.set('zone1.test.', 'again', 60_000);
    kept.set('zone1000.test.', 'new', 60_000);
    kept.set('zone1001.test.', 'new', 60_000);
    expect(zones(1_002).filter((zone) => kept.get(zone) === undefined)).toEqual([
      'zone2.test.',
      'zone3.test.',
    ]);
  });
});

describe('shared work', () => {
  const { signal } = new AbortController();
  const minute = () => 60_000;

  test('keeps a thousand results and hardly more, and still shares work that runs', async () => {
    const shared = new SharedWork<number>(new VirtualClock());
    let release = (_result: number) => {};
    const running = new Promise<number>((resolve) => {
      release = resolve;
    });
    const first = shared.run('running', signal, () => running, minute);
    for (const zone of zones(3_000)) await shared.run(zone, signal, async () => 1, minute);
    const second = shared.run('running', signal, async () => 2, minute);
    release(1);
    expect(await Promise.all([first, second])).toEqual([1, 1]);
    // Newest first: each miss adds a result, and so costs another its place.
    let hits = 0;
    for (const zone of zones(3_000).reverse()) {
      let isNew = false;
      const work = async () => {
        isNew = true;
        return 1;
      };
      await shared.run(zone, signal, work, () => 0);
      if (!isNew) hits += 1;
    }
    expect(hits).toBeGreaterThan(900);
    expect(hits).toBeLessThanOrEqual(1_001);
  });
});
