import { describe, expect, test } from 'vitest';
import type { VerifierEvent } from '../src/index.js';
import { randomFrom } from './world/internet.js';
import { NameServer, RCODE, reply } from './world/name-server.js';
import { healthyWorld, type World } from './world/world.js';

const NAME = '_dnsauth.example.com';
const ADDRESS = '192.0.2.4';
const record = { name: NAME, type: 'TXT', value: 'token-1' } as const;

/** One address with two machines behind it, to which questions go by chance, as by their port. */
function behindOneAddress(world: World, seed: number): { first: NameServer; second: NameServer } {
  const front = world.servers.get('ns2.operator.net')!;
  const random = randomFrom(seed);
  const machine = (id: string) => {
    const server = new NameServer(front.host, front.addresses);
    server.id = id;
    server.hold(front.zone('example.com').copy());
    return server;
  };
  const [first, second] = [machine('fra1'), machine('hkg1')];
  front.quirks.push((asked) => (random() < 0.5 ? first : second).answer(asked));
  return { first, second };
}

function serve(server: NameServer): void {
  server.zone('example.com').add(NAME, 'TXT', 'token-1');
}

function serveElsewhere(world: World): void {
  for (const host of ['ns1.example.com', 'ns2.example.com', 'ns1.operator.net'])
    serve(world.servers.get(host)!);
}

describe('two machines behind one address', () => {
  test('are told apart, and the slower one is waited for', async () => {
    const events: VerifierEvent[] = [];
    let right = 0;
    let found = 0;
    const count = 20;
    for (let seed = 1; seed <= count; seed += 1) {
      const world = healthyWorld();
      serveElsewhere(world);
      const { first, second } = behindOneAddress(world, seed);
      world.clock.at(500, () => serve(first));
      world.clock.at(3_000, () => serve(second));
      const onEvent = (event: VerifierEvent) => events.push(event);
      const { ok, records } = await world.run(world.verifier().wait([record], { onEvent }));
      expect(ok).toBe(true);
      if (records[0]!.elapsedMs >= 3_000) right += 1;
      if (records[0]!.findings.some(({ code }) => code === 'ANYCAST_INCONSISTENT')) found += 1;
    }
    // Where the first three questions go to one machine by chance (one in four tries), it cannot be told from the only one.
    expect(right).toBeGreaterThan(count / 2);
    expect(found).toBeGreaterThan(count / 2);
    const told = events.flatMap((event) => (event.type === 'finding' ? [event.finding] : []));
    expect(told.every(({ code }) => code === 'ANYCAST_INCONSISTENT')).toBe(true);
    expect(told).toHaveLength(found);
  });

  test('are shown by both answers, with the names of the machines', async () => {
    const world = healthyWorld();
    serveElsewhere(world);
    const { first } = behindOneAddress(world, 2);
    serve(first);
    const events: VerifierEvent[] = [];
    const onEvent = (event: VerifierEvent) => events.push(event);
    const { ok } = await world.run(world.verifier().wait([record], { timeoutMs: 5_000, onEvent }));
    // The polling's own finding; the diagnosis at the end may come upon more answers.
    const told = events.flatMap((event) => (event.type === 'finding' ? [event.finding] : []));
    const finding = told.find(({ code }) => code === 'ANYCAST_INCONSISTENT');
    expect(finding?.evidence).toHaveLength(2);
    const [sighting, contradiction] = finding!.evidence;
    expect(sighting).toMatchObject({ server: `ns2.operator.net (${ADDRESS})`, question: `${NAME}. TXT` });
    expect(sighting!.answer).toContain('token-1');
    expect(contradiction!.answer).toContain('NXDOMAIN');
    expect(contradiction!.answer).toContain('hkg1');
    expect(ok).toBe(false);
  });
});

test('one machine is asked three times in all, the last two at once', async () => {
  const world = healthyWorld();
  serveElsewhere(world);
  serve(world.servers.get('ns2.operator.net')!);
  const { records } = await world.run(world.verifier().wait([record]));
  const asked = world.internet.log.filter(({ to, type }) => to === ADDRESS && type === 'TXT');
  expect(asked.map(({ at }) => at - asked[0]!.at)).toEqual([0, 10, 10]);
  expect(records[0]!.servers.every(({ questions }) => questions === 3)).toBe(true);
});

