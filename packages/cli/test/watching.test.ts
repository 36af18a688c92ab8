import type { Fqdn } from '@domainproof/core';
import type { Expectation, Report, VerifierEvent, WaitOptions } from '@domainproof/propagation-verifier';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { wrap } from '../src/output/styled.js';
import { expectationsOf } from '../src/proving/expectations.js';
import { isStoppedEarly } from '../src/visibility.js';
import { Captured, cli, useSimulator } from './harness.js';
import {
  answerEvent,
  delegationEvent,
  finding,
  findingEvent,
  perspective,
  perspectiveEvent,
  record,
  report,
  server,
} from './reports.js';

/** Stands in for the verifier's wait where a test says what it reports; else the real one waits. */
const verifier = vi.hoisted(() => ({
  events: [] as unknown[],
  report: undefined as unknown,
  asked: [] as { expectations: readonly unknown[]; options: Record<string, unknown> }[],
}));
vi.mock('@domainproof/propagation-verifier', async (load) => {
  const real = await load<typeof import('@domainproof/propagation-verifier')>();
  return {
    ...real,
    createVerifier: (...given: Parameters<typeof real.createVerifier>) => {
      const inner = real.createVerifier(...given);
      const wait = async (expectations: readonly Expectation[], options: WaitOptions): Promise<Report> => {
        verifier.asked.push({ expectations, options: { ...options } });
        if (!verifier.report) return inner.wait(expectations, options);
        for (const event of verifier.events) options.onEvent?.(event as VerifierEvent);
        return verifier.report as Report;
      };
      return { ...inner, wait };
    },
  };
});
beforeEach(() => {
  verifier.asked.length = 0;
  verifier.report = undefined;
  verifier.events = [];
});

const NAME = 'a.example.net.';
const WAIT = ['wait', 'a.example.net', 'TXT', 'v'];
/** A server at the end of the chain below. */
const END = server({ name: 'b.example.org.' as Fqdn, zone: 'example.org.' as Fqdn });
const chain = [{ name: NAME, zone: 'example.net.', target: 'b.example.org.' }] as never;

