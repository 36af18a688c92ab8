import {
  type Call,
  DnsError,
  type DnsProvider,
  type Fqdn,
  type RecordSet,
  type Zone,
} from '@domainproof/core';
import type { Diagnosis } from '@domainproof/propagation-verifier';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { operatorOf, serversOfZone } from '../src/operator.js';
import { diagnosisLines } from '../src/output/diagnosis-lines.js';
import { type Line, renderLine } from '../src/output/styled.js';
import { askVendor, withVendorSides } from '../src/vendor-side.js';
import { Captured, cli, useSimulator } from './harness.js';
import { diagnosis, finding, perspective, server } from './reports.js';

/** Stands in for the verifier: what `diagnose` was asked, and what it says. */
const verifier = vi.hoisted(() => ({
  said: undefined as unknown,
  asked: [] as { subject: unknown; options: Record<string, unknown> }[],
}));
vi.mock('@domainproof/propagation-verifier', async (load) => ({
  ...(await load<object>()),
  createVerifier: () => ({
    diagnose: async (subject: unknown, options: Record<string, unknown>) => {
      verifier.asked.push({ subject, options });
      return verifier.said;
    },
  }),
}));
beforeEach(() => {
  verifier.asked.length = 0;
  verifier.said = diagnosis();
});

const NAME = { type: null, value: null, values: [], visible: null } as const;
const missing = (given: Partial<Diagnosis> = {}) =>
  diagnosis({ visible: false, verdict: 'pending', servers: [server({ status: 'absent' })], ...given });

