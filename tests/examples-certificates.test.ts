import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alidns, huaweicloud } from '../e2e/backends/simulated.js';
import { verifiedNames } from '../e2e/certificate.js';
import { openScenario, type Scenario } from '../e2e/scenario.js';
import { ZONE } from '../e2e/zone.js';
import { begin, type Ended, missing } from './example-world.js';
import { blocksOf } from './markdown.js';
import { root } from './packages.js';

const NAMES = [`*.${ZONE}`, ZONE];
const PEBBLE = ['pebble', 'unbound', 'openssl'];

/** For the tests of a group, each of which leaves the zone as it was. */
function useScenario(kind: Parameters<typeof openScenario>[0]): { current: Scenario } {
  const used = {} as { current: Scenario };
  beforeAll(async () => {
    used.current = await openScenario(kind);
  }, 60_000);
  afterAll(() => used.current?.close());
  return used;
}

describe.skipIf(missing(...PEBBLE).length > 0)('with acme-client', () => {
  const scenario = useScenario(huaweicloud);
  const surroundings = (more = {}) => {
    const { environment, authority } = scenario.current;
    return {
      ...environment,
      NODE_EXTRA_CA_CERTS: authority.trust,
      ACME_DIRECTORY: authority.directory,
      ...more,
    };
  };

  test('examples/issue-certificate.ts gets a certificate for a domain and its wildcard, and keeps its keys to itself', async () => {
    const { authority, backend, folder, leases } = scenario.current;
    const certificates = join(folder('acme-client'), 'certificates');
    const before = await backend.snapshot();
    const issue = async () => {
      // Without it, acme-client tells an account that exists nothing new, which Pebble refuses.
      const env = surroundings({ CERTIFICATES: certificates, ACME_EMAIL: 'owner@shop.example' });
      const tsx = join(root, 'node_modules', '.bin', 'tsx');
      const { status, stdout, stderr } = await begin(tsx, ['examples/issue-certificate.ts', ZONE], env).ended;
      expect(status, stderr).toBe(0);
      expect(stdout.match(/^removed /gm)).toHaveLength(2);
      return readFileSync(join(certificates, `${ZONE}.pem`), 'utf8');
    };
    const first = await issue();
    const account = readFileSync(join(certificates, 'account.key'), 'utf8');
    expect(await verifiedNames(join(certificates, `${ZONE}.pem`), authority.root)).toEqual(NAMES);
    const modes = ['account.key', `${ZONE}.key`, `${ZONE}.pem`].map(
      (file) => statSync(join(certificates, file)).mode & 0o777,
    );
    expect(modes).toEqual([0o600, 0o600, 0o644]);
    expect(statSync(certificates).mode & 0o777).toBe(0o700);
    expect(await backend.snapshot()).toBe(before);
    expect(await leases()).toEqual([]);

    // Another certificate, for the same account.
    expect(await issue()).not.toBe(first);
    expect(readFileSync(join(certificates, 'account.key'), 'utf8')).toBe(account);
  });

  test('the example of packages/cli/README.md gets a certificate', async () => {
    const { authority, backend } = scenario.current;
    const [block] = blocksOf('packages/cli/README.md').filter(({ code }) => code.includes("'acme-client'"));
    const code = block!.code
      .replace('acme.directory.letsencrypt.staging', 'process.env.ACME_DIRECTORY')
      .replaceAll('example.com', ZONE);
    const program = `${code}\nconsole.log(certificate);\n`;
    const before = await backend.snapshot();
    const args = ['--input-type=module', '-e', program];
    const { status, stdout, stderr } = await begin(process.execPath, args, surroundings()).ended;
    expect(status, stderr).toBe(0);
    const file = join(scenario.current.folder('readme'), 'chain.pem');
    writeFileSync(file, stdout);
    expect(await verifiedNames(file, authority.root)).toEqual(NAMES);
    expect(await backend.snapshot()).toBe(before);
  });
});

