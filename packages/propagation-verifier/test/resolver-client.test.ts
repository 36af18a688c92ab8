import { setMaxListeners } from 'node:events';
import type { Fqdn } from '@domainproof/core';
import packet, { type Answer, type OptAnswer } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { exchangeBy } from '../src/asking/exchange.js';
import { ResolverClient } from '../src/asking/resolver.js';
import { type Asked, Internet } from './world/internet.js';
import { RCODE, type Reply, reply } from './world/name-server.js';
import { VirtualClock } from './world/virtual-clock.js';

const FIRST = '203.0.113.1';
const SECOND = '203.0.113.2';
const NAME = 'ns1.operator.net.' as Fqdn;
const never = new AbortController().signal;
setMaxListeners(0, never);

type Behaviour = (asked: Asked) => Reply | undefined;

function setUp(...behaviours: Behaviour[]) {
  const clock = new VirtualClock();
  const internet = new Internet(clock);
  const addresses = [FIRST, SECOND].slice(0, behaviours.length);
  for (const [index, behaviour] of behaviours.entries())
    internet.connect(addresses[index]!, {
      answer: (asked) => {
        const content = behaviour(asked);
        return content ? [reply(asked.query, { flags: packet.RECURSION_AVAILABLE, ...content })] : [];
      },
    });
  const resolvers = addresses.map((address) => ({ address, port: 53 }));
  const exchange = exchangeBy(internet, clock);
  const client = new ResolverClient({ exchange, clock, resolvers, queryTimeoutMs: 1_000 });
  const ask = (name = NAME) => client.ask(name, 'A', never);
  return { clock, internet, client, ask };
}

const address = (ttl: number): Behaviour => {
  return ({ query }) => ({
    answers: [{ type: 'A', name: query.questions![0]!.name, ttl, data: '192.0.2.3' } as Answer],
  });
};
const nothing: Behaviour = () => undefined;
const says =
  (rcode: number): Behaviour =>
  () => ({ rcode });

/** Milliseconds for which an answer is kept, to a second. */
async function keptFor(type: 'A' | 'NS', name: string, content: Reply): Promise<number> {
  for (let seconds = 1; ; seconds = Math.ceil(seconds * 1.5)) {
    const { clock, internet, client } = setUp(() => content);
    await clock.run(client.ask(name as Fqdn, type, never));
    await clock.run(clock.sleep((seconds - 1) * 1_000, never));
    await clock.run(client.ask(name as Fqdn, type, never));
    if (internet.log.length === 2) return seconds;
    if (seconds > 10_000) return seconds;
  }
}

