import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, temporaryFolder, useSimulator } from './harness.js';

const world = useSimulator({ zones: [{ name: 'example.net', cloud: 'alidns' }] });
const folder = temporaryFolder();

function write(name: string, content: string | object): void {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

/** The source of a provider that holds `own.example`, with members changed. */
const provider = (changes = '', id = 'own') => `({
  id: '${id}',
  capabilities: {
    writes: 'value', types: ['TXT'], lines: false, zoneSearch: 'family', serialPerZone: false, batch: false,
    limits: { ttl: { min: 1, max: 86400, default: 300 }, txtBytes: 255, valuesPerSet: 10 },
    nameServerPatterns: [],
  },
  async findZones() { return [{ id: 'z', name: 'own.example.', status: 'active' }]; },
  async *listZones() { yield { id: 'z', name: 'own.example.', status: 'active' }; },
  async readRecordSet() {},
  async applyChange() { return { settled: true }; },
  ${changes}
})`;

let number = 0;

/** A config file of its own for each run, beside a healthy account of the simulator. */
async function run(entries: object | readonly object[], argv: readonly string[], more = {}, env = {}) {
  const name = `config-${number++}.json`;
  const healthy = { package: '@domainproof/provider-alidns' };
  write(name, JSON.stringify({ providers: [healthy, entries].flat(), ...more }, null, 2));
  const result = await cli([...argv, '--config', name], { cwd: folder, env: { ...world.env, ...env } });
  const clean = (text: string) =>
    text.replaceAll(`${folder}/`, '').replace(/config-\d+\.json/g, 'config.json');
  return { ...result, stdout: clean(result.stdout), stderr: clean(result.stderr) };
}

const plan = (name: string) => ['plan', `_dnsauth.${name}`, 'TXT', 'token'];

describe('a package that is broken', () => {
  write('no-default.mjs', 'export const other = 1;');
  write('throws-early.mjs', `const a = 1;\nthrow new Error('no database');\n`);
  write(
    'throws.mjs',
    `export default ({ password }) => { throw new Error('cannot log in with ' + password); };`,
  );
  write('throws-text.mjs', `export default () => { throw 'just text'; };`);
  write('promise.mjs', `export default async () => ${provider()};`);
  write('nothing.mjs', 'export default () => undefined;');
  write(
    'half.mjs',
    `export default () => ${provider("findZones: undefined, applyChange: 'x', explain: 4, capabilities: { writes: 'all', types: ['TXT'], lines: false, zoneSearch: 'family', serialPerZone: false, batch: { from: 2 }, limits: { ttl: { min: 1, max: 2 }, txtBytes: 255, valuesPerSet: 1 }, nameServerPatterns: ['x'] },")};`,
  );
  write(
    'bad-manifest.mjs',
    `export const manifest = { id: 'own', settings: {} };\nexport default () => ${provider()};`,
  );
  write('same-id.mjs', `export default () => ${provider('', 'alidns')};`);

  test.each([
    ['is not installed', 'dns-of-nobody', 'the package dns-of-nobody is not installed.'],
    ['is not there', './none.mjs', 'there is no file none.mjs.'],
    ['exports no factory', './no-default.mjs', 'it has no factory of a provider as its default export.'],
    [
      'throws while it loads',
      './throws-early.mjs',
      'it cannot be loaded: throws-early.mjs:2:7: no database.',
    ],
    ['throws in its factory', './throws.mjs', 'its factory failed: cannot log in with [redacted].'],
    ['throws what is no error', './throws-text.mjs', 'its factory failed: it threw string.'],
    [
      'makes a promise',
      './promise.mjs',
      'its factory returns a promise, and must return the provider at once.',
    ],
    ['makes nothing', './nothing.mjs', 'its factory returns undefined, and must return a provider.'],
    [
      'makes no provider',
      './half.mjs',
      'what its factory returns is no provider: findZones is missing (a function); applyChange must be a function; explain must be a function; capabilities.writes must be "value", "replace" or "atomic"; capabilities.nameServerPatterns must be an array of regular expressions; capabilities.limits.ttl must be { min, max, default } in seconds; capabilities.batch needs readRecordSets and applyChanges.',
    ],
    [
      'has a manifest that is none',
      './bad-manifest.mjs',
      'its manifest is none: manifest.title is missing (a text); manifest.settings must be an array of { option, description, required, secret, environment }.',
    ],
    ['has the id of another one', './same-id.mjs', 'it is called "alidns", as providers[0] is.'],
  ])('because it %s is named, and the others go on', async (_, name, reason) => {
    const entry = { package: name, options: { password: 'pass-of-the-operator' } };
    const cause = `config.json:7:7: providers[1] (${name}) cannot be used: ${reason}`;

    const other = await run(entry, [...plan('example.net'), '--json']);
    expect(other.code).toBe(0);
    expect(other.json().changes[0].provider).toBe('alidns');
    expect(other.stderr.split('\n').filter((line) => line.startsWith('warning: '))).toHaveLength(1);
    expect(other.stderr).toContain(`warning: ${cause}`);

    const needed = await run(entry, plan('own.example'));
    expect(needed.code).toBe(2);
    expect(needed.stderr).toContain(`error: ${cause}`);

    const listed = await run(entry, ['providers']);
    expect(listed.code).toBe(0);
    expect(listed.stdout).toMatch(/^\S+ \(.*\): broken$/m);
    expect(listed.stdout).toContain(`  ${cause}`);
    const inJson = await run(entry, ['providers', '--json']);
    const { broken, configured } = JSON.parse(inJson.stdout).providers.at(-1);
    expect([broken.message, configured]).toEqual([cause, false]);
    for (const { stdout, stderr } of [other, needed, listed, inJson])
      expect(stdout + stderr).not.toContain('pass-of-the-operator');
  });
});

describe('a broken account', () => {
  const broken = { package: './none.mjs', name: 'work' };

  test('that --provider or a zone names is the error, and told once', async () => {
    const cause =
      'error: config.json:7:7: providers[1] ("work", ./none.mjs) cannot be used: there is no file none.mjs.';
    const named = await run(broken, [...plan('example.net'), '--provider', 'work']);
    expect(named.code).toBe(2);
    expect(named.stderr).toMatch(new RegExp(`^${cause.replace(/[()[\].]/g, '\\$&')}\nhint: [^\n]*\n$`));
    const routed = await run(broken, plan('example.net'), { zones: { 'example.net': 'work' } });
    expect(routed.code).toBe(2);
    expect(routed.stderr).toContain(cause);
  });

  test('sets the exit code of zones, which asks every account', async () => {
    const { code, stdout, stderr } = await run(broken, ['zones']);
    expect(code).toBe(2);
    expect(stdout).toContain('alidns example.net active');
    expect(stderr).toContain('error: config.json:7:7: providers[1]');
    expect(stderr).not.toContain('warning');
  });

  test('is a finding of doctor, which goes on', async () => {
    const { json } = await run(broken, ['doctor', 'example.net', '--json']);
    expect(json().findings).toContainEqual(
      expect.objectContaining({ code: 'PROVIDER_NOT_ASKED', message: expect.stringContaining('none.mjs') }),
    );
  });

  test('without a name may be the one that a zone leads to', async () => {
    const nameless = { package: './none.mjs' };
    const zones = { 'own.example': 'own' };
    expect((await run(nameless, plan('example.net'), { zones })).code).toBe(0);
    const { code, stderr } = await run(nameless, plan('own.example'), { zones });
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /error: config\.json:11:5: zones\["own\.example"\] leads to the account "own", which is not there\. config\.json:7:7: providers\[1\] \(\.\/none\.mjs\) cannot be used/,
    );
  });

  test('that holds a lease leaves it in the journal', async () => {
    write('writes.mjs', `export default () => ${provider()};`);
    const env = { DOMAINPROOF_JOURNAL: join(folder, 'broken.jsonl') };
    const entry = { package: './writes.mjs', name: 'work' };
    const added = await run(entry, ['add', '_dnsauth.own.example', 'TXT', 'token', '--json'], {}, env);
    const { id, provider: account } = added.json();
    expect(account).toBe('work');
    const removal = await run(broken, ['remove', id], {}, env);
    expect(removal.code).toBe(2);
    expect(removal.stderr).toContain('providers[1] ("work", ./none.mjs) cannot be used');
    expect((await run(entry, ['leases', '--json'], {}, env)).json().leases).toMatchObject([{ id }]);
    expect((await run(entry, ['remove', id], {}, env)).code).toBe(0);
  });

  test('of the environment stops the others no more', async () => {
    const env = { HUAWEICLOUD_SDK_AK_FILE: './none', HUAWEICLOUD_SDK_SK: 'x', HUAWEICLOUD_SDK_AK: '' };
    const { code, stderr } = await run([], plan('example.net'), {}, env);
    expect(code).toBe(0);
    expect(stderr).toContain(
      'warning: Huawei Cloud DNS: The file that HUAWEICLOUD_SDK_AK_FILE names cannot be read',
    );
  });
});

