import { describe, expect, test } from 'vitest';
import { Authority } from '../src/asking/authority.js';
import { exchangeBy } from '../src/asking/exchange.js';
import { ResolverClient } from '../src/asking/resolver.js';
import { parseResolver } from '../src/asking/resolver-address.js';
import { Delegations } from '../src/delegation/delegation.js';
import type { DiagnosedFinding, VerifierEvent } from '../src/index.js';
import type { WaitContext } from '../src/waiting/context.js';
import { readExpectations } from '../src/waiting/expectation.js';
import type { Inspector } from '../src/waiting/rounds.js';
import { toTargets } from '../src/waiting/target.js';
import { type WaitSettings, waitFor } from '../src/waiting/wait.js';
import { randomFrom } from './world/internet.js';
import { healthyWorld, RESOLVER, type World } from './world/world.js';

const NAME = '_dnsauth.example.com';
const record = { name: NAME, type: 'TXT', value: 'token-1' } as const;
const other = { ...record, value: 'token-2' } as const;

function finding(code: string): DiagnosedFinding {
  return { code, severity: 'fatal', message: `${code}.`, remedy: 'Correct it.', evidence: [] };
}

function contextOf({ clock, internet }: World): WaitContext {
  const exchange = exchangeBy(internet, clock);
  const queryTimeoutMs = 2_000;
  const resolver = new ResolverClient({
    exchange,
    clock,
    resolvers: [parseResolver(RESOLVER)],
    queryTimeoutMs,
  });
  const authority = new Authority({ exchange, clock, port: 53, queryTimeoutMs });
  const delegations = new Delegations({ resolver, authority, clock });
  return { clock, random: randomFrom(7), exchange, resolver, authority, delegations };
}

/** Waits with an inspector of its own, and remembers when it was called. */
async function waitWith(
  world: World,
  inspect: (value: string, depth: string, round: number) => DiagnosedFinding[],
  {
    expectations = [record],
    ...settings
  }: Partial<WaitSettings> & { expectations?: (typeof record | typeof other)[] } = {},
) {
  const looks: { at: number; depth: string; value: string }[] = [];
  const events: VerifierEvent[] = [];
  const inspector: Inspector = {
    inspect: async (_target, { value }, depth) => {
      looks.push({ at: world.clock.now(), depth, value });
      return inspect(value, depth, looks.filter((look) => look.value === value).length);
    },
    isTerminal: ({ code }) => code.startsWith('TERMINAL'),
    settlesAfterMs: ({ code }) => (code.endsWith('SLOWLY') ? 30_000 : 0),
  };
  const report = await world.run(
    waitFor(contextOf(world), toTargets(readExpectations(expectations)), {
      patience: { once: false, timeoutMs: 100_000 },
      stopEarly: true,
      perspectives: undefined,
      onEvent: (event) => events.push(event),
      inspector,
      ...settings,
    }),
  );
  const found = events.flatMap((event) => (event.type === 'finding' ? [event.finding.code] : []));
  return { report, looks, found };
}

describe('a pending record', () => {
  test('is inspected after 2, 4, 8, … seconds, and in full at the end', async () => {
    const { report, looks } = await waitWith(healthyWorld(), () => []);
    expect(report.ok).toBe(false);
    expect(looks.map(({ at, depth }) => [Math.round(at / 1_000), depth])).toEqual([
      ...[2, 4, 8, 16, 32, 64].map((at) => [at, 'early']),
      [100, 'full'],
    ]);
  });

  test('is not inspected before it is over, if it comes soon', async () => {
    const world = healthyWorld();
    world.clock.at(1_500, () => world.change('example.com', (zone) => zone.add(NAME, 'TXT', 'token-1')));
    const { report, looks } = await waitWith(world, () => []);
    expect(report.ok).toBe(true);
    expect(looks.map(({ depth }) => depth)).toEqual(['full']);
  });

  test('is given up when two rounds in a row show the same terminal finding', async () => {
    const { report, looks, found } = await waitWith(healthyWorld(), () => [finding('TERMINAL_ONE')]);
    expect(report).toMatchObject({
      ok: false,
      records: [{ verdict: 'blocked', visible: false, findings: [{ code: 'TERMINAL_ONE' }] }],
    });
    expect(looks.map(({ depth }) => depth)).toEqual(['early', 'early', 'full']);
    expect(report.elapsedMs).toBeGreaterThanOrEqual(4_000);
    expect(report.elapsedMs).toBeLessThan(4_100);
    expect(found).toEqual(['TERMINAL_ONE']);
  });

  test('is given up later where a change under way would look the same', async () => {
    const { report } = await waitWith(healthyWorld(), () => [finding('TERMINAL_SLOWLY')]);
    expect(report.elapsedMs).toBeGreaterThanOrEqual(32_000);
    expect(report.elapsedMs).toBeLessThan(32_100);
  });

  test('is not given up for what was gone in between', async () => {
    const { report } = await waitWith(healthyWorld(), (_value, _depth, round) =>
      round === 2 ? [] : [finding('TERMINAL_SLOWLY')],
    );
    expect(report.elapsedMs).toBeGreaterThanOrEqual(64_000);
  });

  test('is not given up when the rounds show different ones, or one that is not terminal', async () => {
    const alternating = (_value: string, _depth: string, round: number) => [
      finding(`TERMINAL_${round % 2}`),
      finding('PASSING'),
    ];
    const { report, looks, found } = await waitWith(healthyWorld(), alternating);
    expect(looks.length).toBe(7);
    expect(report.elapsedMs).toBeGreaterThanOrEqual(100_000);
    expect(found).toEqual(['TERMINAL_1', 'PASSING', 'TERMINAL_0']);
  });

  test('is awaited to the end with stopEarly false, and blocked all the same', async () => {
    const { report } = await waitWith(healthyWorld(), () => [finding('TERMINAL_ONE')], { stopEarly: false });
    expect(report.elapsedMs).toBeGreaterThanOrEqual(100_000);
    expect(report.records[0]!.verdict).toBe('blocked');
  });

  test('that is given up does not end the wait for another one at the same name', async () => {
    const world = healthyWorld();
    world.clock.at(9_000, () => world.change('example.com', (zone) => zone.add(NAME, 'TXT', 'token-2')));
    const { report, looks } = await waitWith(
      world,
      (value) => (value === 'token-1' ? [finding('TERMINAL_ONE')] : []),
      { expectations: [record, other] },
    );
    expect(report.records.map(({ verdict }) => verdict)).toEqual(['blocked', 'visible']);
    expect(report.elapsedMs).toBeLessThan(9_400);
    expect(looks.filter(({ depth, value }) => depth === 'early' && value === 'token-2')).toHaveLength(3);
  });

  test('whose inspection hangs at the end is reported after 10 s', async () => {
    const world = healthyWorld();
    const inspector: Inspector = {
      inspect: (_target, _record, depth, signal) =>
        depth === 'early' ? Promise.resolve([]) : world.clock.sleep(1e9, signal).then(() => []),
      isTerminal: () => false,
      settlesAfterMs: () => 0,
    };
    const { report } = await waitWith(world, () => [], {
      inspector,
      patience: { once: false, timeoutMs: 1_000 },
    });
    expect(report.records[0]!.verdict).toBe('pending');
    expect(world.clock.now()).toBeGreaterThanOrEqual(11_000);
    expect(world.clock.now()).toBeLessThan(11_500);
  });

  test('whose inspection has a defect rejects with it', async () => {
    const fail = () => {
      throw new Error('defect');
    };
    await expect(waitWith(healthyWorld(), fail)).rejects.toThrow('defect');
  });
});
