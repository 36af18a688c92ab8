import packet from 'dns-packet';
import { describe, expect, test } from 'vitest';
import type { RecordReport, Report } from '../src/index.js';
import { randomFrom } from './world/internet.js';
import { RCODE, reply } from './world/name-server.js';
import { healthyWorld, type World } from './world/world.js';

const NAME = '_dnsauth.example.com';
const record = { name: NAME, type: 'TXT', value: 'token-1' } as const;
const HOSTS = ['ns1.example.com', 'ns2.example.com', 'ns1.operator.net', 'ns2.operator.net'] as const;
/** Of the host that is at fault. */
const ODD = 'ns2.operator.net';
const ODD_ADDRESS = '192.0.2.4';
/** Longest time from the last server's change to its being noticed, in the first 10 s: one spacing, one answer, one confirmation. */
const ONE_POLL_MS = 175;
/** By then a dead or lame server is known as such. */
const DEAD_KNOWN_MS = 7_000;
const LAME_KNOWN_MS = 5_000;

function seededWorld(seed: number): World {
  const world = healthyWorld();
  world.internet.seed(seed);
  return world;
}

function serveAt(world: World, host: string, ms: number): void {
  world.clock.at(ms, () => world.servers.get(host)!.zone('example.com').add(NAME, 'TXT', 'token-1'));
}

/** The hosts get the record one after the other, the last of them at `lastMs`. */
function rollOut(world: World, hosts: readonly string[], lastMs: number, seed: number): void {
  const random = randomFrom(seed);
  for (const [index, host] of hosts.entries()) serveAt(world, host, index === 0 ? lastMs : random() * lastMs);
}

function wait(world: World, timeoutMs = 60_000): Promise<Report> {
  return world.run(world.verifier().wait([record], { timeoutMs, stopEarly: false }));
}

function everyAddress(world: World, change: (address: string) => void): void {
  for (const { addresses } of [...world.servers.values()].filter(({ host }) =>
    HOSTS.some((one) => one === host),
  ))
    for (const address of addresses) change(address);
}

function lose(world: World, part: number): void {
  everyAddress(world, (address) => {
    world.internet.host(address).loss = part;
  });
}

function kill(world: World, address: string): void {
  Object.assign(world.internet.host(address), { udp: 'silent', tcp: 'silent' });
}

function statusAt({ servers }: RecordReport, address: string) {
  return servers.find((server) => server.address === address)?.status;
}

const seeds = Array.from({ length: 12 }, (_, index) => index + 1);

describe('lost packets', () => {
  test.each([0.05, 0.15, 0.3])(
    '(%d of them on each way) delay the verdict by their repetition only',
    async (loss) => {
      const lags: number[] = [];
      for (const seed of seeds) {
        const world = seededWorld(seed);
        lose(world, loss);
        const lastMs = 1_000 + 300 * seed;
        rollOut(world, HOSTS, lastMs, seed);
        const { ok, records } = await wait(world);
        expect(ok).toBe(true);
        // Never before the slowest server has it.
        expect(records[0]!.elapsedMs).toBeGreaterThan(lastMs);
        lags.push(records[0]!.elapsedMs - lastMs);
      }
      // A lost packet costs a repetition, and with 30 % on each way three questions at five addresses lose several in a row.
      const allowedMs = loss < 0.1 ? 1_000 : loss < 0.2 ? 3_000 : 5_000;
      expect(Math.max(...lags)).toBeLessThan(allowedMs);
    },
  );

  test('never make a server that lags behind count as dead', async () => {
    for (const seed of seeds) {
      const world = seededWorld(100 + seed);
      lose(world, 0.3);
      for (const host of HOSTS.slice(0, 3)) serveAt(world, host, 0);
      serveAt(world, ODD, 14_000);
      const { ok, records } = await wait(world);
      expect(ok).toBe(true);
      expect(records[0]!.elapsedMs).toBeGreaterThan(14_000);
    }
  });
});

