import { readFileSync } from 'node:fs';
import type { Fqdn } from '@domainproof/core';
import { describe, expect, test } from 'vitest';
import { Authority } from '../src/asking/authority.js';
import { exchangeBy } from '../src/asking/exchange.js';
import { ResolverClient } from '../src/asking/resolver.js';
import { parseResolver } from '../src/asking/resolver-address.js';
import { Delegations } from '../src/delegation/delegation.js';
import { domainOf } from '../src/diagnosis/checks/caa.js';
import { formOf, joinsTo } from '../src/diagnosis/checks/forms.js';
import { candidates } from '../src/diagnosis/checks/names.js';
import { FAILURES, isTerminal } from '../src/diagnosis/codes.js';
import { evidenceOf } from '../src/diagnosis/evidence.js';
import { CachedQuestions } from '../src/diagnosis/questions.js';
import type { DiagnosedFinding, VerifierEvent } from '../src/index.js';
import type { Message, ResourceRecord } from '../src/wire/message.js';
import { RCODE, reply } from './world/name-server.js';
import { healthyWorld, RESOLVER, type World } from './world/world.js';

const ZONE = 'example.com';
const NAME = '_dnsauth.example.com';
const VALUE = 'token-1';
const record = { name: NAME, type: 'TXT', value: VALUE } as const;
// What a terminal acts on, or does not show: control characters, direction marks, zero width, separators.
const UNFIT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const textsOf = (finding: DiagnosedFinding) => [
  finding.message,
  finding.remedy,
  ...finding.evidence.flatMap((one) => Object.values(one)),
];

function expectFit(findings: readonly DiagnosedFinding[]): void {
  for (const text of findings.flatMap(textsOf)) {
    expect(text).not.toMatch(UNFIT);
    expect(text.length).toBeLessThan(3_000);
  }
  for (const { evidence } of findings) {
    expect(evidence.length).toBeLessThanOrEqual(16);
    for (const one of evidence)
      for (const text of Object.values(one)) expect(text.length).toBeLessThanOrEqual(400);
  }
}

