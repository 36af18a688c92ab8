import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaultJournal } from '../src/environment.js';
import { cli, temporaryFolder } from './harness.js';

const folder = temporaryFolder();

function configFile(content: unknown, name = 'config.json'): string {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return name;
}

const providers = (name: string, env = {}) =>
  cli(['providers', '--config', name, '--json'], { cwd: folder, env });

describe('a config file is refused when', () => {
  test.each([
    ['it is not JSON', '{', 'is not JSON'],
    ['it holds an array', [], 'must hold one object with providers, zones, resolvers'],
    ['it has an unknown field', { resolver: [] }, 'resolver is not a field of the config file.'],
    ['providers is no array', { providers: {} }, 'providers must be an array.'],
    [
      'a provider is a text',
      { providers: ['x'] },
      'providers[0] must be an object with package and options.',
    ],
    ['a provider has no package', { providers: [{}] }, 'providers[0].package must name an npm package'],
    [
      'a provider has an unknown field',
      { providers: [{ package: 'x', option: {} }] },
      'providers[0].option is not a field',
    ],
    [
      'options are a text',
      { providers: [{ package: 'x', options: 'y' }] },
      'providers[0].options must be an object.',
    ],
    ['a resolver is no address', { resolvers: ['192.0.2.1', 'x'] }, 'resolvers[1] takes an IP address'],
    ['the port is too large', { authoritativePort: 70000 }, 'authoritativePort takes a port'],
    ['the timeout is no time', { timeout: 'soon' }, 'timeout takes a time such as'],
    ['the journal is a number', { journal: 4 }, 'journal must be the path of a file.'],
  ])('%s', async (_, content, message) => {
    const { code, json } = await providers(configFile(content));
    expect(code).toBe(2);
    expect(json().error.message).toContain(join(folder, 'config.json'));
    expect(json().error.message).toContain(message);
  });

  test.each([
    ['zones are an array', { zones: [] }, 'zones must be an object of domains and accounts'],
    [
      'a zone leads to no text',
      { zones: { 'example.com': 1 } },
      'zones["example.com"] must be the name of an',
    ],
    [
      'a zone is there twice',
      { zones: { 'example.com': 'a', 'Example.COM.': 'a' } },
      'zones["Example.COM."] is the same domain as zones["example.com"].',
    ],
    [
      'an account has a wrong name',
      { providers: [{ package: 'x', name: 'a.b' }] },
      'providers[0].name must be',
    ],
  ])('%s', async (_, content, message) => {
    const { code, json } = await providers(configFile(content));
    expect(code).toBe(2);
    expect(json().error.message).toContain(`:1:`);
    expect(json().error.message).toContain(message);
  });

  test('it does not exist, or has another extension', async () => {
    expect((await providers('none.json')).json().error.message).toMatch(/none\.json cannot be read: ENOENT/);
    expect((await providers('x.yaml')).json().error.message).toBe(
      '--config takes a .ts, .mts, .cts, .js, .mjs, .cjs or .json file, not "x.yaml".',
    );
  });
});

