import { startSimulator } from '@domainproof/simulator';
import packet, { type Answer } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { childSignal } from '../src/abort.js';
import { exchangeBy } from '../src/asking/exchange.js';
import { systemClock } from '../src/clock.js';
import type { Perspective, PerspectiveReport, Quorum } from '../src/index.js';
import { awaitPerspectives } from '../src/perspectives/await-perspectives.js';
import { parsePerspectives } from '../src/perspectives/parse.js';
import type { SoughtRecord } from '../src/perspectives/reading.js';
import { networkTransport } from '../src/transport/network.js';
import { randomFrom } from './world/internet.js';
import { RCODE, reply } from './world/name-server.js';
import type { Recursive } from './world/recursive.js';
import { healthyWorld, type World } from './world/world.js';

const NAME = '_dnsauth.example.com';
const HTTPS = 'https://resolver.test/dns-query';
const A = '203.0.113.1';
const B = '203.0.113.2';
const C = '203.0.113.3';

interface Panel {
  quorum?: Quorum;
  once?: boolean;
  /** Virtual milliseconds until the signal fires. */
  endsAfterMs?: number;
  record?: Partial<SoughtRecord>;
  loss?: number;
}

/** A world that serves the record, with a resolver at each place. */
function worldWith(...places: string[]): { world: World; resolvers: Recursive[] } {
  const world = healthyWorld();
  const resolvers = places.map((place) => world.addResolver(place));
  return { world, resolvers };
}

function publish(world: World, value = 'token-1', ttl = 300): void {
  world.change('example.com', (zone) => zone.remove(NAME).add(NAME, 'TXT', value, ttl));
}

/** Somebody asks a resolver before the record is there. */
async function askTooEarly(world: World, place: string, type: 'TXT' | 'A' = 'TXT'): Promise<void> {
  const { exchange, signal } = wiring(world);
  const question = { name: `${NAME}.`, type };
  await world.run(
    exchange(
      question,
      { address: place, port: 53 },
      { recursionDesired: true, mixedCase: false, timeoutMs: 2_000, signal },
    ),
  );
}

function wiring(world: World) {
  const { internet: transport, clock } = world;
  const exchange = exchangeBy(transport, clock);
  return {
    exchange,
    transport,
    clock,
    random: randomFrom(3),
    queryTimeoutMs: 2_000,
    signal: childSignal().signal,
  };
}

async function ask(world: World, perspectives: readonly (string | Perspective)[], panel: Panel = {}) {
  const { quorum = 'all', once = false, endsAfterMs, record } = panel;
  const parsed = parsePerspectives(
    perspectives.map((one) => (typeof one === 'string' ? { name: one, resolver: one } : one)),
    quorum,
  );
  const stop = childSignal();
  if (endsAfterMs !== undefined) world.clock.at(world.clock.now() + endsAfterMs, () => stop.abort());
  const heard: PerspectiveReport[] = [];
  const heardAt: number[] = [];
  const sought: SoughtRecord = {
    name: `${NAME}.`,
    type: 'TXT',
    values: ['token-1'],
    match: 'contains',
    ...record,
  };
  const { signal: _, ...context } = wiring(world);
  const startedAt = world.clock.now();
  const work = awaitPerspectives(context, sought, parsed, quorum, {
    once,
    signal: stop.signal,
    onReport: (report) => {
      heard.push(report);
      heardAt.push(world.clock.now());
    },
  });
  const result = await world.run(work);
  return { ...result, heard, heardAt, tookMs: world.clock.now() - startedAt };
}

const questionsTo = (world: World, place: string) => world.internet.log.filter(({ to }) => to === place);
const codes = (findings: readonly { code: string; severity: string }[]) =>
  findings.map(({ code, severity }) => `${code} ${severity}`);