describe('a wait', () => {
  test('tells chains, perspectives and findings as lines, each once', async () => {
    verifier.events = [
      delegationEvent(NAME, 'example.net.', 1),
      delegationEvent(NAME, 'example.org.', 1, 'b.example.org.'),
      answerEvent(NAME, 'v', { values: ['b.example.org.'], visibleAfterMs: 11 }),
      answerEvent(NAME, 'v', { name: 'b.example.org.' as Fqdn, values: ['v'], visibleAfterMs: 12 }),
      findingEvent(NAME, 'v', { code: 'LAME', message: 'One is lame.' }),
      findingEvent(NAME, 'v', { code: 'LAME', message: 'One is lame.' }),
      perspectiveEvent(NAME, 'v', { status: 'absent', clearsInMs: 30_000 }),
      perspectiveEvent(NAME, 'v', { status: 'absent', clearsInMs: 20_000 }),
      perspectiveEvent(NAME, 'v', {}),
    ];
    verifier.report = report([
      record({ chain, servers: [server(), END], perspectives: [perspective()], findings: [finding()] }),
    ]);
    const { code, stdout } = await cli(WAIT);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'servers   of example.net: ns1.example.net (127.0.0.1)',
      'chain     a.example.net leads to b.example.org in example.org',
      'servers   of example.org: ns1.example.org (127.0.0.1)',
      'seen      a.example.net CNAME "b.example.org." on ns1.example.net (192.0.2.1) after 11 ms',
      'seen      b.example.org TXT "v" on ns1.example.net (192.0.2.1) after 12 ms',
      'finding   LAME a.example.net: One is lame.',
      'asked     cloudflare (ARIN): absent, for 30.0 s more (a.example.net TXT)',
      'asked     cloudflare (ARIN): visible (a.example.net TXT)',
      'visible   a.example.net TXT "v" on 1 of 1 server address',
      '          a.example.net is a CNAME to b.example.org (in example.net)',
      '          OLD_VALUE_ONLY: Another value is there. Remove it.',
      '1 of 1 record visible after 1.00 s',
    ]);
  });

  test('that stopped early says so, with the reason, the chain and the perspectives that lag', async () => {
    const fatal = finding({ severity: 'fatal', code: 'CAA_FORBIDS', message: 'Only others may.' });
    verifier.report = report([
      record({
        visible: false,
        verdict: 'blocked',
        chain,
        findings: [fatal],
        servers: [server(), END, { ...END, address: '192.0.2.2', status: 'refused' }],
        perspectives: [
          perspective(),
          perspective({
            name: '192.0.2.9',
            region: null,
            status: 'servfail',
            extendedErrors: ['DNSSEC Bogus'],
            clearsInMs: 1_500,
          }),
        ],
      }),
    ]);
    const { code, stdout } = await cli(WAIT);
    expect(code).toBe(1);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'missing   a.example.net TXT "v" on 1 of 2 server addresses',
      '          a.example.net is a CNAME to b.example.org (in example.net)',
      '          ns1.example.net (192.0.2.2): refused',
      '          192.0.2.9: servfail, for 1.50 s more, DNSSEC Bogus',
      '          CAA_FORBIDS: Only others may. Remove it.',
      '0 of 1 record visible after 1.00 s; stopped early: waiting cannot help',
    ]);
  });

  test('is no early stop if it took all its time, or if all is visible', () => {
    const blocked = record({ visible: false, verdict: 'blocked' });
    expect(isStoppedEarly(report([blocked]), 1_001)).toBe(true);
    expect(isStoppedEarly(report([blocked]), 1_000)).toBe(false);
    expect(isStoppedEarly(report([record({ visible: false })]), 2_000)).toBe(false);
    expect(isStoppedEarly(report([record({ verdict: 'blocked' })]), 2_000)).toBe(false);
  });

  test('breaks long findings at the width of a terminal, below the last picture', async () => {
    verifier.report = report([
      record({ visible: false, findings: [finding({ message: 'word '.repeat(30) })] }),
    ]);
    const stdout = new Captured({ columns: 60, rows: 24 });
    await cli(WAIT, { stdout });
    const after = stdout.text.slice(stdout.text.lastIndexOf('\u001b')).split('\n').slice(1);
    expect(after.filter((line) => line.startsWith('          word')).length).toBeGreaterThan(1);
    for (const line of after) expect(line.length).toBeLessThanOrEqual(60);
  });

  test('hands all that the flags say to the verifier', async () => {
    verifier.report = report([record()]);
    await cli([...WAIT, '--timeout', '5s']);
    expect(verifier.asked[0]).toMatchObject({
      expectations: [{ name: NAME, type: 'TXT', value: 'v' }],
      options: { timeoutMs: 5_000, stopEarly: true },
    });
    for (const key of ['perspectives', 'quorum', 'authority'])
      expect(verifier.asked[0]!.options).not.toHaveProperty(key);
    const flags = [
      '--exact',
      '--keep-waiting',
      '--ca',
      'ca.example',
      '--perspective',
      'all',
      '--quorum',
      '3',
    ];
    await cli([...WAIT, ...flags]);
    expect(verifier.asked[1]).toMatchObject({
      expectations: [{ value: ['v'], match: 'exactSet' }],
      options: { stopEarly: false, authority: { domains: ['ca.example'] }, quorum: 3 },
    });
    expect(verifier.asked[1]!.options.perspectives).toHaveLength(5);
  });

  test('with --events has an answer of a server at each name of a chain', async () => {
    const at = (name: string) => answerEvent(NAME, 'v', { name: name as Fqdn, status: 'absent' });
    verifier.events = [at(NAME), at(NAME), at('b.example.org.')];
    verifier.report = report([record()]);
    const { events } = await cli([...WAIT, '--events']);
    expect(events().map(({ type, server: one }) => [type, one?.name])).toEqual([
      ['answer', NAME],
      ['answer', 'b.example.org.'],
      ['result', undefined],
    ]);
  });
});