describe('a package is found', () => {
  const zones = async (entry: object) => JSON.parse((await run(entry, ['zones', '--json'])).stdout).zones;
  const found = { provider: 'own', name: 'own.example.', status: 'active', id: 'z' };

  test('beside the config file, also if it exports to import alone', async () => {
    write('node_modules/dns-esm/package.json', {
      name: 'dns-esm',
      type: 'module',
      exports: { import: './index.js' },
    });
    write('node_modules/dns-esm/index.js', `export default () => ${provider()};`);
    expect(await zones({ package: 'dns-esm' })).toContainEqual(found);
  });

  test('as CommonJS, with the factory as exports.default', async () => {
    write('node_modules/dns-cjs/package.json', { name: 'dns-cjs', main: './index.cjs' });
    write('node_modules/dns-cjs/index.cjs', `exports.default = () => ${provider()};`);
    expect(await zones({ package: 'dns-cjs' })).toContainEqual(found);
  });

  test('as a folder', async () => {
    write('own-provider/package.json', {
      name: 'own-provider',
      type: 'module',
      exports: { '.': './src/start.js' },
    });
    write('own-provider/src/start.js', `export default () => ${provider()};`);
    expect(await zones({ package: './own-provider' })).toContainEqual(found);
    write('plain/package.json', { name: 'plain', main: './start.cjs' });
    write('plain/start.cjs', `module.exports = () => ${provider()};`);
    expect(await zones({ package: './plain' })).toContainEqual(found);
  });

  test('as a TypeScript file', async () => {
    write('own.ts', `export default (options: { zone: string }) => ${provider()};`);
    expect(await zones({ package: './own.ts' })).toContainEqual(found);
  });

  test('not as a folder without a package', async () => {
    write('empty/readme.txt', 'x');
    const { stderr } = await run({ package: './empty' }, ['zones']);
    expect(stderr).toContain('empty is a folder without a package.json that gives a name.');
  });
});