describe('one dead server of four', () => {
  test('is waited for until it is known to be dead, when the others have the record before', async () => {
    for (const seed of seeds.slice(0, 4)) {
      const world = seededWorld(seed);
      kill(world, ODD_ADDRESS);
      rollOut(world, HOSTS.slice(0, 3), 500, seed);
      const { ok, records } = await wait(world);
      expect(ok).toBe(true);
      expect(statusAt(records[0]!, ODD_ADDRESS)).toBe('timeout');
      expect(records[0]!.elapsedMs).toBeLessThan(DEAD_KNOWN_MS);
    }
  });

  test('costs no time when the record comes later', async () => {
    for (const seed of seeds.slice(0, 4)) {
      const world = seededWorld(seed);
      kill(world, ODD_ADDRESS);
      const lastMs = DEAD_KNOWN_MS + 300 * seed;
      rollOut(world, HOSTS.slice(0, 3), lastMs, seed);
      const { ok, records } = await wait(world);
      expect(ok).toBe(true);
      expect(records[0]!.elapsedMs - lastMs).toBeLessThan(ONE_POLL_MS);
    }
  });

  test('is not asked many times a second, and less once it is known', async () => {
    const world = seededWorld(1);
    kill(world, ODD_ADDRESS);
    rollOut(world, HOSTS.slice(0, 3), 60_000, 1);
    await wait(world, 120_000);
    const times = world.internet.log
      .filter(({ to, type }) => to === ODD_ADDRESS && type === 'TXT')
      .map(({ at }) => at);
    for (const from of times)
      expect(times.filter((at) => at >= from && at < from + 1_000).length).toBeLessThan(12);
    expect(times.filter((at) => at > 10_000).length).toBeLessThan(60);
  });

  test('does not hide that another one lacks the record', async () => {
    const world = seededWorld(1);
    kill(world, ODD_ADDRESS);
    for (const host of HOSTS.slice(0, 2)) serveAt(world, host, 0);
    const { ok, records } = await wait(world, 30_000);
    expect(ok).toBe(false);
    expect(statusAt(records[0]!, '192.0.2.3')).toBe('absent');
  });

  test('that comes back without the record blocks again', async () => {
    const world = seededWorld(1);
    kill(world, ODD_ADDRESS);
    for (const host of HOSTS.slice(0, 2)) serveAt(world, host, 0);
    world.clock.at(8_000, () =>
      Object.assign(world.internet.host(ODD_ADDRESS), { udp: 'open', tcp: 'open' }),
    );
    serveAt(world, 'ns1.operator.net', 20_000);
    const { ok } = await wait(world, 30_000);
    expect(ok).toBe(false);
  });

  test('among hosts with two addresses only closes one of two ways, and is passed over', async () => {
    const world = seededWorld(1);
    kill(world, '2001:db8::1');
    for (const host of HOSTS) serveAt(world, host, 0);
    const { ok, records } = await wait(world);
    expect(ok).toBe(true);
    expect(records[0]!.elapsedMs).toBeLessThan(DEAD_KNOWN_MS);
  });
});

describe('two dead servers of four', () => {
  test('are too many', async () => {
    const world = seededWorld(1);
    kill(world, '192.0.2.3');
    kill(world, ODD_ADDRESS);
    for (const host of HOSTS) serveAt(world, host, 0);
    const { ok, records } = await wait(world, 40_000);
    expect(ok).toBe(false);
    expect(records[0]!.findings.map(({ code }) => code)).toContain('UNREACHABLE');
  });
});

