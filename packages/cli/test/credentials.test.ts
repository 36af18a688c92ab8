import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifest as alidns } from '@domainproof/provider-alidns';
import { manifest as huaweicloud } from '@domainproof/provider-huaweicloud';
import { type Simulator, type SimulatorOptions, startSimulator } from '@domainproof/simulator';
import { afterEach, describe, expect, test } from 'vitest';
import { cli, temporaryFolder } from './harness.js';

const folder = temporaryFolder();
const MANIFESTS = { alidns, huaweicloud };
const CLOUDS = ['alidns', 'huaweicloud'] as const;
type Cloud = (typeof CLOUDS)[number];

let simulator: Simulator | undefined;
let count = 0;
afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
});

/** Accounts of both clouds; the environment has the credentials of one of them only. */
async function start(cloud: Cloud, options: SimulatorOptions = {}): Promise<Record<string, string>> {
  simulator = await startSimulator({ zones: [{ name: 'example.com', cloud }], ...options });
  const own = cloud === 'alidns' ? /^(ALIBABA|DOMAINPROOF)/ : /^(HUAWEI|DOMAINPROOF)/;
  const env = Object.fromEntries(Object.entries(simulator.env).filter(([name]) => own.test(name)));
  count += 1;
  return { ...env, DOMAINPROOF_JOURNAL: join(folder, `${count}.jsonl`) };
}

/** The account's key may do everything but this. */
function without(cloud: Cloud, ...actions: string[]): SimulatorOptions {
  const policy = JSON.parse(MANIFESTS[cloud].policy.document);
  for (const statement of policy.Statement)
    statement.Action = statement.Action.filter((action: string) => !actions.includes(action));
  return { [cloud]: { policy } };
}

const check = (env: Record<string, string>, ...argv: string[]) =>
  cli(['doctor', '--credentials', ...argv, '--json'], { env });

// biome-ignore lint/suspicious/noExplicitAny: the document of the command.
const states = ({ permissions }: any): Record<string, string> =>
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  Object.fromEntries(permissions.map(({ action, state }: any) => [action, state]));
const writes = () =>
  simulator?.calls.filter(({ operation }) => !/^(List|Show|Describe)/.test(operation)) ?? [];

