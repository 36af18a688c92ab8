import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifest as alidns } from '@domainproof/provider-alidns';
import { manifest as huaweicloud } from '@domainproof/provider-huaweicloud';
import { describe, expect, test } from 'vitest';
import { cli, temporaryFolder } from './harness.js';

const folder = temporaryFolder();

describe.each([alidns, huaweicloud])('providers $id', (manifest) => {
  const { id, policy, permissions, limits } = manifest;

  test('--policy prints the document alone on standard output, and where it goes on standard error', async () => {
    const { code, stdout, stderr } = await cli(['providers', id, '--policy']);
    expect(code).toBe(0);
    expect(stdout).toBe(`${policy.document}\n`);
    expect(Object.keys(JSON.parse(stdout))).toEqual(['Version', 'Statement']);
    expect(stderr).toBe(`${policy.where}\n`);
    expect((await cli(['providers', id, '--policy', '--quiet'])).stderr).toBe('');
  });

  test('--policy --json prints both, and what each permission is for', async () => {
    const { json } = await cli(['providers', id, '--policy', '--json']);
    expect(json()).toEqual({ policy, permissions });
  });

  test('shows all that its package says, and no value of a setting', async () => {
    const [secret] = manifest.settings;
    const env = { [secret!.environment[0]!]: 'the-value-of-a-setting' };
    const { code, stdout } = await cli(['providers', id], { env });
    expect(code).toBe(0);
    expect(stdout).toContain(`set     ${secret!.option}: ${secret!.environment[0]}`);
    expect(stdout).not.toContain('the-value-of-a-setting');
    for (const { action, access, purpose } of permissions)
      expect(stdout).toMatch(new RegExp(`${access} +${action} +${purpose.replace(/[()]/g, '\\$&')}\n`));
    expect(stdout).toContain(`TTL from ${limits.ttl.min} to ${limits.ttl.max} s, ${limits.ttl.default} s`);
    expect(stdout).toContain(`${limits.valuesPerSet} values in a record set`);
    for (const { source } of manifest.nameServerPatterns) expect(stdout).toContain(source);
    for (const { checkedOn, source } of manifest.checked)
      expect(stdout).toMatch(new RegExp(`${checkedOn} .*${source.replace(/[.?*+()]/g, '\\$&')}`));
  });

  test('--json gives what the list gives of it, and the rest', async () => {
    const [listed] = (await cli(['providers', '--json']))
      .json()
      .providers.filter((one: { id: string }) => one.id === id);
    const { provider } = (await cli(['providers', id, '--json'])).json();
    expect(provider).toEqual({
      ...listed,
      permissions,
      policy,
      limits,
      nameServerPatterns: manifest.nameServerPatterns.map(({ source }) => source),
      checked: manifest.checked,
    });
  });

  test('is found by the name of its package too', async () => {
    expect((await cli(['providers', manifest.package, '--policy'])).stdout).toBe(`${policy.document}\n`);
  });
});

test('the list is what it was: settings, one provider after the other', async () => {
  const { stdout, json } = await cli(['providers']);
  expect(stdout).not.toContain('permissions');
  expect(() => json()).toThrow();
  const { providers } = (await cli(['providers', '--json'])).json();
  for (const one of providers)
    expect(Object.keys(one)).toEqual(['id', 'title', 'package', 'configured', 'settings', 'alternatives']);
});

/** A config that names a package of somebody else. */
function ownProvider(name: string, manifest: string): string {
  const whole = import.meta.resolve('@domainproof/provider-alidns');
  writeFileSync(
    join(folder, `${name}.mjs`),
    `import { alidns } from ${JSON.stringify(whole)};\nexport default () => ({ ...alidns(), id: 'own' });\n${manifest}`,
  );
  const config = join(folder, `${name}.json`);
  writeFileSync(config, JSON.stringify({ providers: [{ package: `./${name}.mjs` }] }));
  return config;
}

const PERMISSIONS = `permissions: [{ action: 'all', access: 'write', operations: [], purpose: 'for it' }]`;

test.each([
  ['bare', '', /documentation may say/],
  [
    'listed',
    `export const manifest = { id: 'own', title: 'Own', settings: [], ${PERMISSIONS} };`,
    /Grant what domainproof providers own lists under permissions/,
  ],
])('a package without a policy (%s) says that it has none', async (name, manifest, hint) => {
  const config = ownProvider(name, manifest);
  const { code, stdout, stderr } = await cli(['providers', 'own', '--policy', '--config', config]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`./${name}.mjs has no policy document.`);
  expect(stderr).toMatch(hint);
  expect((await cli(['providers', 'own', '--config', config])).code).toBe(0);
});

test.each([
  [['providers', 'route53'], 'There is no provider "route53".'],
  [['providers', '--policy'], '--policy takes the name of a provider'],
  [['providers', 'alidns', 'huaweicloud'], 'takes the name of one provider; there are 2 words.'],
])('%j is a mistake in the command line', async (argv, message) => {
  const { code, stderr } = await cli(argv);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
