import { DnsError, type Fqdn } from '@domainproof/core';
import { describe, expect, test } from 'vitest';
import { Bucket } from '../src/bulk/bucket.js';
import { Fifo } from '../src/bulk/fifo.js';
import { Flights } from '../src/bulk/flights.js';
import { Gate } from '../src/bulk/gate.js';
import { BulkRecord } from '../src/bulk/record.js';
import { RoundTrip } from '../src/bulk/round-trip.js';
import type { Server } from '../src/bulk/server.js';
import { SocketBudget } from '../src/bulk/sockets.js';
import { TICK_MS, Timed, TimerWheel } from '../src/bulk/wheel.js';
import { MOST_IN_FLIGHT, Window } from '../src/bulk/window.js';
import { ZoneFailure, Zones } from '../src/bulk/zones.js';
import type { Delegation } from '../src/index.js';
import { seeded } from './bulk-world.js';

describe('the window', () => {
  const answers = (window: Window, count: number) => {
    for (let index = 0; index < count; index += 1) window.answered();
  };

  test('grows with every answer up to its most, and never over it', () => {
    const window = new Window();
    answers(window, 100);
    expect(window.size).toBe(132);
    answers(window, 10_000);
    expect(window.size).toBe(MOST_IN_FLIGHT);
  });

  test('is halved once for all losses of one time, and grows slowly from there', () => {
    const window = new Window();
    answers(window, 1_000);
    window.lost(10, 50);
    window.lost(20, 51);
    window.lost(49, 60);
    expect(window.size).toBe(100);
    answers(window, 100);
    expect(window.size).toBeCloseTo(101, 0);
    window.lost(55, 90);
    expect(window.size).toBeLessThan(51);
  });

  test('stays open for a few questions whatever is lost', () => {
    const window = new Window();
    for (let at = 0; at < 100; at += 1) window.lost(at, at);
    expect(window.size).toBe(16);
  });
});

describe('the round trip', () => {
  test('sets the time for an answer from the answers before', () => {
    const roundTrip = new RoundTrip();
    expect(roundTrip.timeoutMs).toBe(400);
    roundTrip.took(100);
    expect(roundTrip.timeoutMs).toBe(300);
    for (let index = 0; index < 100; index += 1) roundTrip.took(100);
    expect(roundTrip.timeoutMs).toBeCloseTo(100, 0);
    for (let index = 0; index < 100; index += 1) roundTrip.took(1);
    expect(roundTrip.timeoutMs).toBe(30);
  });
});

describe('the bucket', () => {
  test('lets a tenth of a second through at once, and the rate after it', () => {
    const bucket = new Bucket(100, 0);
    const sent = (now: number) => {
      let count = 0;
      while (bucket.take(now)) count += 1;
      return count;
    };
    expect(sent(0)).toBe(10);
    expect(sent(50)).toBe(5);
    bucket.owe();
    bucket.owe();
    expect(sent(100)).toBe(3);
    expect(sent(10_000)).toBe(10);
  });

  test('of a rate below one a second still lets one question through', () => {
    const bucket = new Bucket(0.5, 0);
    expect([bucket.take(0), bucket.take(1_000), bucket.take(2_001)]).toEqual([true, false, true]);
  });

  test('without a rate never ends', () => {
    const bucket = new Bucket(Number.POSITIVE_INFINITY, 0);
    bucket.owe();
    for (let index = 0; index < 1_000; index += 1) expect(bucket.take(0)).toBe(true);
  });
});

describe('the timer wheel', () => {
  test('lets every deadline pass once, in its tick, and none that was cleared', () => {
    const random = seeded(7);
    const wheel = new TimerWheel(0);
    const passed = new Map<number, number>();
    const items = Array.from({ length: 500 }, (_, index) => {
      const item = new Timed((now) => {
        expect(passed.has(index)).toBe(false);
        passed.set(index, now);
      });
      // Some are further away than the wheel is long.
      wheel.set(item, random() * 6_000);
      return item;
    });
    for (const [index, item] of items.entries()) {
      if (index % 3 === 0) wheel.clear(item);
      if (index % 3 === 1) wheel.set(item, item.deadline + 10);
    }
    wheel.clear(items[0]!);
    for (let now = 0; now <= 7_000; now += TICK_MS) wheel.turn(now);
    for (const [index, item] of items.entries()) {
      if (index % 3 === 0) expect(passed.has(index)).toBe(false);
      else expect(passed.get(index)! - item.deadline).toBeGreaterThanOrEqual(0);
      if (index % 3 !== 0) expect(passed.get(index)! - item.deadline).toBeLessThanOrEqual(2 * TICK_MS);
    }
  });

  test('waits for the answers that came during a pause of the process, once', () => {
    const wheel = new TimerWheel(0);
    let passed = 0;
    wheel.set(
      new Timed(() => {
        passed += 1;
      }),
      20,
    );
    wheel.turn(TICK_MS);
    wheel.turn(500);
    expect(passed).toBe(0);
    wheel.turn(1_000);
    expect(passed).toBe(1);
  });

  test('lets a deadline clear another of the same tick', () => {
    const wheel = new TimerWheel(0);
    let passed = 0;
    const second = new Timed(() => {
      passed += 1;
    });
    const first = new Timed(() => {
      passed += 1;
      wheel.clear(second);
    });
    wheel.set(second, 8);
    wheel.set(first, 8);
    wheel.turn(TICK_MS);
    wheel.turn(2 * TICK_MS);
    expect(passed).toBe(1);
  });
});