describe.each([
  {
    cloud: 'alidns' as const,
    reads: ['alidns:DescribeDomains', 'alidns:DescribeDomainRecords'],
    list: 'alidns:DescribeDomains',
    read: 'alidns:DescribeDomainRecords',
    add: 'alidns:AddDomainRecord',
    remove: 'alidns:DeleteDomainRecord',
    vendorCode: 'Forbidden.RAM',
  },
  {
    cloud: 'huaweicloud' as const,
    reads: ['dns:zone:list', 'dns:recordset:list'],
    list: 'dns:zone:list',
    read: 'dns:recordset:list',
    add: 'dns:recordset:create',
    remove: 'dns:recordset:delete',
    vendorCode: 'DNS.1802',
  },
])('doctor --credentials at $cloud', ({ cloud, reads, list, read, add, remove, vendorCode }) => {
  const { permissions } = MANIFESTS[cloud];

  test('tries what reads, writes nothing, and says that writing was not tested', async () => {
    const env = await start(cloud);
    const { code, json } = await check(env);
    expect(code).toBe(0);
    expect(json()).toMatchObject({ ok: true, providers: [{ id: cloud, ok: true }] });
    expect(json().providers).toHaveLength(1);
    expect(json().providers[0].permissions.map(({ action }: { action: string }) => action)).toEqual(
      permissions.map(({ action }) => action),
    );
    for (const [action, state] of Object.entries(states(json().providers[0])))
      expect([action, state]).toEqual([action, reads.includes(action) ? 'granted' : 'untested']);
    expect(writes()).toEqual([]);
    const { stdout } = await cli(['doctor', '--credentials'], { env });
    expect(stdout).toContain('what was tried is granted');
    expect(stdout).toContain('Writing was not tested');
    expect(stdout).toContain(`--credentials --provider ${cloud} --try-write example.com`);
  });

  test('with --try-write finds every permission granted, and leaves nothing behind', async () => {
    const env = await start(cloud);
    const { code, json } = await check(env, '--try-write', 'example.com');
    expect(code).toBe(0);
    expect(new Set(Object.values(states(json().providers[0])))).toEqual(new Set(['granted']));
    expect(writes().length).toBeGreaterThan(2);
    expect(simulator?.records(cloud, 'example.com')).toEqual([]);
    expect((await cli(['leases', '--all', '--json'], { env })).json().leases).toEqual([]);
    const { stdout } = await cli(['doctor', '--credentials', '--try-write', 'example.com'], { env });
    expect(stdout).toContain('everything that is needed is granted');
    expect(stdout).not.toContain('not tested');
  });

  test.each(permissions)('with --try-write names $action as the one that is missing', async ({ action }) => {
    const env = await start(cloud, without(cloud, action));
    const { code, json, stdout } = await check(env, '--try-write', 'example.com');
    expect(code, stdout).toBe(3);
    const missing = json().providers[0].permissions.filter(
      ({ state }: { state: string }) => state === 'missing',
    );
    expect(missing).toMatchObject([{ action, vendorCode }]);
    expect(json()).toMatchObject({ ok: false, providers: [{ ok: false }] });
    expect(json().providers[0].error).toBeUndefined();
    if (action !== remove) expect(simulator?.records(cloud, 'example.com')).toEqual([]);
  });

  test.each([list, read])('without --try-write names %s as missing, and writes nothing', async (action) => {
    const env = await start(cloud, without(cloud, action));
    const { code, stdout } = await cli(['doctor', '--credentials'], { env });
    expect(code).toBe(3);
    expect(stdout).toContain('a permission is missing');
    expect(stdout).toMatch(new RegExp(`missing +read +${action} .*${vendorCode}`));
    expect(stdout).toContain(`domainproof providers ${cloud} --policy`);
    expect(writes()).toEqual([]);
  });

  test('does not write where it may not read: what is written could not be taken away', async () => {
    const env = await start(cloud, without(cloud, read));
    const { code } = await check(env, '--try-write', 'example.com');
    expect(code).toBe(3);
    expect(writes()).toEqual([]);
  });

  test('where a record cannot be removed it stops after one, tells where it is, and remove works later', async () => {
    const env = await start(cloud, without(cloud, remove));
    const { json } = await check(env, '--try-write', 'example.com');
    const [{ leases }] = json().providers;
    expect(leases).toHaveLength(1);
    expect(simulator?.records(cloud, 'example.com').map(({ values }) => values)).toEqual([[leases[0].value]]);
    const { stdout } = await cli(['leases', '--all', '--json'], { env });
    expect(stdout).toContain(leases[0].id);
    const human = await cli(['doctor', '--credentials', '--try-write', 'example.com'], { env });
    expect(human.stdout).toMatch(
      /Left behind.*_domainproof-check-[0-9a-f]{8}\.example\.com TXT domainproof-check-/,
    );
    expect(human.stdout).toContain('domainproof remove ');
  });

  test('never touches what others have at the same name', async () => {
    const records = [{ name: '_domainproof-check', type: 'TXT', value: 'foreign' }];
    const env = await start(cloud, { zones: [{ name: 'example.com', cloud, records }] });
    const before = simulator?.records(cloud, 'example.com');
    expect((await check(env, '--try-write', 'example.com')).code).toBe(0);
    expect(simulator?.records(cloud, 'example.com')).toEqual(before);
  });

  test('tells two missing permissions at once', async () => {
    const env = await start(cloud, without(cloud, add, read));
    const { stdout } = await cli(['doctor', '--credentials'], { env });
    expect(stdout).toContain('a permission is missing');
    expect(stdout).toMatch(new RegExp(`untested +write +${add}`));
  });

  test('has no secret in any output', async () => {
    const env = await start(cloud, without(cloud, read));
    const { stdout, stderr } = await cli(['doctor', '--credentials', '--verbose'], { env });
    for (const [name, value] of Object.entries(env))
      if (/_(KEY_ID|SECRET|AK|SK)$/.test(name)) expect(stdout + stderr).not.toContain(value);
  });

  test('with a wrong secret says so, and names no permission', async () => {
    const env = await start(cloud);
    const name = cloud === 'alidns' ? 'ALIBABA_CLOUD_ACCESS_KEY_SECRET' : 'HUAWEICLOUD_SDK_SK';
    const { code, json, stderr } = await check({ ...env, [name]: 'wrong-secret-0123456789' });
    expect(code).toBe(3);
    expect(json().providers[0]).toMatchObject({ ok: false, error: { code: 'AUTH_INVALID' } });
    expect(new Set(Object.values(states(json().providers[0])))).toEqual(new Set(['untested']));
    expect(stderr).toMatch(/hint: .*secret/);
  });

  test('with a clock that is an hour off says that', async () => {
    const env = await start(cloud, { [cloud]: { now: () => Date.now() + 3_600_000 } });
    const { code, json } = await check(env);
    expect(code).toBe(3);
    expect(json().providers[0].error).toMatchObject({
      code: 'AUTH_INVALID',
      hint: expect.stringMatching(/clock of this machine/),
    });
  });

  test('where the service is down, it is not the credentials', async () => {
    const env = await start(cloud);
    simulator?.faults.add({ cloud, kind: 'internal-error', times: 100 });
    const { code, json } = await check(env);
    expect(code).toBe(6);
    expect(json().providers[0]).toMatchObject({ ok: false, error: { code: 'TRANSIENT' } });
  });
});