describe('a server that limits its answers', () => {
  const rateLimited = (
    world: World,
    limit: (second: number[], at: number) => 'refuse' | 'drop' | 'slip' | undefined,
  ) => {
    const recent: number[] = [];
    world.servers.get('ns2.operator.net')!.quirks.push(({ via, at, query, type }) => {
      if (via === 'tcp' || type !== 'TXT') return undefined;
      while (recent.length > 0 && recent[0]! <= at - 1_000) recent.shift();
      recent.push(at);
      switch (limit(recent, at)) {
        case 'refuse':
          return [reply(query, { rcode: RCODE.REFUSED, flags: 0 })];
        case 'drop':
          return [];
        case 'slip':
          return [reply(query, { flags: 0x0600 })];
        default:
          return undefined;
      }
    });
  };

  test.each(['refuse', 'slip', 'drop'] as const)(
    '(%s) is asked over TCP and more slowly, and told as no fault',
    async (how) => {
      const world = healthyWorld();
      serveElsewhere(world);
      rateLimited(world, (second, at) => (at > 2_000 && second.length > 3 ? how : undefined));
      world.clock.at(9_000, () => serve(world.servers.get('ns2.operator.net')!));
      const { ok, records } = await world.run(
        world.verifier().wait([record], { timeoutMs: 30_000, stopEarly: false }),
      );
      expect(ok).toBe(true);
      expect(records[0]!.elapsedMs).toBeLessThan(12_000);
      const finding = records[0]!.findings.find(({ code }) => code === 'RATE_LIMITED');
      expect(finding).toMatchObject({
        severity: 'info',
        message: expect.stringContaining('not a zone fault'),
      });
      expect(finding!.evidence).toHaveLength(1);
    },
  );

  test('is not suspected where packets get lost from the start', async () => {
    const world = healthyWorld();
    serveElsewhere(world);
    world.internet.seed(5);
    world.internet.host(ADDRESS).loss = 0.3;
    world.clock.at(9_000, () => serve(world.servers.get('ns2.operator.net')!));
    const { ok, records } = await world.run(world.verifier().wait([record], { stopEarly: false }));
    expect(ok).toBe(true);
    expect(records[0]!.findings.map(({ code }) => code)).not.toContain('RATE_LIMITED');
  });
});

describe('an address without route', () => {
  test('neither blocks nor counts', async () => {
    const world = healthyWorld();
    world.internet.cutOff('2001:db8::1');
    serveElsewhere(world);
    serve(world.servers.get('ns2.operator.net')!);
    const { ok, records } = await world.run(world.verifier().wait([record]));
    expect(ok).toBe(true);
    expect(records[0]!.elapsedMs).toBeLessThan(250);
    expect(records[0]!.findings).toMatchObject([{ code: 'NO_IPV6_ROUTE', severity: 'info' }]);
    expect((await world.run(world.verifier().check([record]))).ok).toBe(true);
  });

  test('is no agreement if there is no other', async () => {
    const world = healthyWorld();
    world.internet.cutOff('192.0.2.1', '2001:db8::1', '192.0.2.2', '192.0.2.3', ADDRESS);
    const { ok, records } = await world.run(world.verifier().wait([record], { timeoutMs: 3_000 }));
    expect(ok).toBe(false);
    expect(records[0]!.verdict).toBe('unknown');
  });

  test('that had answered before still blocks', async () => {
    const world = healthyWorld();
    world.clock.at(1_000, () => world.internet.cutOff(ADDRESS));
    world.clock.at(2_000, () => serveElsewhere(world));
    const { ok } = await world.run(world.verifier().wait([record], { timeoutMs: 20_000 }));
    expect(ok).toBe(false);
  });

  test('in a moment without network does not count until it has been tried with network', async () => {
    const world = healthyWorld();
    serveElsewhere(world);
    // The network comes up between the first question to one server and that to the others.
    world.internet.cutOff(ADDRESS);
    world.clock.at(60, () => world.internet.restore(ADDRESS));
    const { ok } = await world.run(world.verifier().wait([record], { timeoutMs: 5_000 }));
    expect(ok).toBe(false);
  });
});