describe('what hostile servers send', () => {
  test.each([
    ['a value that would clear a terminal', '\u001b[2J\u001b[1;31mtoken-1\u0007'],
    ['a value that turns the direction of text', '\u202etoken-1\u2066'],
    ['a value of 60,000 characters', 'x'.repeat(60_000)],
    ['a value of escapes only', '\\'.repeat(4_000)],
    ['a value of quotes only', '"'.repeat(4_000)],
    ['a value of spaces only', ' '.repeat(4_000)],
    ['a value that is no UTF-8', Buffer.from([0xff, 0xfe, 0xc0, 0x80]).toString('latin1')],
  ])('is told bounded and without control characters: %s', async (_, value) => {
    const world = healthyWorld();
    const parts = value.match(/[\s\S]{1,200}/gu)!;
    world.change(ZONE, (zone) => zone.add(NAME, 'TXT', parts));
    const { findings } = await world.run(world.verifier().diagnose(record));
    expect(findings.length).toBeGreaterThan(0);
    expectFit(findings);
  });

  test('is told bounded: 400 values, each of which is another mistake', async () => {
    const world = healthyWorld();
    world.change(ZONE, (zone) => {
      for (let index = 0; index < 400; index += 1) zone.add(NAME, 'TXT', `"${VALUE}" ${index}\u001b`);
    });
    const { findings } = await world.run(world.verifier().diagnose(record));
    expect(findings.map(({ code }) => code)).toEqual(['OLD_VALUE_ONLY']);
    expectFit(findings);
  });

  test('is told bounded: CAA records of nonsense', async () => {
    const world = healthyWorld();
    world.change(ZONE, (zone) => {
      zone.add(NAME, 'TXT', VALUE);
      for (let index = 0; index < 60; index += 1)
        zone.add(ZONE, 'CAA', {
          flags: 0,
          tag: 'issue',
          value: `\u001b]0;${index};${'='.repeat(100)};a=\u202e`,
        });
    });
    const authority = { domains: ['letsencrypt.org'] };
    const { findings } = await world.run(world.verifier().diagnose(record, { authority }));
    expect(findings.map(({ code }) => code)).toEqual(['CAA_FORBIDS']);
    expectFit(findings);
  });

  test('is told bounded: names of 10,000 characters in a chain, in hosts and in records', () => {
    const long = `${'\u001b.'.repeat(5_000)}` as Fqdn;
    const records: ResourceRecord[] = [
      { type: 'CNAME', name: long, ttl: 1, target: long },
      { type: 'SOA', name: long, ttl: 1, serial: 1, minimum: 1 },
      { type: 'CAA', name: long, ttl: 1, critical: true, tag: long, value: long },
      { type: 'A', name: long, ttl: 1, address: '192.0.2.1' },
      { type: 'DS', name: long, ttl: 1, keyTag: 1, algorithm: 1, digestType: 1, digest: Buffer.alloc(0) },
      { type: 'DNSKEY', name: long, ttl: 1, keyTag: 1, flags: 1, algorithm: 1 },
      {
        type: 'RRSIG',
        name: long,
        ttl: 1,
        covered: long,
        keyTag: 1,
        inception: 0,
        expiration: 2 ** 32 - 1,
        signer: long,
      },
      { type: 'NS', name: long, ttl: 1, target: long },
    ];
    const message: Message = {
      rcode: 'NOERROR',
      authoritative: true,
      truncated: false,
      recursionAvailable: false,
      authenticData: false,
      edns: {
        version: 0,
        errors: [
          { code: 6, text: long },
          { code: 7, text: '' },
        ],
        nsid: Buffer.alloc(9_000, 27),
        subnetScope: undefined,
      },
      answers: [],
      authority: [],
      additional: [],
      bytes: 9,
    };
    const outcomes = [
      ...records.map(
        (one) => ({ kind: 'answer', message: { ...message, answers: [one] }, rttMs: 1, via: 'tcp' }) as const,
      ),
      { kind: 'answer', message: { ...message, authority: records }, rttMs: 1, via: 'udp' } as const,
      { kind: 'truncated', message, rttMs: 1 } as const,
      { kind: 'case-lost', message, rttMs: 1 } as const,
      { kind: 'malformed' } as const,
      { kind: 'no-route' } as const,
      { kind: 'timeout' } as const,
    ];
    for (const outcome of outcomes) {
      const options = {
        tcp: true,
        edns: false,
        mixedCase: false,
        dnssec: true,
        checkingDisabled: true,
        clientSubnet: '0.0.0.0/0',
      };
      const evidence = evidenceOf(long, { name: long, type: 'TXT' }, options, outcome, 0);
      for (const text of Object.values(evidence)) {
        expect(text).not.toMatch(UNFIT);
        expect(text.length).toBeLessThanOrEqual(400);
      }
      expect(evidence.at).toBe('1970-01-01T00:00:00.000Z');
    }
  });

  test('costs at most 400 questions in one diagnosis', async () => {
    const world = healthyWorld();
    const hosts = Array.from({ length: 12 }, (_, index) => `ns${index}.deep.example.com`);
    for (const [index, host] of hosts.entries())
      world.server(host, [`192.0.2.${100 + index}`, `2001:db8::${100 + index}`]);
    world.zone('deep.example.com', hosts);
    // Whatever is asked, one answer differs from the next, and CNAMEs go on for ever.
    let count = 0;
    for (const host of hosts)
      world.servers.get(host)!.quirks.push(({ query, name, type }) => {
        count += 1;
        if (type === 'SOA' || type === 'NS') return undefined;
        const owner = query.questions![0]!.name;
        if (type === 'CAA')
          return [
            reply(query, { answers: [{ type: 'CNAME', name: owner, data: `c${count}.deep.example.com` }] }),
          ];
        if (count % 3 === 0) return [reply(query, { rcode: RCODE.NXDOMAIN })];
        const data = count % 3 === 1 ? VALUE : `x${count}`;
        return name.length > 0
          ? [reply(query, { answers: [{ type: 'TXT', name: owner, data, ttl: 1 }] })]
          : undefined;
      });
    const name = '_dnsauth.a.b.c.d.e.f.g.h.i.j.deep.example.com';
    const before = world.internet.log.length;
    const { findings } = await world.run(
      world
        .verifier()
        .diagnose({ name, type: 'TXT', value: VALUE, zone: ZONE }, { authority: { domains: ['a.test'] } }),
    );
    expect(findings.length).toBeGreaterThan(0);
    expect(world.internet.log.length - before).toBeLessThanOrEqual(400);
    expectFit(findings);
  });
});