describe('perspectives that see the record', () => {
  test('agree after one question each, side by side, over UDP and over HTTPS', async () => {
    const { world } = worldWith(A, HTTPS);
    publish(world);
    const { isAgreed, reports, findings, heard, tookMs } = await ask(world, [A, HTTPS]);
    expect(isAgreed).toBe(true);
    expect(reports).toEqual([
      {
        name: A,
        region: null,
        status: 'visible',
        values: ['token-1'],
        rttMs: 10,
        clearsInMs: null,
        extendedErrors: [],
      },
      expect.objectContaining({ name: HTTPS, status: 'visible' }),
    ]);
    expect(findings).toEqual([]);
    expect(heard.map(({ status }) => status)).toEqual(['visible', 'visible']);
    expect(tookMs).toBe(10);
    expect(world.internet.log.map(({ via, to }) => `${via} ${to}`)).toEqual([`udp ${A}`, `https ${HTTPS}`]);
  });

  test('may find it at the end of a chain of CNAMEs', async () => {
    const { world } = worldWith(A);
    world.change('example.com', (zone) => zone.add(NAME, 'CNAME', 'proof.operator.net'));
    world.change('operator.net', (zone) => zone.add('proof.operator.net', 'TXT', 'token-1'));
    expect(await ask(world, [A])).toMatchObject({ isAgreed: true, reports: [{ values: ['token-1'] }] });
  });

  test('may see a CNAME that is asked for itself', async () => {
    const { world } = worldWith(A);
    world.change('example.com', (zone) => zone.add(NAME, 'CNAME', 'proof.operator.net'));
    const record = { type: 'CNAME', values: ['proof.operator.net.'] } as const;
    expect(await ask(world, [A], { record })).toMatchObject({
      isAgreed: true,
      reports: [{ values: ['proof.operator.net.'] }],
    });
  });

  test('are none: then there is nothing to wait for', async () => {
    expect(await ask(worldWith().world, [])).toMatchObject({ isAgreed: true, reports: [], findings: [] });
  });
});