describe('a resolver', () => {
  test('is asked with recursion, once for the same question at the same time and after', async () => {
    const { clock, internet, ask } = setUp(address(300));
    const answers = await clock.run(Promise.all([ask(), ask()]));
    expect(answers[1]).toBe(answers[0]);
    expect(await clock.run(ask())).toBe(answers[0]);
    expect(internet.log).toHaveLength(1);
    expect(internet.log[0]!.query.flag_rd).toBe(true);
  });

  test('is asked again with other options, which reach it', async () => {
    const { clock, internet, client } = setUp(address(300));
    await clock.run(client.ask(NAME, 'A', never));
    await clock.run(client.ask(NAME, 'A', never, { checkingDisabled: true, dnssec: true }));
    await clock.run(client.ask(NAME, 'A', never, { dnssec: true, checkingDisabled: true }));
    await clock.run(client.ask(NAME, 'A', never, { edns: false, tcp: true }));
    expect(internet.log).toHaveLength(3);
    const [plain, checked, old] = internet.log.map(({ query, via }) => {
      const opt = query.additionals?.find((one): one is OptAnswer => one.type === 'OPT');
      return { cd: query.flag_cd, do: opt?.flag_do, via };
    });
    expect(plain).toEqual({ cd: false, do: false, via: 'udp' });
    expect(checked).toEqual({ cd: true, do: true, via: 'udp' });
    expect(old).toEqual({ cd: false, do: undefined, via: 'tcp' });
  });

  test('that does not answer is passed over, and the one that does is asked first from then on', async () => {
    const { clock, internet, ask } = setUp(nothing, address(0));
    await clock.run(ask());
    await clock.run(ask('ns2.operator.net.' as Fqdn));
    const [first, ...rest] = [...internet.log].reverse().map(({ to }) => to);
    expect([first, rest[0], rest.at(-1)]).toEqual([SECOND, SECOND, FIRST]);
  });

  test('that answers SERVFAIL is asked three times, and that is the answer if it stays', async () => {
    const { clock, internet, ask, client } = setUp(says(RCODE.SERVFAIL), nothing);
    expect(await clock.run(ask())).toMatchObject({ rcode: 'SERVFAIL' });
    expect(internet.log.filter(({ to }) => to === FIRST)).toHaveLength(3);
    expect(client.hasAnswered).toBe(true);
  });

  test('that refuses is not asked again, and is told', async () => {
    const { clock, internet, ask, client } = setUp(says(RCODE.REFUSED), says(RCODE.REFUSED));
    await expect(clock.run(ask())).rejects.toMatchObject({
      code: 'TIMEOUT',
      retryable: false,
      message: expect.stringContaining(`${FIRST}:53 (answered REFUSED)`),
    });
    expect(internet.log).toHaveLength(2);
    expect(client.hasAnswered).toBe(false);
  });

  test('that answered once and then falls silent is a passing failure', async () => {
    let isUp = true;
    const { clock, ask } = setUp((asked) => (isUp ? address(0)(asked) : undefined));
    await clock.run(ask());
    isUp = false;
    await expect(clock.run(ask('other.net.' as Fqdn))).rejects.toMatchObject({
      code: 'TIMEOUT',
      retryable: true,
      message: expect.stringContaining('no answer in time'),
    });
  });

  test('that sends something else, or cannot be reached, is told by that', async () => {
    const { clock, internet, ask } = setUp(nothing, nothing);
    internet.cutOff(SECOND);
    internet.connect(FIRST, {
      answer: ({ query }) => {
        const bomb = reply(query, { flags: packet.RECURSION_AVAILABLE });
        bomb.writeUInt16BE(60_000, 6);
        return [bomb];
      },
    });
    const failure = clock.run(ask());
    await expect(failure).rejects.toThrow(`${FIRST}:53 (answered with something that is not DNS)`);
    await expect(failure).rejects.toThrow(`${SECOND}:53 (this machine has no route to it)`);
  });

  test('that one caller gives up on is asked again for the others', async () => {
    const { clock, internet, client, ask } = setUp(address(300));
    const controller = new AbortController();
    const first = client.ask(NAME, 'A', controller.signal);
    const second = ask();
    clock.at(5, () => controller.abort());
    await expect(clock.run(first)).rejects.toThrow();
    expect(await clock.run(second)).toMatchObject({ rcode: 'NOERROR' });
    expect(internet.log).toHaveLength(2);
  });
});

describe('an answer of a resolver is kept', () => {
  const a = (ttl: number): Reply => ({ answers: [{ type: 'A', name: 'x.net', ttl, data: '192.0.2.3' }] });
  const ns = (name: string, ttl: number): Reply => ({
    answers: [{ type: 'NS', name, ttl, data: 'ns1.x.net' }],
  });
  const soa = (ttl: number): Reply => ({
    authorities: [
      {
        type: 'SOA',
        name: 'x.net',
        ttl,
        data: { mname: 'a', rname: 'b', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: ttl },
      },
    ],
  });

  test.each([
    ['an address by its TTL', 'A', 'x.net.', a(30), 30],
    ['an address for an hour at most', 'A', 'x.net.', a(86_400), 3_600],
    ['an address for a moment, though its TTL is 0', 'A', 'x.net.', a(0), 5],
    ['name servers of a zone for a minute at most', 'NS', 'x.net.', ns('x.net', 86_400), 60],
    ['name servers of a top-level domain for an hour', 'NS', 'net.', ns('net', 86_400), 3_600],
    ['an absence by its SOA record', 'A', 'x.net.', soa(20), 20],
    ['an absence without SOA record for a minute', 'A', 'x.net.', {}, 60],
  ] as const)('%s', async (_what, type, name, content, seconds) => {
    const kept = await keptFor(type, name, content);
    expect(kept).toBeGreaterThanOrEqual(seconds);
    expect(kept).toBeLessThanOrEqual(seconds * 1.5 + 3);
  });

  test('not at all if the name does not exist', async () => {
    expect(await keptFor('A', 'x.net.', { rcode: RCODE.NXDOMAIN })).toBe(1);
  });
});