describe('a healthy world', () => {
  const served = (world: World) => world.change(ZONE, (zone) => zone.add(NAME, 'TXT', VALUE));

  test('has no findings, in a diagnosis of a record', async () => {
    const world = healthyWorld();
    served(world);
    const diagnosis = await world.run(
      world.verifier().diagnose(record, { authority: { domains: ['letsencrypt.org'] } }),
    );
    expect(diagnosis).toMatchObject({
      findings: [],
      visible: true,
      verdict: 'visible',
      type: 'TXT',
      value: VALUE,
    });
    expect(diagnosis.delegation?.zone).toBe('example.com.');
    expect(diagnosis.servers).toHaveLength(5);
  });

  test.each([2_200, 7_000])(
    'has none in a wait for a record that comes after %i ms, whatever is looked at on the way',
    async (afterMs) => {
      const world = healthyWorld();
      world.clock.at(afterMs, () => served(world));
      const told: VerifierEvent[] = [];
      const onEvent = (event: VerifierEvent) => told.push(event);
      const { ok, records } = await world.run(world.verifier().wait([record], { onEvent }));
      expect(ok).toBe(true);
      expect(records[0]?.findings).toEqual([]);
      expect(told.filter(({ type }) => type === 'finding')).toEqual([]);
      // It was looked at: no such record is asked for while polling.
      expect(world.internet.log.some(({ name, to }) => name !== NAME && to.startsWith('192.0.2.'))).toBe(
        true,
      );
      expect(world.resolver.asked.filter((question) => question.includes('_dnsauth'))).toEqual([]);
    },
  );

  test('costs a visible record of a wait no question for findings', async () => {
    const world = healthyWorld();
    served(world);
    await world.run(world.verifier().check([record]));
    expect(world.internet.log.filter(({ to, type }) => to.startsWith('192.0.2.') && type === 'CAA')).toEqual(
      [],
    );
    expect(world.internet.log.filter(({ name }) => name.startsWith('domainproof-'))).toEqual([]);
  });

  test('shows a name alone as visible, with its servers', async () => {
    const world = healthyWorld();
    const diagnosis = await world.run(world.verifier().diagnose({ name: 'www.example.com' }));
    expect(diagnosis).toMatchObject({
      type: null,
      value: null,
      visible: null,
      verdict: 'visible',
      findings: [],
    });
    expect(diagnosis.servers.map(({ status }) => status)).toEqual(Array(5).fill('visible'));
  });
});