/** A package of somebody else, whose calls are answered as told. */
function ownProvider(name: string, manifest: object | undefined, vendorCode: string): string {
  const file = join(folder, `${name}.mjs`);
  const core = import.meta.resolve('@domainproof/core');
  writeFileSync(
    file,
    `import { DnsError } from ${JSON.stringify(core)};
    export const manifest = ${JSON.stringify(manifest)};
    const refuse = (call) => {
      const facts = { provider: 'own', operation: 'List', vendorCode: ${JSON.stringify(vendorCode)} };
      call.onApiCall({ ...facts, write: false, elapsedMs: 1, outcome: 'FORBIDDEN' });
      throw new DnsError('FORBIDDEN', 'No.', { ...facts, hint: 'Pay the bill.' });
    };
    export default () => ({
      id: 'own',
      capabilities: { writes: 'value', types: ['TXT'], limits: { ttl: { min: 1, max: 600, default: 300 }, txtBytes: 255, valuesPerSet: 1 }, lines: false, zoneSearch: 'suffixes', serialPerZone: false, batch: false, nameServerPatterns: [] },
      async findZones(name, call) { refuse(call); },
      async *listZones(call) { refuse(call); },
      async readRecordSet(zone, key, call) { refuse(call); },
      async applyChange(zone, current, change, call) { refuse(call); },
    });`,
  );
  const config = join(folder, `${name}.json`);
  writeFileSync(config, JSON.stringify({ providers: [{ package: file }] }));
  return config;
}

const OWN = {
  id: 'own',
  title: 'Own DNS',
  package: 'own',
  settings: [],
  permissions: [{ action: 'zones', access: 'read', operations: ['List'], purpose: 'to list' }],
  permissionRefusals: ['NOT_ALLOWED'],
};

test.each([
  ['another reason than permissions', OWN, 'FROZEN', 'untested'],
  ['a missing permission', OWN, 'NOT_ALLOWED', 'missing'],
  [
    'a reason that its package does not explain',
    { ...OWN, permissionRefusals: undefined },
    'FROZEN',
    'missing',
  ],
])('an account that is refused for %s', async (_, manifest, vendorCode, state) => {
  const config = ownProvider(`${vendorCode}-${state}`, manifest, vendorCode);
  const { code, json } = await check({}, '--config', config);
  expect(code).toBe(3);
  const [own] = json().providers;
  expect(states(own)).toEqual({ zones: state });
  if (state === 'missing') expect(own.error).toBeUndefined();
  else expect(own.error).toMatchObject({ code: 'FORBIDDEN', vendorCode: 'FROZEN', hint: 'Pay the bill.' });
});

test('a package that is broken is told as such, beside an account that works', async () => {
  writeFileSync(join(folder, 'broken.mjs'), "export default () => ({ id: 'broken' });");
  const config = join(folder, 'broken.json');
  writeFileSync(config, JSON.stringify({ providers: [{ package: './broken.mjs', name: 'broken' }] }));
  const { code, json } = await check(await start('alidns'), '--config', config);
  expect(code).toBe(2);
  const { ok, providers } = json();
  expect(ok).toBe(false);
  expect(providers.map(({ id, ok }: Record<string, unknown>) => [id, ok])).toEqual([
    ['alidns', true],
    ['broken', false],
  ]);
  expect(providers[1].error.message).toContain('capabilities is missing');
});