describe('the queue', () => {
  test('gives items back in their order', () => {
    const fifo = new Fifo<number>();
    const random = seeded(3);
    let [pushed, shifted] = [0, 0];
    for (let step = 0; step < 4_000; step += 1) {
      if (random() < 0.55) fifo.push(pushed++);
      else if (fifo.size > 0) expect(fifo.shift()).toBe(shifted++);
      expect(fifo.size).toBe(pushed - shifted);
    }
    while (fifo.size > 0) expect(fifo.shift()).toBe(shifted++);
    expect(fifo.shift()).toBeUndefined();
  });
});

describe('the gate', () => {
  test('lets so many through at once, also after one has failed', async () => {
    const gate = new Gate(2);
    let [inside, most] = [0, 0];
    const work = async (index: number) => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      if (index === 1) throw new Error('one of them');
      return index;
    };
    const results = await Promise.allSettled([0, 1, 2, 3, 4].map((index) => gate.pass(() => work(index))));
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
    expect(most).toBe(2);
  });
});

describe('questions under way', () => {
  const record = new BulkRecord({ name: 'a.example.test', type: 'TXT', value: 'x' }, 0);
  const ask = {
    record,
    server: record.addServer('example.test.' as Fqdn, 'ns1.example.test.' as Fqdn, '192.0.2.1'),
    round: 0,
  };

  test('are as many as the window allows, with an id each, and found by it', () => {
    const flights = new Flights(MOST_IN_FLIGHT, () => {});
    const taken = Array.from({ length: MOST_IN_FLIGHT }, () => flights.take(ask));
    expect(new Set(taken.map(({ id }) => id)).size).toBe(MOST_IN_FLIGHT);
    for (const flight of taken) expect(flights.byId(flight.id)).toBe(flight);
    expect(() => flights.take(ask)).toThrow(RangeError);
    expect(flights.underWay()).toHaveLength(MOST_IN_FLIGHT);
  });

  test('share no id in 4,000 changes, and an answered one is still known for a while', () => {
    const flights = new Flights(MOST_IN_FLIGHT, () => {});
    const random = seeded(11);
    const underWay: ReturnType<Flights['take']>[] = [];
    for (let step = 0; step < 4_000; step += 1) {
      if (underWay.length < MOST_IN_FLIGHT && random() < 0.6) {
        const flight = flights.take(ask);
        expect(underWay.some(({ id, place }) => id === flight.id && place !== flight.place)).toBe(false);
        underWay.push(flight);
      } else if (underWay.length > 0) {
        const [flight] = underWay.splice(Math.floor(random() * underWay.length), 1);
        flights.release(flight!);
        expect(flights.byId(flight!.id)).toBe(flight);
        expect(flight!.ask).toBeUndefined();
      }
      if (step % 1_000 === 0) for (const flight of underWay) expect(flights.byId(flight.id)).toBe(flight);
    }
  });
});

describe('the socket budget', () => {
  class Holder {
    isOpen = false;
    open() {
      this.isOpen = true;
    }
    close() {
      this.isOpen = false;
    }
    pump() {}
  }

  test('closes who has been idle longest for who has something to ask', () => {
    const budget = new SocketBudget(2);
    const [first, second, third, fourth] = [new Holder(), new Holder(), new Holder(), new Holder()];
    budget.request(first);
    budget.request(second);
    budget.idle(second);
    budget.idle(first);
    budget.busy(second);
    budget.request(third);
    expect([first.isOpen, second.isOpen, third.isOpen]).toEqual([false, true, true]);
    budget.request(fourth);
    expect(fourth.isOpen).toBe(false);
    budget.idle(third);
    expect([third.isOpen, fourth.isOpen]).toEqual([false, true]);
    budget.release(third);
    budget.closeAll();
    expect([second.isOpen, fourth.isOpen]).toEqual([false, false]);
  });
});