describe('a wait', () => {
  test.each([
    ['a doubled name', `${NAME}.${ZONE}`, VALUE, 'DOUBLED_NAME'],
    ['a quoted value', NAME, `"${VALUE}"`, 'QUOTED'],
  ])('ends early on %s that stays for 30 s', async (_, name, value, code) => {
    const world = healthyWorld();
    world.change(ZONE, (zone) => zone.add(name, 'TXT', value));
    const { records, elapsedMs } = await world.run(world.verifier().wait([record]));
    expect(records[0]).toMatchObject({ verdict: 'blocked', visible: false, findings: [{ code }] });
    expect(elapsedMs).toBeGreaterThanOrEqual(30_000);
    expect(elapsedMs).toBeLessThan(40_000);
  });

  test('goes on while what is wrong may be being corrected', async () => {
    const world = healthyWorld();
    world.change(ZONE, (zone) => zone.add(`${NAME}.${ZONE}`, 'TXT', VALUE));
    world.clock.at(10_000, () => world.change(ZONE, (zone) => zone.add(NAME, 'TXT', VALUE)));
    expect((await world.run(world.verifier().wait([record]))).ok).toBe(true);
  });

  test('ends soon on CAA records that forbid, which nobody changes on the way', async () => {
    const world = healthyWorld();
    world.change(ZONE, (zone) =>
      zone.add(ZONE, 'CAA', { flags: 0, tag: 'issue', value: 'other.example', issuerCritical: false }),
    );
    const options = { authority: { domains: ['ca.example'] } };
    const { records, elapsedMs } = await world.run(world.verifier().wait([record], options));
    expect(records[0]).toMatchObject({ verdict: 'blocked', visible: false });
    expect(records[0]?.findings.map(({ code }) => code)).toContain('CAA_FORBIDS');
    expect(elapsedMs).toBeLessThan(10_000);
  });

  test('goes on where the caller wants it', async () => {
    const world = healthyWorld();
    world.change(ZONE, (zone) => zone.add(NAME, 'TXT', `"${VALUE}"`));
    world.clock.at(50_000, () => world.change(ZONE, (zone) => zone.add(NAME, 'TXT', VALUE)));
    const { ok, records } = await world.run(world.verifier().wait([record], { stopEarly: false }));
    expect(ok).toBe(true);
    expect(records[0]?.findings.map(({ code }) => code)).toEqual(['EXTRA_VALUES']);
  });

  test('looks into some of many records that fail, and says of the others what their answers show', async () => {
    const world = healthyWorld();
    const names = Array.from({ length: 40 }, (_, index) => ({
      ...record,
      name: `_dnsauth.h${index}.example.com`,
    }));
    world.change(ZONE, (zone) => {
      for (const { name } of names) zone.add(name, 'TXT', 'old');
    });
    const { records } = await world.run(world.verifier().check(names));
    expect(records.every(({ findings }) => findings.some(({ code }) => code === 'OLD_VALUE_ONLY'))).toBe(
      true,
    );
    const siblings = world.internet.log.filter(({ name }) => name.startsWith('domainproof-'));
    expect(siblings).toHaveLength(8);
  });
});

describe('perspectives of a diagnosis', () => {
  const perspectives = [{ name: 'there', resolver: '203.0.113.99' }];

  test('are asked if every server has the record', async () => {
    const world = healthyWorld();
    world.change(ZONE, (zone) => zone.add(NAME, 'TXT', VALUE));
    world.addResolver('203.0.113.99');
    const diagnosis = await world.run(world.verifier().diagnose(record, { perspectives, quorum: 'all' }));
    expect(diagnosis).toMatchObject({
      visible: true,
      findings: [],
      perspectives: [{ name: 'there', status: 'visible' }],
    });
  });

  test('are told where they keep an old answer', async () => {
    const world = healthyWorld();
    world.change(ZONE, (zone) => zone.add(NAME, 'TXT', VALUE));
    world.addResolver('203.0.113.99').override = ({ query }) =>
      reply(query, { rcode: RCODE.NXDOMAIN, flags: 0x80 });
    const diagnosis = await world.run(world.verifier().diagnose(record, { perspectives, quorum: 'all' }));
    expect(diagnosis.visible).toBe(false);
    expect(diagnosis.findings.map(({ code }) => code)).toEqual(['NEG_CACHED']);
  });

  test('are not asked before', async () => {
    const world = healthyWorld();
    const there = world.addResolver('203.0.113.99');
    await world.run(world.verifier().diagnose(record, { perspectives, quorum: 'all' }));
    expect(there.asked).toEqual([]);
  });
});

