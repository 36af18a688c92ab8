import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { cli, temporaryFolder, useSimulator } from './harness.js';

/** The built program: `pnpm build` makes it. */
const BIN = fileURLToPath(new URL('../dist/bin.cjs', import.meta.url));

/** Two accounts at Alibaba Cloud, each with an endpoint and credentials of its own. `example.org` is in both. */
const work = useSimulator({
  zones: [
    { name: 'example.com', cloud: 'alidns' },
    { name: 'example.org', cloud: 'alidns' },
  ],
});
const home = useSimulator({
  zones: [
    { name: 'example.net', cloud: 'alidns' },
    { name: 'example.org', cloud: 'alidns' },
  ],
});
const folder = temporaryFolder();

/** No secret is in the config file: the names of the accounts lead to variables. */
function environment(): Record<string, string> {
  const secrets = join(folder, 'home-secret');
  writeFileSync(secrets, `${home.simulator.alidns.accessKeySecret}\n`);
  return {
    WORK_ID: work.simulator.alidns.accessKeyId,
    WORK_SECRET: work.simulator.alidns.accessKeySecret,
    HOME_ID: home.simulator.alidns.accessKeyId,
    HOME_SECRET_FILE: secrets,
    DOMAINPROOF_JOURNAL: join(folder, 'leases.jsonl'),
    DOMAINPROOF_RESOLVERS: work.simulator.resolver,
    DOMAINPROOF_AUTHORITATIVE_PORT: String(work.simulator.authoritativePort),
  };
}

function configure(more: object = {}): void {
  const account = (name: string, endpoint: string) => ({
    package: '@domainproof/provider-alidns',
    name,
    options: {
      endpoint,
      accessKeyId: { env: `${name.toUpperCase()}_ID` },
      accessKeySecret: { env: `${name.toUpperCase()}_SECRET` },
    },
  });
  const providers = [
    account('work', work.simulator.alidns.endpoint),
    account('home', home.simulator.alidns.endpoint),
  ];
  writeFileSync(join(folder, 'domainproof.config.json'), JSON.stringify({ providers, ...more }));
}

const run = (...argv: string[]) => cli(argv, { cwd: folder, env: environment() });
const callsOf = ({ simulator }: typeof work) => simulator.calls.length;

beforeEach(() => configure());