describe('a provider of the config file', () => {
  test('is on without anything in the environment, and gets its options', async () => {
    const name = configFile({
      providers: [
        {
          package: '@domainproof/provider-alidns',
          options: { accessKeyId: 'id', accessKeySecret: 's3cret-of-config' },
        },
      ],
    });
    const { code, json, stdout } = await providers(name);
    expect(code).toBe(0);
    const listed = json().providers.map(({ id, configured }: Record<string, unknown>) => [id, configured]);
    expect(listed).toEqual([
      ['huaweicloud', false],
      ['rfc2136', false],
      ['alidns', true],
    ]);
    const alidns = json().providers.at(-1);
    expect(alidns.settings.find(({ option }: { option: string }) => option === 'accessKeySecret').set).toBe(
      true,
    );
    expect(stdout).not.toContain('s3cret-of-config');
  });

  test('may be a module of the user, in an .mjs config, and answers like the others', async () => {
    configFile(
      `export default ({ zone }) => ({
        id: 'own',
        capabilities: {
          writes: 'value', types: ['TXT'], lines: false, zoneSearch: 'family', serialPerZone: false, batch: false,
          limits: { ttl: { min: 1, max: 86400, default: 300 }, txtBytes: 255, valuesPerSet: 10 },
          nameServerPatterns: [],
        },
        async findZones() { return []; },
        async *listZones() { yield { id: 'z1', name: zone, status: 'active' }; },
        async readRecordSet() {},
        async applyChange() { return { settled: true }; },
      });`,
      'own-provider.mjs',
    );
    const name = configFile(
      `export default { providers: [{ package: './own-provider.mjs', options: { zone: 'own.example.' } }] };`,
      'config.mjs',
    );
    const env = { DOMAINPROOF_CONFIG: name };
    const { code, json } = await cli(['zones', '--json'], { cwd: folder, env });
    expect(code).toBe(0);
    expect(json()).toEqual({
      zones: [{ provider: 'own', name: 'own.example.', status: 'active', id: 'z1' }],
    });
  });
});

describe('settings', () => {
  test('of a flag beat the environment, and that beats the file', async () => {
    const config = configFile({ journal: 'from-config.jsonl' });
    writeFileSync(join(folder, 'bad-flag.jsonl'), 'x\n');
    writeFileSync(join(folder, 'bad-env.jsonl'), 'x\n');
    writeFileSync(join(folder, 'from-config.jsonl'), 'x\n');
    const run = (argv: string[], env = {}) =>
      cli(['leases', '--config', config, ...argv], { cwd: folder, env });
    const twin = { DOMAINPROOF_JOURNAL: 'bad-env.jsonl' };
    expect((await run([])).stderr).toContain('from-config.jsonl is not a lease journal');
    expect((await run([], twin)).stderr).toContain('bad-env.jsonl is not a lease journal');
    expect((await run(['--journal', 'bad-flag.jsonl'], twin)).stderr).toContain(
      'bad-flag.jsonl is not a lease journal',
    );
  });

  test('without any put the journal below the state folder', () => {
    expect(defaultJournal({ XDG_STATE_HOME: '/state' })).toBe('/state/domainproof/leases.jsonl');
    expect(defaultJournal({ HOME: '/home/me' })).toBe('/home/me/.local/state/domainproof/leases.jsonl');
    expect(defaultJournal({ HOME: '/home/me', XDG_STATE_HOME: 'relative' })).toBe(
      '/home/me/.local/state/domainproof/leases.jsonl',
    );
  });

  test('no provider at all is exit 2 with the names to set', async () => {
    const { code, stderr } = await cli(['zones']);
    expect(code).toBe(2);
    expect(stderr).toContain('error: No DNS provider is configured.');
    expect(stderr).toContain(
      'Set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK for Huawei Cloud DNS, or ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET for Alibaba Cloud DNS',
    );
  });

  test('half of a key names the other half', async () => {
    const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'id', HUAWEICLOUD_SDK_AK: 'a', HUAWEICLOUD_SDK_SK: 'b' };
    const { code, stderr } = await cli(['zones', '--provider', 'alidns'], { env });
    expect(code).toBe(2);
    expect(stderr).toBe(
      'error: The provider alidns is not configured.\nhint: Set ALIBABA_CLOUD_ACCESS_KEY_SECRET.\n',
    );
  });

  test('an unknown --provider names those that exist', async () => {
    const env = { HUAWEICLOUD_SDK_AK: 'a', HUAWEICLOUD_SDK_SK: 'b' };
    const { code, stderr } = await cli(['zones', '--provider', 'route53'], { env });
    expect(code).toBe(2);
    expect(stderr).toContain(
      'There is no provider "route53".\nhint: There are huaweicloud, alidns, rfc2136.',
    );
  });
});