describe('a diagnosis', () => {
  test('rejects bad input and an abort', async () => {
    const world = healthyWorld();
    const verifier = world.verifier();
    await expect(verifier.diagnose({ name: 'no good name' })).rejects.toMatchObject({ code: 'INVALID_NAME' });
    const signal = AbortSignal.abort();
    await expect(verifier.diagnose({ name: ZONE }, { signal })).rejects.toMatchObject({ code: 'ABORTED' });
    for (const subject of [{ name: ZONE }, record]) {
      const controller = new AbortController();
      world.clock.at(world.clock.now() + 25, () => controller.abort());
      await expect(
        world.run(verifier.diagnose(subject, { signal: controller.signal })),
      ).rejects.toMatchObject({ code: 'ABORTED' });
    }
  });

  test('of a zone that no server answers for is unknown', async () => {
    const world = healthyWorld();
    for (const last of [1, 2, 3, 4])
      Object.assign(world.internet.host(`192.0.2.${last}`), { udp: 'silent', tcp: 'silent' });
    Object.assign(world.internet.host('2001:db8::1'), { udp: 'silent', tcp: 'silent' });
    const diagnosis = await world.run(world.verifier().diagnose({ name: ZONE }));
    expect(diagnosis.verdict).toBe('unknown');
    expect(diagnosis.findings.map(({ code }) => code)).toEqual(['PORT53_CLOSED']);
  });

  test('of a zone that every server refuses is pending', async () => {
    const world = healthyWorld();
    for (const server of world.servers.values())
      server.quirks.push(({ query, name, type }) =>
        name.endsWith(ZONE) && type === 'SOA'
          ? [reply(query, { rcode: RCODE.REFUSED, flags: 0 })]
          : undefined,
      );
    const diagnosis = await world.run(world.verifier().diagnose({ name: ZONE }));
    expect(diagnosis).toMatchObject({ verdict: 'pending', findings: [{ code: 'LAME', severity: 'fatal' }] });
  });
});

describe('the questions of a diagnosis', () => {
  function questionsIn(world: World, isServedEverywhere: boolean): CachedQuestions {
    const { clock, internet } = world;
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
    const guarded = { names: [`${NAME}.` as Fqdn], isServedEverywhere };
    const { signal } = new AbortController();
    return new CachedQuestions({ clock, resolver, authority, delegations }, guarded, { signal });
  }

  test('never tell a resolver of the record before every server has it', async () => {
    const world = healthyWorld();
    const ask = questionsIn(world, false);
    for (const name of [`${NAME}.`, `below.${NAME}.`])
      await expect(ask.resolver({ name, type: 'TXT' })).rejects.toThrow('must not be asked');
    expect(world.resolver.asked).toEqual([]);
    expect(await world.run(ask.resolver({ name: 'example.com.', type: 'SOA' }))).toBeDefined();
    expect(
      await world.run(questionsIn(world, true).resolver({ name: `${NAME}.`, type: 'TXT' })),
    ).toBeDefined();
  });

  test('go out once, and silence is asked once more', async () => {
    const world = healthyWorld();
    const ask = questionsIn(world, false);
    const question = { name: 'example.com.', type: 'SOA' } as const;
    await world.run(Promise.all([ask.server('192.0.2.1', question), ask.server('192.0.2.1', question)]));
    expect(world.internet.log).toHaveLength(1);
    Object.assign(world.internet.host('192.0.2.2'), { udp: 'silent', tcp: 'silent' });
    const before = world.internet.log.length;
    const silent = await world.run(ask.server('192.0.2.2', question));
    expect(silent).toMatchObject({
      outcome: { kind: 'timeout' },
      evidence: { server: '192.0.2.2', answer: 'no answer in time' },
    });
    expect(world.internet.log.filter(({ via }) => via === 'tcp').length).toBe(2);
    expect(world.internet.log.length).toBeGreaterThan(before);
  });

  test('have no answer where no resolver answers', async () => {
    const world = healthyWorld();
    Object.assign(world.internet.host(RESOLVER), { udp: 'silent', tcp: 'silent' });
    expect(
      await world.run(questionsIn(world, true).resolver({ name: 'example.com.', type: 'SOA' })),
    ).toBeUndefined();
  });
});