describe('one lame server of four', () => {
  test.each([
    ['refuses', { rcode: RCODE.REFUSED, flags: 0 }],
    ['fails', { rcode: RCODE.SERVFAIL, flags: 0 }],
    ['answers without authority', { flags: 0 }],
    ['answers with another response code', { rcode: RCODE.NOTIMP, flags: 0 }],
  ])('that %s is waited for until it is known', async (_what, content) => {
    const world = seededWorld(1);
    world.servers.get(ODD)!.quirks.push(({ query }) => [reply(query, content)]);
    rollOut(world, HOSTS.slice(0, 3), 500, 1);
    const { ok, records } = await wait(world);
    expect(ok).toBe(true);
    expect(records[0]!.elapsedMs).toBeLessThan(LAME_KNOWN_MS);
  });

  test('only over UDP is none', async () => {
    const world = seededWorld(1);
    world.servers
      .get(ODD)!
      .quirks.push(({ query, via }) =>
        via === 'udp' ? [reply(query, { rcode: RCODE.REFUSED, flags: 0 })] : undefined,
      );
    for (const host of HOSTS.slice(0, 3)) serveAt(world, host, 0);
    const { ok } = await wait(world, 20_000);
    expect(ok).toBe(false);
  });

  test('that once served the zone still counts', async () => {
    const world = seededWorld(1);
    let isLame = false;
    world.clock.at(1_000, () => {
      isLame = true;
    });
    world.servers
      .get(ODD)!
      .quirks.push(({ query }) => (isLame ? [reply(query, { rcode: RCODE.SERVFAIL, flags: 0 })] : undefined));
    for (const host of HOSTS.slice(0, 3)) serveAt(world, host, 2_000);
    const { ok } = await wait(world, 30_000);
    expect(ok).toBe(false);
  });
});

describe('one stale server of four', () => {
  test('is waited for, whatever the others say, and noticed within one poll', async () => {
    for (const seed of seeds.slice(0, 6)) {
      const world = seededWorld(seed);
      const lastMs = 3_000 + 500 * seed;
      rollOut(world, [ODD, ...HOSTS.slice(0, 3)], lastMs, seed);
      for (const host of HOSTS.slice(0, 3)) serveAt(world, host, 10);
      const { ok, records } = await wait(world);
      expect(ok).toBe(true);
      expect(records[0]!.elapsedMs - lastMs).toBeLessThan(ONE_POLL_MS);
      expect(records[0]!.elapsedMs).toBeGreaterThan(lastMs);
    }
  });
});

describe('answers out of order', () => {
  test('change no verdict', async () => {
    for (const seed of seeds.slice(0, 6)) {
      const world = seededWorld(seed);
      everyAddress(world, (address) => {
        world.internet.host(address).jitterMs = 80;
      });
      const lastMs = 1_000 + 300 * seed;
      rollOut(world, HOSTS, lastMs, seed);
      const { ok, records } = await wait(world);
      expect(ok).toBe(true);
      expect(records[0]!.elapsedMs).toBeGreaterThan(lastMs);
      // Each of two answers may take 80 ms more.
      expect(records[0]!.elapsedMs - lastMs).toBeLessThan(ONE_POLL_MS + 2 * 80);
    }
  });
});

describe('slow TCP', () => {
  test('for truncated answers costs its own time, and no more', async () => {
    const world = seededWorld(1);
    for (const host of HOSTS)
      world.servers
        .get(host)!
        .quirks.push(({ query, via, type }) =>
          via === 'udp' && type === 'TXT'
            ? [reply(query, { flags: packet.AUTHORITATIVE_ANSWER | packet.TRUNCATED_RESPONSE })]
            : undefined,
        );
    everyAddress(world, (address) => {
      world.internet.host(address).tcpDelayMs = 1_000;
    });
    rollOut(world, HOSTS, 3_000, 1);
    const { ok, records } = await wait(world);
    expect(ok).toBe(true);
    // A question that has just missed the record, the one after it, and its confirmation.
    expect(records[0]!.elapsedMs - 3_000).toBeLessThan(3 * 1_100);
  });
});

describe('all at once', () => {
  test('(15 % loss, one dead server, one stale, answers out of order) the verdict is right', async () => {
    for (const seed of seeds.slice(0, 6)) {
      const world = seededWorld(seed);
      lose(world, 0.15);
      everyAddress(world, (address) => {
        world.internet.host(address).jitterMs = 40;
      });
      kill(world, ODD_ADDRESS);
      const lastMs = 12_000 + 300 * seed;
      rollOut(world, HOSTS.slice(0, 3), lastMs, seed);
      for (const host of HOSTS.slice(1, 3)) serveAt(world, host, 10);
      const { ok, records } = await wait(world);
      expect(ok).toBe(true);
      expect(records[0]!.elapsedMs).toBeGreaterThan(lastMs);
      expect(records[0]!.elapsedMs - lastMs).toBeLessThan(0.05 * lastMs + 2_500);
    }
  });
});