test('--exact asks for all values of a name together, the own one first', () => {
  const value = (name: string, type: string, text: string) => ({
    name,
    type,
    value: text,
    zone: 'example.net',
  });
  const records = [
    value('a', 'TXT', '1'),
    value('a', 'TXT', '2'),
    value('a', 'TXT', '2'),
    value('b', 'TXT', '3'),
    value('a', 'CNAME', '4'),
  ];
  expect(expectationsOf(records, true).map((one) => one.value)).toEqual([
    ['1', '2'],
    ['2', '1'],
    ['2', '1'],
    ['3'],
    ['4'],
  ]);
  expect(expectationsOf(records)[1]).toEqual({ name: 'a', type: 'TXT', value: '2', zone: 'example.net' });
});

describe('prove', () => {
  const world = useSimulator();

  test('tells the verifier who runs the zone, without asking the vendor again where the delegation leads there', async () => {
    const argv = ['prove', '_op.example.com', 'TXT', 'v', '--quiet'];
    await world.run(argv);
    const before = world.simulator.calls.length;
    await world.run(['prove', '_op2.example.com', 'TXT', 'v', '--quiet']);
    expect(world.simulator.calls.slice(before).map(({ operation }) => operation)).not.toContain(
      'ShowZoneNameServers',
    );
    const [{ expectations }] = verifier.asked as [(typeof verifier.asked)[0]];
    const [{ operator, zone }] = expectations as [Expectation];
    expect([operator?.name, operator?.nameServers, zone]).toEqual([
      expect.stringMatching(/^Huawei Cloud/),
      [],
      'example.com.',
    ]);
    expect(operator?.pattern?.test('ns1.huaweicloud-dns.com.')).toBe(true);
  });

  test.each([
    ['huaweicloud', ['ns1.huaweicloud-dns.com.', 'ns1.huaweicloud-dns.cn.']],
    ['alidns', ['ns1.alidns.com.', 'ns2.alidns.com.']],
  ] as const)('names the servers of %s where the delegation leads elsewhere', async (cloud, hosts) => {
    const zone = `${cloud}-lost.example`;
    world.simulator.addZone({ name: zone, cloud, delegated: false });
    const records = ['1', '2'].map((value) => ({ name: `_x.${zone}`, type: 'TXT', value }));
    const stdinText = JSON.stringify(records);
    verifier.report = report([record({ visible: false, zone: `${zone}.` as Fqdn })]);
    const argv = ['prove', '--from', '-', '--quiet'];
    const { code, stdout } = await world.run(argv, { stdinText });
    expect(code).toBe(1);
    expect(stdout).toContain('NOT_DELEGATED_HERE');
    for (const { operator } of verifier.asked[0]!.expectations as Expectation[])
      expect([...(operator?.nameServers ?? [])].sort()).toEqual([...hosts].sort());
  });
});

describe('wrapped text', () => {
  test('has no line that is wider, and loses no word', () => {
    const text = 'Some words, and one-that-is-much-longer-than-a-line-can-ever-be.';
    const lines = wrap(text, 20, '- ', '  ');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(20);
    expect(lines[0]).toMatch(/^- Some/);
    expect(
      lines
        .map((line) => line.slice(2))
        .join('')
        .replaceAll(' ', ''),
    ).toBe(text.replaceAll(' ', ''));
  });

  test('is one line where there is no width, and never empty', () => {
    expect(wrap('a b', Number.POSITIVE_INFINITY)).toEqual(['a b']);
    expect(wrap('', 10, '> ')).toEqual(['> ']);
  });

  test('counts what control characters are written as', () => {
    const [line] = wrap('\u001b\u001b\u001b\u001b', 12);
    expect(line).toBe('\\u001b\\u001b');
  });
});