describe('the catalogue', () => {
  test('stands in the README, code by code', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    for (const [code, { meaning, remedy, terminal, severity }] of Object.entries(FAILURES)) {
      const row = readme.split('\n').find((line) => line.startsWith(`| \`${code}\``));
      expect(row?.split('|').map((cell) => cell.trim())).toEqual([
        '',
        `\`${code}\``,
        terminal ? `${severity}, ends a wait` : severity,
        meaning,
        remedy,
        '',
      ]);
    }
  });

  test('calls nothing terminal that is not fatal, or not in it', () => {
    const finding = { message: '', remedy: '' };
    expect(isTerminal({ ...finding, code: 'QUOTED', severity: 'fatal' })).toBe(true);
    expect(isTerminal({ ...finding, code: 'QUOTED', severity: 'warning' })).toBe(false);
    expect(isTerminal({ ...finding, code: 'LAME', severity: 'fatal' })).toBe(false);
    expect(isTerminal({ ...finding, code: 'toString', severity: 'fatal' })).toBe(false);
  });
});

describe('similar names', () => {
  test('lie in the zone, are at most twelve, and never the name itself', () => {
    const of = (name: string, zone: string) =>
      candidates(name as Fqdn, zone as Fqdn, undefined).map((one) => one.name);
    expect(of('_dnsauth.www.example.com.', 'example.com.')).toEqual([
      '_dnsauth.www.example.com.example.com.',
      'www.example.com.',
      'dnsauth.www.example.com.',
      '_acme-challenge.www.example.com.',
      '_pki-validation.www.example.com.',
      '_dnsauth.example.com.',
      'example.com.',
    ]);
    expect(of('example.com.', 'example.com.')).toEqual(['example.com.example.com.', 'www.example.com.']);
    const long = `_dnsauth.${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(50)}.com.`;
    expect(of(long, `${'d'.repeat(50)}.com.`).every((name) => name.length <= 254)).toBe(true);
  });

  test('of a challenge lead to its domain', () => {
    expect(domainOf('_dnsauth.www.example.com.' as Fqdn)).toBe('www.example.com.');
  });
});

describe('forms of a value', () => {
  test('do not make a mistake of what is only similar', () => {
    for (const found of ['token-10', 'token-', 'other', '', 'token-1x', 'xtoken-1', '""', 'a=b', '%'])
      expect(formOf(found, VALUE)).toBeUndefined();
    expect(formOf(VALUE, VALUE)).toBeUndefined();
    expect(formOf(`"${'x'.repeat(5_000)}"`, 'x'.repeat(5_000))).toBeUndefined();
    expect(formOf('%zz"token-1"', VALUE)).toBeUndefined();
    expect(formOf('\\999token-1', VALUE)).toBeUndefined();
  });

  test('join in any order, of five parts at most', () => {
    expect(joinsTo(['c', 'a', 'b'], 'abc')).toBe(true);
    expect(joinsTo(['a', 'b'], 'abc')).toBe(false);
    expect(joinsTo(['abc'], 'abc')).toBe(false);
    expect(joinsTo(['a', 'b', 'c', 'd', 'e', 'f'], 'abcdef')).toBe(false);
    expect(joinsTo(['', 'a'], 'a')).toBe(false);
  });
});