describe('doctor', () => {
  test.each([
    ['0 for a record that is visible', diagnosis(), 0],
    ['1 for one that is not', missing(), 1],
    ['0 for one that is, with a warning', diagnosis({ findings: [finding()] }), 0],
    ['1 for one that is, with something fatal', diagnosis({ findings: [finding({ severity: 'fatal' })] }), 1],
    ['0 for a name with nothing worse than a warning', diagnosis({ ...NAME, findings: [finding()] }), 0],
    [
      '1 for a name with something fatal',
      diagnosis({ ...NAME, findings: [finding({ severity: 'fatal' })] }),
      1,
    ],
    [
      '4 for a domain that is not delegated',
      missing({ findings: [finding({ severity: 'fatal', code: 'ZONE_NOT_SERVED' })] }),
      4,
    ],
    [
      '4 for a domain that is delegated to somebody else',
      missing({ findings: [finding({ severity: 'fatal', code: 'WRONG_PROVIDER' })] }),
      4,
    ],
  ])('ends with %s, and prints one document', async (_, said, code) => {
    verifier.said = said;
    const result = await cli(['doctor', 'a.example.net', 'TXT', 'v', '--json']);
    expect(result.code).toBe(code);
    expect(result.json()).toEqual({ ok: code === 0, ...said });
  });

  test('needs no credentials, and asks about what the flags say', async () => {
    const argv = [
      'doctor',
      'a',
      'txt',
      '"v"',
      '--zone',
      'example.net',
      '--ca',
      'ca.example',
      '--perspective',
      'google',
    ];
    await cli([...argv, '--quorum', 'all', '--quiet']);
    const [{ subject, options }] = verifier.asked as [(typeof verifier.asked)[0]];
    expect(subject).toEqual({ name: 'a.example.net.', type: 'TXT', value: 'v', zone: 'example.net' });
    expect(options).toMatchObject({
      authority: { domains: ['ca.example'] },
      perspectives: ['google'],
      quorum: 'all',
      operators: [],
    });
    await cli(['doctor', 'Example.NET', '--quiet']);
    expect(verifier.asked[1]!.subject).toEqual({ name: 'example.net.' });
    await cli(['doctor', '@', '--zone', 'example.net', '--quiet']);
    expect(verifier.asked[2]!.subject).toEqual({ name: 'example.net.', zone: 'example.net' });
  });

  test.each([
    [[], 'there are 0 words'],
    [['a.example.net', 'TXT'], 'there are 2 words'],
    [['a.example.net', 'TXT', 'a', 'value'], 'there are 4 words'],
    [['a.example.net', 'MX', 'v'], 'MX records are not waited for'],
    [['a.example.net', '--wildcard'], 'add --ca'],
  ])('%j is refused', async (words, message) => {
    const { code, stderr } = await cli(['doctor', ...words]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(verifier.asked).toEqual([]);
  });

  test('with --events prints the document as the only line', async () => {
    const { events } = await cli(['doctor', 'a.example.net', '--events']);
    const { type, ...rest } = diagnosis();
    expect(events()).toEqual([{ type: 'result', recordType: type, ok: true, ...rest }]);
  });

  test('has colours on a terminal, and none with NO_COLOR or in a pipe', async () => {
    const outputs = [
      [{ columns: 80, rows: 24 }, {}],
      [{ columns: 80, rows: 24 }, { NO_COLOR: '1' }],
      [{ columns: 80, rows: 24 }, { TERM: 'dumb' }],
      [undefined, {}],
    ] as const;
    const coloured: boolean[] = [];
    for (const [terminal, env] of outputs) {
      const stdout = new Captured(terminal);
      await cli(['doctor', 'a.example.net', 'TXT', 'v'], { stdout, env });
      expect(stdout.text).toContain('a.example.net TXT "v" is visible on 1 of 1 server address');
      coloured.push(stdout.text.includes('\u001b['));
    }
    expect(coloured).toEqual([true, false, false, false]);
  });
});

describe('what doctor prints', () => {
  const text = (said: Diagnosis, width = 72) =>
    diagnosisLines(said, width).map((line: Line) => renderLine(line, false));

  test('is the verdict, the delegation, the chain, the servers, the perspectives, and the findings by severity', () => {
    const evidence = [
      { server: 'ns1.example.net. 192.0.2.1', question: 'a.example.net. TXT', answer: 'NXDOMAIN', at: 'T' },
    ];
    const chain = [
      { name: 'a.example.net.', zone: 'example.net.', target: 'b.example.org.' },
    ] as unknown as Diagnosis['chain'];
    const said = missing({
      verdict: 'blocked',
      chain,
      delegation: {
        zone: 'example.net.' as Fqdn,
        nameServers: [
          { host: 'ns1.example.net.' as Fqdn, addresses: ['192.0.2.1', '2001:db8::1'] },
          { host: 'ns22.example.net.' as Fqdn, addresses: [] },
        ],
        parent: {
          zone: 'net.' as Fqdn,
          hosts: ['ns1.example.net.', 'ns22.example.net.'] as Fqdn[],
          signed: true,
        },
        child: ['ns1.example.net.', 'ns3.example.net.'] as Fqdn[],
        truncated: true,
      },
      servers: [
        server({ status: 'different', values: ['1', '2', '3', '4', '5'] }),
        server({ name: 'b.example.org.' as Fqdn, address: '2001:db8::1', status: 'no-route', rttMs: null }),
      ],
      perspectives: [perspective({ status: 'absent', clearsInMs: 60_000 }), perspective({ region: null })],
      findings: [
        finding({ severity: 'info', code: 'LAST', message: 'Short.' }),
        finding({
          severity: 'fatal',
          code: 'FIRST',
          message: 'A message that is longer than the terminal is wide, so that it takes two lines here.',
          evidence,
        }),
      ],
    });
    expect(text(said)).toEqual([
      '✗ a.example.net TXT "v" is not visible: on 0 of 1 server address; waiting will not change it',
      '',
      'Delegation: net to example.net',
      '  ns1.example.net   192.0.2.1, 2001:db8::1',
      '  ns22.example.net  no address',
      '  and more',
      '  signed: a DS record stands above',
      '  only the zone above lists: ns22.example.net',
      '  only the zone itself lists: ns3.example.net',
      '',
      'CNAMEs',
      '  a.example.net to b.example.org (in example.net)',
      '',
      'Name servers say',
      '  ns1.example.net (192.0.2.1)    ≠ other value "1", "2", "3", "4" and 1 more in 3 ms',
      '  ns1.example.net (2001:db8::1)  – no route at b.example.org',
      '',
      'From elsewhere',
      '  · cloudflare (ARIN): absent, for 1 m more',
      '  ✓ cloudflare: visible',
      '',
      'Findings',
      '  fatal FIRST',
      '    A message that is longer than the terminal is wide, so that it takes',
      '    two lines here.',
      '    - ns1.example.net. 192.0.2.1: a.example.net. TXT: NXDOMAIN (T)',
      '    What to do: Remove it.',
      '  info LAST',
      '    Short.',
      '    What to do: Remove it.',
    ]);
  });

  test.each([
    [diagnosis(), '✓ a.example.net TXT "v" is visible on 1 of 1 server address'],
    [
      diagnosis({ findings: [finding({ severity: 'fatal' })] }),
      '✗ a.example.net TXT "v" is visible on 1 of 1 server address, but something else stands in the way',
    ],
    [missing(), '✗ a.example.net TXT "v" is not visible: on 0 of 1 server address'],
    [
      missing({ verdict: 'unknown', servers: [] }),
      '✗ a.example.net TXT "v" is not visible: on 0 of 0 server addresses; it cannot be told from here',
    ],
    [diagnosis(NAME), '✓ a.example.net: nothing found that keeps a record from being seen'],
    [
      diagnosis({ ...NAME, findings: [finding({ severity: 'fatal' })] }),
      '✗ a.example.net: 1 thing must be put right',
    ],
  ])('begins with the verdict (%#)', (said, line) => {
    expect(text(said)[0]).toBe(line);
  });

  test('leaves out what is not known', () => {
    const bare = missing({ delegation: null, servers: [], findings: [] });
    expect(text(bare)).toHaveLength(1);
    const { zone, nameServers } = diagnosis().delegation!;
    const unsigned = { zone, nameServers, child: ['ns9.example.net.' as Fqdn] };
    expect(text(missing({ delegation: unsigned, servers: [] }))).toEqual([
      expect.any(String),
      '',
      'Delegation: example.net',
      '  ns1.example.net  192.0.2.1',
    ]);
  });

  test('of a name alone says that its servers serve the zone, not that something is visible', () => {
    const lines = text(diagnosis(NAME)).join('\n');
    expect(lines).toContain('✓ serves the zone');
    expect(lines).not.toContain('✓ visible');
  });

  test('does nothing to a terminal', () => {
    const hostile = '\u001b[2J\u009b\u202e';
    const said = missing({
      servers: [server({ host: hostile as Fqdn, status: 'different', values: [hostile] })],
      findings: [finding({ message: hostile, remedy: hostile })],
    });
    for (const line of text(said, 40)) expect(line).toMatch(/^[\x20-\x7e≠✗]*$/);
  });
});

const ZONE: Zone = { id: 'z', name: 'example.net.' as Fqdn, status: 'active' };
const SUBJECT = { name: 'a.example.net.' as Fqdn, type: 'TXT', value: 'v' };

/** A provider with one zone and what stands in it. */
function provider(
  given: { zones?: readonly Zone[]; sets?: Record<string, Partial<RecordSet>> } & Partial<DnsProvider>,
) {
  const { zones = [ZONE], sets = {}, ...rest } = given;
  return {
    id: 'p',
    capabilities: { types: ['TXT', 'NS'], nameServerPatterns: [/^ns\d\.p\.example$/, /\.other\.example$/] },
    findZones: async () => zones,
    readRecordSet: async (_: Zone, { name, type }: { name: string; type: string }) =>
      sets[`${name} ${type}`] && { values: [], ttl: 600, ...sets[`${name} ${type}`] },
    ...rest,
  } as unknown as DnsProvider;
}

const call = { signal: new AbortController().signal, onApiCall() {} } as unknown as Call;
const ask = (given: Parameters<typeof provider>[0], subject: Parameters<typeof askVendor>[2] = SUBJECT) =>
  askVendor(provider(given), 'P', subject, call);

describe('what an account knows', () => {
  test('is that it holds the value and does not serve it', async () => {
    const { findings } = await ask({
      sets: { 'a.example.net. TXT': { values: ['v', 'w'], unserved: 'DISABLE' } },
    });
    expect(findings).toMatchObject([{ code: 'PAUSED', severity: 'fatal' }]);
    expect(findings[0]!.evidence).toMatchObject([
      {
        server: 'P API',
        question: 'a.example.net TXT on the default line',
        answer: 'DISABLE "v", "w" TTL 600',
      },
    ]);
  });

  test('is that it does not hold the value, which is no answer for one that is visible', async () => {
    const values = ['1', '2', '3', '4', '5'];
    const { findings } = await ask({ sets: { 'a.example.net. TXT': { values } } });
    expect(findings).toMatchObject([{ code: 'NOT_IN_ACCOUNT', severity: 'warning' }]);
    expect(findings[0]!.evidence[0]!.answer).toBe('served "1", "2", "3", "4" and 1 more TTL 600');
    expect((await ask({})).findings[0]!.evidence[0]!.answer).toBe('not there');
  });

  test('is nothing for a value that it serves, a zone that it lacks, a type that it cannot hold, or a name alone', async () => {
    const served = { 'a.example.net. TXT': { values: ['v'] } };
    expect((await ask({ sets: served })).findings).toEqual([]);
    expect((await ask({ zones: [] })).findings).toEqual([]);
    const elsewhere = { ...ZONE, name: 'other.example.' as Fqdn };
    expect((await ask({ zones: [elsewhere] })).findings).toEqual([]);
    expect((await ask({}, { ...SUBJECT, type: 'CNAME' })).findings).toEqual([]);
    expect((await ask({}, { name: SUBJECT.name })).findings).toEqual([]);
  });

  test('is that the zone is paused, of the longest one that fits', async () => {
    const paused = { ...ZONE, name: 'a.example.net.' as Fqdn, status: 'inactive' } as const;
    const { findings } = await ask({ zones: [ZONE, paused] }, { name: SUBJECT.name });
    expect(findings).toMatchObject([
      { code: 'PAUSED', severity: 'fatal', evidence: [{ question: 'zone a.example.net' }] },
    ]);
  });

  test("is the provider's own diagnosis too", async () => {
    const own = { code: 'OWN', severity: 'info', message: 'm', remedy: 'r' } as const;
    const { findings } = await ask({
      explain: async () => [own],
      sets: { 'a.example.net. TXT': { values: ['v'] } },
    });
    expect(findings).toMatchObject([{ ...own, evidence: [{ answer: 'served "v" TTL 600' }] }]);
  });

  test('is unknown if it cannot be asked, which is told and stops nothing', async () => {
    const refuse = (hint?: string) => async () => {
      throw new DnsError('AUTH_INVALID', 'The key is wrong.', { hint });
    };
    const { findings, operator } = await ask({ findZones: refuse('Correct it.') });
    expect(findings).toMatchObject([{ code: 'PROVIDER_NOT_ASKED', severity: 'info', remedy: 'Correct it.' }]);
    expect(operator).toMatchObject({ name: 'P', nameServers: [] });
    expect((await ask({ findZones: refuse() })).findings[0]!.remedy).toContain('look into the console');
    const defect = async () => {
      throw new TypeError('defect');
    };
    await expect(ask({ findZones: defect })).rejects.toThrow('defect');
  });

  test('names the servers that the vendor lists, else the NS records at the apex, else none', async () => {
    const servers = async (given: Parameters<typeof provider>[0]) =>
      (await ask(given, { name: SUBJECT.name })).operator.nameServers;
    const listed = ['ns1.p.example.'] as Fqdn[];
    expect(await servers({ zones: [{ ...ZONE, nameServers: listed }] })).toEqual(listed);
    expect(await servers({ sets: { 'example.net. NS': { values: ['ns2.p.example.'] } } })).toEqual([
      'ns2.p.example.',
    ]);
    expect(await servers({})).toEqual([]);
    const capabilities = { types: ['TXT'], nameServerPatterns: [] } as unknown as DnsProvider['capabilities'];
    expect(await servers({ capabilities, sets: { 'example.net. NS': { values: ['x.'] } } })).toEqual([]);
    const fail = async () => {
      throw new DnsError('THROTTLED', 'Slower.');
    };
    expect(await servers({ readRecordSet: fail })).toEqual([]);
    expect(await serversOfZone(provider({ zones: [] }), ZONE.name, call)).toEqual([]);
  });

  test('has a pattern that takes host names with their final dot, of any of the patterns', () => {
    const { pattern } = operatorOf(provider({}), 'P', []);
    const hosts = [
      'ns1.p.example.',
      'ns1.p.example',
      'a.other.example.',
      'ns1.p.example.net.',
      'other.example.',
    ];
    expect(hosts.map((host) => pattern?.test(host))).toEqual([true, true, true, false, false]);
    const none = provider({
      capabilities: { nameServerPatterns: [] } as unknown as DnsProvider['capabilities'],
    });
    expect(operatorOf(none, 'P', [])).toEqual({ name: 'P', nameServers: [] });
  });
});

describe('the diagnosis with what accounts know', () => {
  const hosts = ['ns1.example.net.'];
  const notThere = finding({ code: 'NOT_IN_ACCOUNT' });
  const paused = finding({ code: 'PAUSED', severity: 'fatal' });
  const added = (said: Diagnosis, operator: Parameters<typeof withVendorSides>[1][0]['operator']) =>
    withVendorSides(said, [{ operator, findings: [notThere, paused] }]).findings.map(
      ({ code, severity }) => `${code} ${severity}`,
    );

  test('has it as it is where the domain is delegated there, or where that is not known', () => {
    const all = ['NOT_IN_ACCOUNT warning', 'PAUSED fatal'];
    expect(added(missing(), { name: 'P', nameServers: hosts })).toEqual(all);
    expect(added(missing(), { name: 'P', nameServers: [], pattern: /^ns1\.example/ })).toEqual(all);
    expect(added(missing(), { name: 'P', nameServers: [] })).toEqual(all);
    expect(added(missing({ delegation: null }), { name: 'P', nameServers: ['x.'] })).toEqual(all);
  });

  test('tells to write a record that is missing, and not to wait for it', () => {
    const sides = [{ operator: { name: 'P', nameServers: hosts }, findings: [notThere] }];
    const codesOf = (...findings: Diagnosis['findings']) =>
      withVendorSides(missing({ findings }), sides).findings.map(({ code }) => code);
    expect(codesOf(finding({ code: 'NOT_VISIBLE_YET' }))).toEqual(['NOT_IN_ACCOUNT']);
    expect(codesOf(finding({ code: 'DOUBLED_NAME', severity: 'fatal' }))).toEqual(['DOUBLED_NAME']);
  });

  test('has it for information only where the domain is delegated elsewhere', () => {
    const elsewhere = { name: 'P', nameServers: ['x.'], pattern: /\.other\./ };
    expect(added(missing(), elsewhere)).toEqual(['NOT_IN_ACCOUNT info', 'PAUSED info']);
    expect(added(diagnosis(), elsewhere)).toEqual(['PAUSED info']);
  });
});

describe('doctor with credentials', () => {
  const paused = { type: 'TXT', value: 'v', status: 'disabled' } as const;
  const world = useSimulator({
    zones: [
      { name: 'example.com', cloud: 'huaweicloud', records: [{ name: '_paused', ...paused }] },
      { name: 'example.net', cloud: 'alidns', records: [{ name: '_paused', ...paused }] },
      { name: 'frozen.example', cloud: 'huaweicloud', status: 'disabled' },
    ],
  });
  const codes = ({ findings }: { findings: readonly { code: string }[] }) => findings.map(({ code }) => code);

  test.each([
    ['example.com', 'Huawei Cloud', ['ns1.huaweicloud-dns.com.', 'ns1.huaweicloud-dns.cn.']],
    ['example.net', 'Alibaba Cloud', ['ns1.alidns.com.', 'ns2.alidns.com.']],
  ])('tells a paused record in %s, and gives the verifier the servers of %s', async (zone, title, hosts) => {
    verifier.said = missing();
    const { code, json } = await world.run(['doctor', `_paused.${zone}`, 'TXT', 'v', '--json', '--verbose']);
    expect([code, codes(json())]).toEqual([1, ['PAUSED']]);
    const { operators } = verifier.asked[0]!.options as {
      operators: { name: string; nameServers: string[] }[];
    };
    const own = operators.find(({ name }) => name.startsWith(title))!;
    expect([...own.nameServers].sort()).toEqual([...hosts].sort());
    expect(world.values(zone === 'example.com' ? 'huaweicloud' : 'alidns', `_paused.${zone}`)).toEqual(['v']);
  });

  test('tells a paused zone', async () => {
    verifier.said = missing();
    const { json } = await world.run(['doctor', '_x.frozen.example', 'TXT', 'v', '--json']);
    expect(codes(json())).toEqual(['PAUSED']);
  });

  test('tells that the account lacks the record only if it is not visible', async () => {
    const argv = ['doctor', '_none.example.com', 'TXT', 'v', '--json'];
    expect(codes((await world.run(argv)).json())).toEqual([]);
    verifier.said = missing();
    expect(codes((await world.run(argv)).json())).toEqual(['NOT_IN_ACCOUNT']);
  });

  test('goes on with wrong credentials, and shows no secret', async () => {
    const HUAWEICLOUD_SDK_SK = 'wrong-secret-0123456789abcdef';
    const env = { ...world.env, HUAWEICLOUD_SDK_SK };
    const { code, json, stdout, stderr } = await world.run(
      ['doctor', '_paused.example.com', 'TXT', 'v', '--json', '--verbose'],
      { env },
    );
    expect([code, codes(json())]).toEqual([0, ['PROVIDER_NOT_ASKED']]);
    expect(stdout + stderr).not.toContain(HUAWEICLOUD_SDK_SK);
  });

  test('writes a page', async () => {
    verifier.said = missing();
    const file = `${world.folder}/doctor.html`;
    await world.run(['doctor', '_paused.example.com', 'TXT', 'v', '--report', file]);
    const { readFileSync } = await import('node:fs');
    const page = readFileSync(file, 'utf8');
    for (const text of ['domainproof doctor, ', 'PAUSED', '<h2>Delegation</h2>', 'ns1.example.net'])
      expect(page).toContain(text);
  });
});
