import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import core from '../../core/package.json' with { type: 'json' };
import testkit from '../../provider-testkit/package.json' with { type: 'json' };
import { cli, temporaryFolder } from './harness.js';

const cwd = temporaryFolder();
const create = (...words: string[]) => cli(['create-provider', ...words], { cwd });
const read = (...path: string[]) => readFileSync(join(cwd, ...path), 'utf8');

/** Every file of a folder, by path. */
function filesOf(folder: string): Map<string, string> {
  const paths = readdirSync(join(cwd, folder), { recursive: true }) as string[];
  return new Map(
    paths
      .filter((path) => statSync(join(cwd, folder, path)).isFile())
      .map((path) => [path, read(folder, path)]),
  );
}

describe('create-provider', () => {
  test('writes a package and says what to do next', async () => {
    const { code, stdout, stderr } = await create('acme-dns');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^created {3}domainproof-provider-acme-dns in provider-acme-dns: \d+ files\n/);
    expect(stdout).toContain('cd provider-acme-dns && npm install && npm test');
    const files = filesOf('provider-acme-dns');
    for (const path of [
      '.gitignore',
      'README.md',
      'src/manifest.ts',
      'src/index.ts',
      'test/conformance.test.ts',
    ])
      expect([...files.keys()]).toContain(path);
    for (const [path, content] of files) expect(content, path).not.toMatch(/example.?cloud/i);
    expect(files.get('src/index.ts')).toContain('export function acmeDns(options: AcmeDnsOptions');
    expect(files.get('src/manifest.ts')).toContain("environment: ['ACME_DNS_TOKEN']");
    expect(files.get('src/manifest.ts')).toContain("title: 'Acme Dns'");
    expect([...files.keys()].filter((path) => /node_modules|dist/.test(path))).toEqual([]);
  });

  test('the new package asks for the versions of our packages that it was made with', async () => {
    await create('versions');
    const { dependencies, devDependencies } = JSON.parse(read('provider-versions', 'package.json'));
    expect(dependencies['@domainproof/core']).toBe(`^${core.version}`);
    expect(devDependencies['@domainproof/provider-testkit']).toBe(`^${testkit.version}`);
  });

  test('takes a folder, a name on npm and a title', async () => {
    const { code } = await create(
      'hosted',
      '--dir',
      'deep/er',
      '--package',
      '@acme/zone',
      '--title',
      'Zone & Co.',
    );
    expect(code).toBe(0);
    expect(JSON.parse(read('deep', 'er', 'package.json')).name).toBe('@acme/zone');
    expect(read('deep', 'er', 'src', 'manifest.ts')).toContain("title: 'Zone & Co.'");
    expect(read('deep', 'er', 'README.md')).toContain('# @acme/zone\n');
  });

  test('with --json tells what it wrote, and nothing else', async () => {
    const { code, stderr, json } = await create('json-dns', '--json');
    expect([code, stderr]).toEqual([0, '']);
    const { files, ...rest } = json();
    expect(rest).toEqual({
      id: 'json-dns',
      package: 'domainproof-provider-json-dns',
      folder: join(cwd, 'provider-json-dns'),
    });
    expect(files.toSorted()).toEqual([...filesOf('provider-json-dns').keys()].sort());
  });

  test('opens no connection', async () => {
    const connect = vi.spyOn(Socket.prototype, 'connect');
    const fetched = vi.spyOn(globalThis, 'fetch');
    expect((await create('offline')).code).toBe(0);
    expect(connect).not.toHaveBeenCalled();
    expect(fetched).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  test('writes into an empty folder, and into no other', async () => {
    mkdirSync(join(cwd, 'empty'));
    expect((await create('blank', '--dir', 'empty')).code).toBe(0);
    const before = filesOf('empty');
    const { code, stdout, stderr } = await create('other', '--dir', 'empty');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(
      `${join(cwd, 'empty')} is not empty (.gitignore, …).\nhint: Nothing was written.`,
    );
    expect(filesOf('empty')).toEqual(before);
  });

  test('refuses a file where the folder should be', async () => {
    writeFileSync(join(cwd, 'file'), 'mine');
    const { code, stderr } = await create('acme', '--dir', 'file');
    expect(code).toBe(2);
    expect(stderr).toContain('is a file.\nhint: Give another folder with --dir.');
    expect(read('file')).toBe('mine');
    const { stderr: below } = await create('acme', '--dir', 'file/below');
    expect(below).toContain('is a file.');
  });

  test.each([
    [[], 'create-provider needs a name', 'domainproof create-provider acme'],
    [['one', 'two'], '"two" is a second one', ''],
    [['Acme_DNS'], '"Acme_DNS" does not', 'create-provider acme-dns'],
    [['../../etc'], '"../../etc" does not', 'create-provider etc'],
    [['9lives'], '"9lives" does not', 'create-provider lives'],
    [['a--b'], '"a--b" does not', 'create-provider a-b'],
    [['名前'], '"名前" does not', ''],
    [['x'.repeat(41)], 'at most 40 characters', `create-provider ${'x'.repeat(40)}`],
    [['alidns'], '"alidns" comes with domainproof', 'another name'],
    [['switch'], 'its factory would be switch()', 'create-provider switch-dns'],
    [['manifest'], 'its factory would be manifest()', 'create-provider manifest-dns'],
    [['acme', '--package', 'Not A Name'], '--package takes a name that npm takes', ''],
    [['acme', '--package', '../x'], '--package takes a name that npm takes', ''],
    [['acme', '--title', "it's"], '--title takes up to 60 letters', ''],
  ])('%j is refused, and nothing is written', async (words, message, hint) => {
    const before = readdirSync(cwd).sort();
    const { code, stdout, stderr } = await create(...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(readdirSync(cwd).sort()).toEqual(before);
  });
});

test('the tools of a new package are those of this workspace', () => {
  const template = JSON.parse(
    readFileSync(new URL('../templates/provider/package.template.json', import.meta.url), 'utf8'),
  ).devDependencies;
  const ours = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  ).devDependencies;
  for (const tool of ['@types/node', 'tsup', 'typescript', 'vitest']) expect(template[tool]).toBe(ours[tool]);
});