test('a package that names no permissions has its error told', async () => {
  const { code, json } = await check({}, '--config', ownProvider('bare', undefined, 'NOT_ALLOWED'));
  expect(code).toBe(3);
  expect(json().providers).toMatchObject([
    { id: 'own', ok: false, permissions: [], error: { code: 'FORBIDDEN' } },
  ]);
});

test('a policy that is limited to one domain is looked at there, and found among others', async () => {
  const policy = alidns.policy.document.replace('domain/*', 'domain/last.example');
  const others = Array.from({ length: 3 }, (_, index) => ({
    name: `other${index}.example`,
    cloud: 'alidns' as const,
  }));
  const zones = [{ name: 'last.example', cloud: 'alidns' as const }, ...others];
  const env = await start('alidns', { zones, alidns: { policy } });
  expect((await check(env)).code).toBe(0);
  expect((await check(env, '_dnsauth.last.example')).code).toBe(0);
  expect((await check(env, '--try-write', 'last.example')).code).toBe(0);
  const other = await check(env, '_dnsauth.other1.example');
  expect(other.code).toBe(3);
  expect(states(other.json().providers[0])['alidns:DescribeDomainRecords']).toBe('missing');
});

test('each of several providers is told of, and --provider asks one only', async () => {
  await start('alidns', {
    zones: [
      { name: 'example.com', cloud: 'alidns' },
      { name: 'example.net', cloud: 'huaweicloud' },
    ],
    ...without('alidns', 'alidns:DescribeDomains'),
  });
  const env = { ...simulator?.env };
  const all = await check(env);
  expect(all.code).toBe(3);
  expect(all.json()).toMatchObject({
    ok: false,
    providers: [
      { id: 'huaweicloud', ok: true },
      { id: 'alidns', ok: false },
    ],
  });
  const one = await check(env, '--provider', 'huaweicloud');
  expect(one.code).toBe(0);
  expect(one.json().providers).toHaveLength(1);
});

test('a zone that no account holds is ZONE_NOT_FOUND, and nothing is written', async () => {
  const env = await start('alidns');
  const { code, json } = await check(env, '--try-write', '_dnsauth.example.com');
  expect(code).toBe(4);
  expect(json().error).toMatchObject({
    code: 'ZONE_NOT_FOUND',
    hint: expect.stringContaining('not of a record'),
  });
  expect(writes()).toEqual([]);
});

test.each([
  [['--credentials', 'a.example', 'TXT', 'x'], /takes one name at most; there are 3 words/],
  [['--credentials', '--report', 'x.html'], /--report has no meaning beside --credentials/],
  [['--credentials', '--ca', 'letsencrypt.org'], /--ca has no meaning/],
  [['example.com', '--try-write', 'example.com'], /--try-write has a meaning beside --credentials only/],
  [['example.com', '--provider', 'alidns'], /--provider has a meaning beside --credentials only/],
  [['--credentials', '--provider', 'route53'], /There is no provider "route53"/],
])('doctor %j is a mistake in the command line', async (argv, message) => {
  const env = await start('alidns');
  const { code, stderr } = await cli(['doctor', ...argv], { env });
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

test('without any provider it says which settings there are', async () => {
  const { code, stderr } = await cli(['doctor', '--credentials']);
  expect(code).toBe(2);
  expect(stderr).toContain('No DNS provider is configured.');
});

test('an interruption takes away what was written', async () => {
  const env = await start('huaweicloud', { huaweicloud: { settleMs: 400 } });
  const controller = new AbortController();
  const running = cli(['doctor', '--credentials', '--try-write', 'example.com', '--json'], {
    env,
    signal: controller.signal,
  });
  await expect.poll(() => writes().length, { timeout: 10_000, interval: 10 }).toBeGreaterThan(0);
  controller.abort();
  expect((await running).code).toBe(130);
  await expect.poll(() => simulator?.records('huaweicloud', 'example.com').length).toBe(0);
});