describe('two accounts of one vendor', () => {
  test('are both listed, and their zones under their names', async () => {
    const { json } = await run('providers', '--json');
    const listed = json().providers.map(({ id, title, configured }: Record<string, unknown>) => [
      id,
      title,
      configured,
    ]);
    expect(listed).toEqual([
      ['huaweicloud', 'Huawei Cloud DNS', false],
      ['rfc2136', 'Dynamic update (RFC 2136)', false],
      ['work', 'Alibaba Cloud DNS', true],
      ['home', 'Alibaba Cloud DNS', true],
    ]);
    const zones = (await run('zones', '--json')).json().zones;
    expect(zones.map(({ provider, name }: Record<string, string>) => `${provider} ${name}`).sort()).toEqual([
      'home example.net.',
      'home example.org.',
      'work example.com.',
      'work example.org.',
    ]);
    expect((await run('zones', '--provider', 'home')).stdout).not.toContain('example.com');
  });

  test('write to the zones that they hold, and another process removes through the same one', async () => {
    const lease = (await run('add', '_dnsauth.example.net', 'TXT', 'token', '--json')).json();
    expect(lease).toMatchObject({ provider: 'home', zone: 'example.net.' });
    expect(lease.id).toMatch(/^home-/);
    expect(home.values('alidns', '_dnsauth.example.net')).toEqual(['token']);

    const before = callsOf(work);
    const removed = await promisify(execFile)(process.execPath, [BIN, 'remove', lease.id, '--json'], {
      cwd: folder,
      env: environment(),
    });
    expect(JSON.parse(removed.stdout)).toMatchObject({ removed: 1, leases: [{ provider: 'home' }] });
    expect(home.values('alidns', '_dnsauth.example.net')).toEqual([]);
    expect(callsOf(work)).toBe(before);
  });

  test('that both hold a zone are chosen between by --provider', async () => {
    const either = await run('add', '_dnsauth.example.org', 'TXT', 'token');
    expect(either.code).toBe(4);
    expect(either.stderr).toMatch(/held by work \(.*\) and home \(/);
    const chosen = await run('add', '_dnsauth.example.org', 'TXT', 'token', '--provider', 'home', '--json');
    expect(chosen.json().provider).toBe('home');
    expect(work.values('alidns', '_dnsauth.example.org')).toEqual([]);
    expect((await run('leases', '--provider', 'home', '--json')).json().leases).toHaveLength(1);
    expect((await run('leases', '--provider', 'work', '--json')).json().leases).toEqual([]);
    expect((await run('remove', '_dnsauth.example.org', 'TXT', 'token')).code).toBe(0);
    expect(home.values('alidns', '_dnsauth.example.org')).toEqual([]);
  });

  test('are not called by the id of the vendor', async () => {
    const { code, stderr } = await run('zones', '--provider', 'alidns');
    expect(code).toBe(2);
    expect(stderr).toBe(
      'error: There is no provider "alidns".\nhint: There are huaweicloud, rfc2136, work, home.\n',
    );
  });

  test('fail in their own names, without a secret', async () => {
    const env: Record<string, string> = { ...environment(), WORK_SECRET: 'wrong-secret-of-work' };
    const { code, stdout, stderr } = await cli(['zones', '--json', '--verbose'], { cwd: folder, env });
    expect(code).toBe(3);
    expect(JSON.parse(stdout).errors).toMatchObject([{ code: 'AUTH_INVALID', provider: 'work' }]);
    expect(stderr).toMatch(/^error: work: /m);
    expect(stderr).toMatch(/^api +work Describe/m);
    for (const secret of [env.WORK_SECRET, env.WORK_ID, home.simulator.alidns.accessKeySecret])
      expect(stdout + stderr).not.toContain(secret);
  });
});

describe('zones of the config file', () => {
  test('lead to their account, and the other one is not asked at all', async () => {
    configure({ zones: { 'example.org': 'home', 'example.com': 'work' } });
    const before = callsOf(work);
    const { json } = await run('add', '_dnsauth.www.example.org', 'TXT', 'routed', '--json');
    expect(json().provider).toBe('home');
    expect(callsOf(work)).toBe(before);
    expect((await run('remove', json().id)).code).toBe(0);
    expect(callsOf(work)).toBe(before);
  });

  test('that an account lacks are exit 4 and name the route', async () => {
    configure({ zones: { 'example.net': 'work' } });
    const { code, stderr } = await run('add', '_dnsauth.example.net', 'TXT', 'token');
    expect(code).toBe(4);
    expect(stderr).toContain('was not found in work, and the route of example.net. leads there alone.');
  });

  test('give way to --provider', async () => {
    configure({ zones: { 'example.org': 'home' } });
    const planned = await run('plan', '_dnsauth.example.org', 'TXT', 'token', '--provider', 'work', '--json');
    expect(planned.json().changes[0].provider).toBe('work');
  });

  test('that lead to a provider without settings say which are missing, once it is needed', async () => {
    configure({ zones: { 'example.edu': 'huaweicloud' } });
    const needed = await run('plan', 'x.example.edu', 'TXT', 'token');
    expect(needed.code).toBe(2);
    expect(needed.stderr).toMatch(
      /domainproof\.config\.json:1:\d+: zones\["example\.edu"\] leads to huaweicloud, which is not configured\.\nhint: Set HUAWEICLOUD_SDK_AK \(or /,
    );
    expect((await run('plan', 'x.example.net', 'TXT', 'token')).code).toBe(0);
  });
});