describe('the zones of a stream', () => {
  const server = {} as Server;
  const delegation = (zone: string, address = '192.0.2.1'): Delegation => ({
    zone: zone as Fqdn,
    nameServers: [{ host: `ns.${zone}` as Fqdn, addresses: [address, address] }],
  });
  const fqdn = (name: string) => name as Fqdn;

  test('are found for the closest zone at or below the hint', async () => {
    const zones = new Zones(
      async (name) => delegation(name.endsWith('.sub.a.test.') ? 'sub.a.test.' : 'a.test.'),
      () => server,
    );
    await zones.find(fqdn('x.a.test.'), undefined);
    await zones.find(fqdn('x.sub.a.test.'), fqdn('sub.a.test.'));
    const known = (name: string, hint?: string) => {
      const zone = zones.known(fqdn(name), hint === undefined ? undefined : fqdn(hint), 0);
      return zone instanceof ZoneFailure ? 'failure' : zone?.zone;
    };
    expect(known('y.a.test.')).toBe('a.test.');
    expect(known('a.test.')).toBe('a.test.');
    expect(known('y.sub.a.test.')).toBe('sub.a.test.');
    expect(known('y.b.a.test.', 'b.a.test.')).toBeUndefined();
    expect(known('y.nota.test.')).toBeUndefined();
  });

  test('are so many and no more, and servers that no zone has are forgotten', async () => {
    let created = 0;
    const zones = new Zones(
      async (name) => delegation(name.slice(2), '192.0.2.7'),
      () => {
        created += 1;
        return server;
      },
    );
    for (let number = 0; number < 2_100; number += 1) await zones.find(fqdn(`x.z${number}.test.`), undefined);
    expect(created).toBe(1);
    expect(zones.known(fqdn('x.z0.test.'), undefined, 0)).toBeUndefined();
    expect(zones.known(fqdn('x.z2099.test.'), undefined, 0)).toBeDefined();
    for (const number of [52, 2_099])
      zones.known(fqdn(`x.z${number}.test.`), undefined, Number.MAX_SAFE_INTEGER);
    expect(zones.known(fqdn('x.z52.test.'), undefined, 0)).toBeUndefined();
  });

  test('are searched for again after a minute, and their servers are kept as they are', async () => {
    let [searches, created] = [0, 0];
    const zones = new Zones(
      async () => {
        searches += 1;
        return delegation('a.test.');
      },
      () => {
        created += 1;
        return server;
      },
    );
    const first = await zones.find(fqdn('x.a.test.'), undefined);
    expect(zones.known(fqdn('x.a.test.'), undefined, performance.now() + 61_000)).toBeUndefined();
    const second = await zones.find(fqdn('x.a.test.'), undefined);
    expect(second).not.toBe(first);
    expect([searches, created]).toEqual([2, 2]);
  });

  test('a search that fails is not repeated for each name, and a defect is passed on', async () => {
    let searches = 0;
    const zones = new Zones(
      async (name) => {
        searches += 1;
        if (name.startsWith('defect')) throw new TypeError('a defect');
        throw new DnsError('ZONE_NOT_FOUND', 'There is none.');
      },
      () => server,
    );
    const found = await Promise.all(
      [1, 2, 3].map((number) => zones.find(fqdn(`x${number}.a.test.`), undefined)),
    );
    expect(found.every((one) => one instanceof ZoneFailure)).toBe(true);
    expect(searches).toBe(1);
    await expect(zones.find(fqdn('defect.b.test.'), undefined)).rejects.toThrow(TypeError);
    for (let number = 0; number < 2_100; number += 1) await zones.find(fqdn(`x.z${number}.test.`), undefined);
    expect(zones.known(fqdn('x1.a.test.'), undefined, 0)).toBeUndefined();
  });

  test('a domain’s own name is searched for beside others of its registry', async () => {
    const searched: string[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const zones = new Zones(
      async (name) => {
        searched.push(name);
        await held;
        return delegation(name);
      },
      () => server,
    );
    const both = Promise.all([
      zones.find(fqdn('a.test.'), undefined),
      zones.find(fqdn('b.test.'), undefined),
    ]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(searched).toEqual(['a.test.', 'b.test.']);
    release();
    await both;
  });

  test('names of different zones below one name do not wait for more than one search', async () => {
    const zones = new Zones(
      async (name) => delegation(name),
      () => server,
    );
    const found = await Promise.all(
      ['a', 'b', 'c'].map((label) => zones.find(fqdn(`${label}.co.test.`), undefined)),
    );
    expect(found.map((one) => (one as { zone: string }).zone)).toEqual([
      'a.co.test.',
      'b.co.test.',
      'c.co.test.',
    ]);
  });
});