describe('a resolver that keeps "absent"', () => {
  test('is asked again when that has run out and not before, and a finding tells when that is', async () => {
    const { world } = worldWith(A, B);
    await askTooEarly(world, A);
    publish(world);
    const stopped = await ask(world, [A, B], { endsAfterMs: 60_000 });
    expect(stopped.isAgreed).toBe(false);
    expect(stopped.reports.map(({ status, clearsInMs }) => [status, clearsInMs])).toEqual([
      ['absent', 240_010],
      ['visible', null],
    ]);
    expect(codes(stopped.findings)).toEqual(['NEG_CACHED warning']);
    expect(stopped.findings[0]).toMatchObject({
      message: `Every authoritative server has the value of the TXT at ${NAME}, but ${A} keeps "absent" for 241 s more.`,
      remedy: expect.stringContaining('Wait 241 s, until 2026-06-01T00:05:01Z'),
      evidence: [
        {
          server: A,
          question: `${NAME}. TXT`,
          answer: 'NXDOMAIN SOA example.com. TTL 300',
          at: '2026-06-01T00:00:00.020Z',
        },
      ],
    });

    const waited = await ask(world, [A, B]);
    expect(waited).toMatchObject({ isAgreed: true, findings: [] });
    const times = questionsTo(world, A).map(({ at }) => at);
    expect(times).toHaveLength(4);
    expect(times[3]! - times[0]!).toBeGreaterThanOrEqual(300_000);
    expect(times[3]! - times[0]!).toBeLessThan(302_000);
  });

  test('does not hold up a quorum that is reached without it, and is told for information', async () => {
    const { world } = worldWith(A, B, C);
    await askTooEarly(world, C);
    publish(world);
    const { isAgreed, findings, tookMs } = await ask(world, [A, B, C], { quorum: 'baseline-requirements' });
    expect(isAgreed).toBe(true);
    expect(codes(findings)).toEqual(['NEG_CACHED info']);
    expect(tookMs).toBe(10);
  });

  test('is told together with others, and the longest time counts', async () => {
    const { world } = worldWith(A, B);
    await askTooEarly(world, A);
    await world.run(world.clock.sleep(100_000, new AbortController().signal));
    await askTooEarly(world, B);
    publish(world);
    const { findings } = await ask(world, [A, B], { once: true });
    expect(codes(findings)).toEqual(['NEG_CACHED warning']);
    expect(findings[0]?.message).toContain(
      `${A} keeps "absent" for 200 s more and ${B} keeps "absent" for 300 s`,
    );
    expect(findings[0]?.remedy).toContain('Wait 300 s');
  });

  test('holds up the Baseline Requirements if the others stand in one region', async () => {
    const { world } = worldWith(A, B, C);
    await askTooEarly(world, C);
    publish(world);
    const places = [A, B, C].map((resolver, index) => ({
      name: resolver,
      resolver,
      region: index < 2 ? 'RIPE' : 'APNIC',
    }));
    const { isAgreed, tookMs } = await ask(world, places, { quorum: 'baseline-requirements' });
    expect(isAgreed).toBe(true);
    expect(tookMs).toBeGreaterThan(299_000);
  });

  test('and gives no SOA record, so no time, is asked again with growing pauses', async () => {
    const { world, resolvers } = worldWith(A);
    publish(world);
    let left = 4;
    resolvers[0]!.override = ({ query }) =>
      left-- > 0 ? reply(query, { flags: packet.RECURSION_AVAILABLE, rcode: RCODE.NXDOMAIN }) : undefined;
    const { isAgreed, heard } = await ask(world, [A]);
    expect(isAgreed).toBe(true);
    expect(heard.map(({ clearsInMs }) => clearsInMs)).toEqual([null, null, null, null, null]);
    const pauses = pausesOf(questionsTo(world, A).map(({ at }) => at));
    for (const [index, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(1_000 * 2 ** index);
      expect(pause).toBeLessThan(1_000 * 2 ** index + 1_100);
    }
    left = 1;
    const { findings } = await ask(world, [A], { once: true });
    expect(findings[0]?.message).toContain('answers "absent" and does not say for how long');
    expect(findings[0]?.remedy).toContain('gives no time');
  });

  test('keeps it no longer than the minimum of the SOA record (RFC 2308)', async () => {
    const { world, resolvers } = worldWith(A);
    resolvers[0]!.override = ({ query }) => {
      const soa = { ...world.servers.get('ns1.example.com')!.zone('example.com').soa(), ttl: 86_400 };
      return reply(query, {
        flags: packet.RECURSION_AVAILABLE,
        rcode: RCODE.NXDOMAIN,
        authorities: [soa as Answer],
      });
    };
    const { reports } = await ask(world, [A], { once: true });
    expect(reports[0]).toMatchObject({ status: 'absent', clearsInMs: 300_000 });
  });

  test('with a TTL of 0 is not asked without a pause', async () => {
    const { world, resolvers } = worldWith(A);
    resolvers[0]!.override = ({ query }) =>
      reply(query, {
        flags: packet.RECURSION_AVAILABLE,
        answers: [{ type: 'TXT', name: NAME, ttl: 0, data: Buffer.from('old') } as Answer],
      });
    await ask(world, [A], { endsAfterMs: 10_000 });
    expect(questionsTo(world, A).length).toBeLessThanOrEqual(10);
  });

  test('for a TTL beyond what timers hold is not asked again', async () => {
    const { world, resolvers } = worldWith(A);
    resolvers[0]!.override = ({ query }) =>
      reply(query, {
        flags: packet.RECURSION_AVAILABLE,
        answers: [{ type: 'TXT', name: NAME, ttl: 2_147_483_647, data: Buffer.from('old') } as Answer],
      });
    const sleeps: number[] = [];
    const sleep = world.clock.sleep.bind(world.clock);
    world.clock.sleep = (ms, signal) => {
      sleeps.push(ms);
      return sleep(ms, signal);
    };
    await ask(world, [A], { endsAfterMs: 600_000 });
    expect(questionsTo(world, A)).toHaveLength(1);
    expect(Math.max(...sleeps)).toBe(2_147_483_647);
  });
});

describe('a resolver that keeps an old value', () => {
  test('is asked again when its TTL has run out', async () => {
    const { world } = worldWith(A);
    publish(world, 'old token', 120);
    await askTooEarly(world, A);
    publish(world);
    const { isAgreed, heard, tookMs } = await ask(world, [A]);
    expect(isAgreed).toBe(true);
    expect(heard.map(({ status, clearsInMs }) => [status, clearsInMs])).toEqual([
      ['different', 120_000],
      ['visible', null],
    ]);
    expect(tookMs).toBeGreaterThanOrEqual(120_000);
    expect(tookMs).toBeLessThan(122_000);
  });

  test('of nothing but an empty answer to a CNAME question is told as absent', async () => {
    const { world } = worldWith(A);
    publish(world);
    const record = { type: 'CNAME', values: ['proof.operator.net.'] } as const;
    const { reports, findings } = await ask(world, [A], { once: true, record });
    expect(reports[0]?.status).toBe('absent');
    expect(findings[0]?.evidence[0]?.answer).toBe('NOERROR SOA example.com. TTL 300');
  });

  test('is told with the value, bounded and without control characters', async () => {
    const { world } = worldWith(A);
    publish(world, `old\u001b[2J${'x'.repeat(200)}`);
    const { findings, reports } = await ask(world, [A], { once: true });
    expect(codes(findings)).toEqual(['OLD_CACHED warning']);
    expect(findings[0]?.message).toContain(`but ${A} keeps "old\\027[2Jxxx`);
    expect(findings[0]?.message.length).toBeLessThan(250);
    expect(JSON.stringify([findings, reports])).not.toContain('\\u001b');
  });

  test('may hold some of several values, or others besides where there must be none', async () => {
    const { world } = worldWith(A);
    publish(world);
    const partial = { values: ['token-1', 'token-2'] };
    const some = await ask(world, [A], { once: true, record: partial });
    expect(some.reports[0]?.status).toBe('partial');
    expect(some.findings[0]?.message).toContain('the 2 values of the TXT at');
    world.change('example.com', (zone) => zone.add(NAME, 'TXT', 'token-2'));
    const { world: other } = worldWith(A);
    publish(other);
    other.change('example.com', (zone) => zone.add(NAME, 'TXT', 'token-2'));
    const exact = { match: 'exactSet' } as const;
    expect((await ask(other, [A], { once: true, record: exact })).reports[0]?.status).toBe('extra');
    const both = { ...exact, values: ['token-2', 'token-1'] };
    expect((await ask(other, [A], { once: true, record: both })).isAgreed).toBe(true);
  });

  test('of a CNAME leads to nothing, and clears with the shorter of the two TTLs', async () => {
    const { world } = worldWith(A);
    world.change('example.com', (zone) => zone.add(NAME, 'CNAME', 'gone.operator.net', 30));
    const { reports } = await ask(world, [A], { once: true });
    expect(reports[0]).toMatchObject({ status: 'absent', clearsInMs: 30_000 });
  });

  test('in a ring of CNAMEs is read to an end', async () => {
    const { world, resolvers } = worldWith(A);
    resolvers[0]!.override = ({ query }) =>
      reply(query, {
        flags: packet.RECURSION_AVAILABLE,
        answers: [
          { type: 'CNAME', name: NAME, ttl: 9, data: 'a.example.com' },
          { type: 'CNAME', name: 'a.example.com', ttl: 9, data: NAME },
        ],
      });
    const { reports, findings } = await ask(world, [A], { once: true });
    expect(reports[0]).toMatchObject({ status: 'absent', clearsInMs: 9_000 });
    expect(findings[0]?.evidence[0]?.answer).toBe(`NOERROR CNAME a.example.com. CNAME ${NAME}. TTL 9`);
  });
});

describe('a resolver that fails', () => {
  test.each([
    ['servfail', RCODE.SERVFAIL, 'answers SERVFAIL'],
    ['refused', RCODE.REFUSED, 'refuses the question'],
    ['refused', RCODE.NOTIMP, 'refuses the question'],
    ['malformed', RCODE.FORMERR, 'is not a right DNS answer'],
  ])('is told as %s (response code %i)', async (status, rcode, words) => {
    const { world, resolvers } = worldWith(A);
    resolvers[0]!.override = ({ query }) => reply(query, { flags: packet.RECURSION_AVAILABLE, rcode });
    const { reports, findings, isAgreed } = await ask(world, [A], { once: true });
    expect(isAgreed).toBe(false);
    expect(reports[0]).toMatchObject({ status, clearsInMs: null });
    expect(codes(findings)).toEqual(['PERSPECTIVE_FAILED warning']);
    expect(findings[0]?.message).toContain(words);
  });

  test('is told with its extended errors (RFC 8914) in words', async () => {
    const { world, resolvers } = worldWith(A);
    const options = [{ code: 15, data: Buffer.from('\u0000\u0009no key for DS 12345') }];
    resolvers[0]!.override = ({ query }) =>
      reply(query, { flags: packet.RECURSION_AVAILABLE, rcode: RCODE.SERVFAIL, options });
    const { reports, findings } = await ask(world, [A], { once: true });
    const words = 'DNSKEY missing (9): "no key for DS 12345"';
    expect(reports[0]?.extendedErrors).toEqual([words]);
    expect(findings[0]?.message).toContain(`${A} answers SERVFAIL (${words})`);
    expect(findings[0]?.evidence[0]?.answer).toBe(`SERVFAIL, ${words}`);
  });

  test('for a while is asked again with pauses that double up to 30 s', async () => {
    const { world } = worldWith(A);
    publish(world);
    silence(world, A);
    world.clock.at(200_000, () => {
      Object.assign(world.internet.host(A), { udp: 'open', tcp: 'open' });
    });
    const { isAgreed, heard, heardAt } = await ask(world, [A]);
    expect(isAgreed).toBe(true);
    expect(heard[0]).toMatchObject({ status: 'timeout', rttMs: null });
    // Every question but the last takes its 2 s.
    const pauses = pausesOf(heardAt.slice(0, -1)).map((ms) => ms - 2_000);
    expect(pauses.length).toBeGreaterThan(6);
    for (const [index, pause] of pauses.entries()) {
      const least = Math.min(1_000 * 2 ** index, 30_000);
      expect(pause).toBeGreaterThanOrEqual(least);
      expect(pause).toBeLessThan(least + 1_000);
    }
  });

  test('does not hold up a quorum longer than one question may take', async () => {
    const { world } = worldWith(A, B, C);
    publish(world);
    silence(world, C);
    const { isAgreed, findings, tookMs } = await ask(world, [A, B, C], { quorum: 2 });
    expect(isAgreed).toBe(true);
    expect(tookMs).toBe(2_000);
    expect(codes(findings)).toEqual(['PERSPECTIVE_FAILED info']);
    expect(findings[0]?.evidence[0]?.answer).toBe('no answer in 2000 ms');
  });

  test('over HTTPS may cut the connection, or say something that is no answer', async () => {
    const { world } = worldWith(HTTPS, 'https://other.test/');
    publish(world);
    world.internet.host(HTTPS).tcp = 'closed';
    world.internet.connect('https://other.test/', { answer: () => [Buffer.alloc(20)] });
    const { reports, findings } = await ask(world, [HTTPS, 'https://other.test/'], { once: true });
    expect(reports.map(({ status }) => status)).toEqual(['timeout', 'malformed']);
    expect(findings[0]?.message).toContain(`${HTTPS} does not answer in time and https://other.test/`);
    expect(findings[0]?.evidence[1]?.answer).toBe('something that is not a right DNS answer');
  });

  test('over HTTPS with a packet that breaks the protocol is malformed', async () => {
    const { world, resolvers } = worldWith(HTTPS);
    resolvers[0]!.override = ({ query }) => {
      const response = reply(query, { flags: packet.RECURSION_AVAILABLE });
      response.writeUInt16BE(9, 6);
      return response;
    };
    const { reports } = await ask(world, [HTTPS], { once: true });
    expect(reports[0]?.status).toBe('malformed');
  });

  test('because this machine has no route is told so', async () => {
    const { world } = worldWith(A);
    world.internet.cutOff(A);
    const { findings } = await ask(world, [A], { once: true });
    expect(findings[0]?.message).toContain(`${A} cannot be reached from this machine`);
    expect(findings[0]?.evidence[0]?.answer).toBe('this machine has no route to it');
  });

  test('with an answer that is cut off and no TCP is told as not answering', async () => {
    const { world, resolvers } = worldWith(A);
    resolvers[0]!.override = ({ query }) => reply(query, { flags: packet.TRUNCATED_RESPONSE });
    world.internet.host(A).tcp = 'closed';
    const { reports } = await ask(world, [A], { once: true });
    expect(reports[0]?.status).toBe('timeout');
  });
});

describe('a wait for perspectives', () => {
  test('goes over real sockets', async () => {
    const simulator = await startSimulator({
      zones: [
        {
          name: 'example.com',
          cloud: 'huaweicloud',
          records: [{ name: '_dnsauth', type: 'TXT', value: 'token-1' }],
        },
      ],
    });
    try {
      const { signal, ...context } = wiring(healthyWorld());
      const clock = systemClock;
      const real = {
        ...context,
        clock,
        transport: networkTransport,
        exchange: exchangeBy(networkTransport, clock),
      };
      const perspectives = parsePerspectives([{ name: 'office', resolver: simulator.resolver }], 'all');
      const record: SoughtRecord = { name: `${NAME}.`, type: 'TXT', values: ['token-1'], match: 'contains' };
      const { isAgreed, reports } = await awaitPerspectives(real, record, perspectives, 'all', {
        once: true,
        signal,
      });
      expect(isAgreed).toBe(true);
      expect(reports).toMatchObject([{ name: 'office', status: 'visible', values: ['token-1'] }]);
    } finally {
      await simulator.close();
    }
  });

  test('that is over before the first answer reports them as unasked', async () => {
    const { world } = worldWith(A);
    silence(world, A);
    const { isAgreed, reports, findings } = await ask(world, [A], { endsAfterMs: 5 });
    expect({ isAgreed, findings }).toEqual({ isAgreed: false, findings: [] });
    expect(reports[0]).toMatchObject({ status: 'unasked', values: [], rttMs: null, clearsInMs: null });
  });

  test('does not outlive a defect in a listener', async () => {
    const { world } = worldWith(A);
    publish(world);
    const { signal, ...context } = wiring(world);
    const record: SoughtRecord = { name: `${NAME}.`, type: 'TXT', values: ['token-1'], match: 'contains' };
    const onReport = () => {
      throw new Error('defect');
    };
    const perspectives = parsePerspectives([{ name: 'a', resolver: A }], 'all');
    const work = awaitPerspectives(context, record, perspectives, 'all', { once: false, signal, onReport });
    await expect(world.run(work)).rejects.toThrow('defect');
  });

  test('tells many values by their number', async () => {
    const { world } = worldWith(A);
    world.change('example.com', (zone) => {
      for (let index = 0; index < 6; index += 1) zone.add(NAME, 'TXT', `old-${index}`);
    });
    const { findings } = await ask(world, [A], { once: true });
    expect(findings[0]?.evidence[0]?.answer).toBe(
      'NOERROR "old-0" "old-1" "old-2" "old-3" and 2 more TTL 300',
    );
  });
});

function silence(world: World, address: string): void {
  Object.assign(world.internet.host(address), { udp: 'silent', tcp: 'silent' });
}

function pausesOf(times: readonly number[]): number[] {
  return times.slice(1).map((at, index) => at - times[index]!);
}