describe.skipIf(missing(...PEBBLE, 'certbot', 'jq').length > 0)('examples/certbot-renewal', () => {
  const scenario = useScenario(alidns);
  let flags: string[];
  let environment: Record<string, string>;
  let reloads: () => string[];

  beforeAll(() => {
    const { authority, folder, environment: own } = scenario.current;
    const certbot = folder('certbot');
    flags = ['config', 'work', 'logs'].flatMap((name) => [`--${name}-dir`, join(certbot, name)]);
    flags.push('--server', authority.directory);
    const log = join(folder('systemctl'), 'log');
    writeFileSync(log, '');
    reloads = () => readFileSync(log, 'utf8').match(/^.+$/gm) ?? [];
    const bin = own.PATH!.split(':')[0]!;
    // Fails as long as a file is there.
    const script = `#!/bin/sh\necho "$*" >> '${log}'\ntest ! -e '${log}.broken'\n`;
    writeFileSync(join(bin, 'systemctl'), script, { mode: 0o755 });
    environment = {
      ...own,
      REQUESTS_CA_BUNDLE: authority.trust,
      DEPLOYED: join(certbot, 'deployed'),
      LIVE: join(certbot, 'config', 'live'),
      SERVICES: 'nginx postfix',
    };
  });

  const sh = (script: string, ...args: string[]): Promise<Ended> =>
    begin('sh', [`examples/certbot-renewal/${script}`, ...args], environment).ended;
  const renew = (...args: string[]) => sh('renew.sh', '--no-random-sleep-on-renew', ...flags, ...args);

  test('obtains, reloads servers for what has changed only, and tells what is left over', async () => {
    const { authority, backend, domainproof } = scenario.current;
    const before = await backend.snapshot();
    const obtained = await sh('obtain.sh', ZONE, 'owner@shop.example', ...flags);
    expect(obtained.status, obtained.stderr).toBe(0);
    const live = join(environment.LIVE!, ZONE);
    expect(await verifiedNames(join(live, 'fullchain.pem'), authority.root)).toEqual(NAMES);
    const once = ['reload nginx', 'reload postfix'];
    expect(reloads()).toEqual(once);

    const notDue = await renew();
    expect(notDue, notDue.stderr).toMatchObject({ status: 0, stdout: '' });
    expect(reloads()).toEqual(once);

    const renewed = await renew('--force-renewal');
    expect(renewed.status, renewed.stderr).toBe(0);
    expect(reloads()).toEqual([...once, ...once]);
    expect(await backend.snapshot()).toBe(before);

    const [lease] = [await domainproof<{ id: string }>('add', `_acme-challenge.old.${ZONE}`, 'TXT', 'old')];
    environment.OLDER_THAN = '1ms';
    const leftOver = await renew();
    expect(leftOver.status).toBe(1);
    expect(leftOver.stdout).toMatch(
      new RegExp(`^  _acme-challenge\\.old\\.${ZONE}\\. since .+: domainproof remove ${lease!.id}$`, 'm'),
    );
    await domainproof('remove', lease!.id);
    expect((await renew()).status).toBe(0);
  });

  test('tries a reload that has failed again the next time', async () => {
    const { folder } = scenario.current;
    const live = join(folder('lineage'), 'live');
    mkdirSync(join(live, 'one'), { recursive: true });
    writeFileSync(join(live, 'one', 'fullchain.pem'), 'a certificate');
    environment.LIVE = live;
    const broken = join(folder('systemctl'), 'log.broken');
    writeFileSync(broken, '');
    const before = reloads().length;
    expect((await renew()).status).toBe(1);
    await begin('rm', [broken], environment).ended;
    const { status, stdout } = await renew();
    expect([status, stdout]).toEqual([0, 'reloaded nginx postfix for one\n']);
    expect(reloads().slice(before)).toEqual(['reload nginx', 'reload nginx', 'reload postfix']);
  });
});
