import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { packages, root } from './packages.js';

const script = join(root, 'scripts', 'readme-tables.mjs');
const PARTS = ['settings', 'permissions', 'policy', 'limits', 'name-servers', 'checked'];

const folder = mkdtempSync(join(tmpdir(), 'readme-tables-'));
afterAll(() => rmSync(folder, { recursive: true }));

function tables(...argv: string[]): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...argv], { cwd: root }, (error, _, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stderr }),
    );
  });
}

test('the README of every provider package says what its manifest says', async () => {
  expect(await tables('--check')).toEqual({ code: 0, stderr: '' });
});

test('every package with a manifest is one of them', async () => {
  const withManifest = packages.filter(
    ({ directory }) =>
      readdirSync(join(directory, 'src')).includes('manifest.ts') && !directory.endsWith('core'),
  );
  expect(withManifest.map(({ folder: name }) => name)).toEqual(
    expect.arrayContaining(['provider-alidns', 'provider-huaweicloud']),
  );
  for (const { directory } of withManifest)
    expect(readFileSync(join(directory, 'README.md'), 'utf8')).toContain('<!-- settings -->\n\n| option');
});

const MANIFEST = {
  settings: [
    {
      option: 'server',
      description: 'A host | port',
      required: true,
      secret: false,
      environment: ['A', 'B'],
    },
  ],
  alternatives: [{ description: 'A file', environment: ['C', 'D'] }],
  permissions: [{ action: 'grant', access: 'write', operations: ['Update'], purpose: 'to add' }],
  policy: { where: 'named.conf', document: 'grant key. name *.example. TXT;' },
  limits: { ttl: { min: 1, max: 10, default: 5 }, txtBytes: 99, valuesPerSet: 3 },
  nameServerPatterns: [] as RegExp[],
  checked: [{ what: 'All', source: 'RFC 2136', checkedOn: '2026-01-02' }],
};

describe('a package', () => {
  const readme = join(folder, 'README.md');

  beforeEach(() => {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeManifest(MANIFEST);
    writeReadme(PARTS);
  });

  function writeManifest(manifest: object): void {
    mkdirSync(join(folder, 'dist'), { recursive: true });
    writeFileSync(join(folder, 'dist', 'index.js'), `export const manifest = ${JSON.stringify(manifest)};`);
  }

  function writeReadme(parts: readonly string[]): void {
    const text = parts.map((part) => `<!-- ${part} -->\nold\n<!-- /${part} -->`).join('\n\nby hand\n\n');
    writeFileSync(readme, `# Title\n\n${text}\n\nThe end.\n`);
  }

  test('gets its tables between the markers, and keeps all that is written by hand', async () => {
    expect((await tables(folder)).code).toBe(0);
    const text = readFileSync(readme, 'utf8');
    expect(text).toMatch(/^# Title\n/);
    expect(text).toMatch(/The end\.\n$/);
    expect(text.match(/by hand/g)).toHaveLength(PARTS.length - 1);
    expect(text).toContain(
      '| `server`                     | `A`, `B`                           | yes      | A host \\| port |',
    );
    expect(text).toContain(
      '| instead of the required ones | `C` and `D`                        |          | A file         |',
    );
    expect(text).toContain('| `grant`    | write  | `Update` | to add   |');
    expect(text).toContain('named.conf\n\n```text\ngrant key. name *.example. TXT;\n```');
    expect(text).toContain('| TTL                    | 1 to 10 s, 5 s if none is asked for |');
    expect(text).toContain('| 2026-01-02 | All  | RFC 2136 |');
    // There is nothing to say of name servers, so what is there stays.
    expect(text.match(/\nold\n/g)).toHaveLength(1);
    expect(await tables('--check', folder)).toEqual({ code: 0, stderr: '' });
  });

  test('is told of when it is out of date, and not written with --check', async () => {
    await tables(folder);
    const before = readFileSync(readme, 'utf8');
    const renamed = [{ ...MANIFEST.permissions[0], action: 'other' }];
    writeManifest({ ...MANIFEST, permissions: renamed });
    const { code, stderr } = await tables('--check', folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/README\.md is not what its manifest says: run pnpm tables\./);
    expect(readFileSync(readme, 'utf8')).toBe(before);
  });

  test.each(PARTS.filter((part) => part !== 'name-servers'))(
    'is told of when the markers of %s are missing',
    async (part) => {
      writeReadme(PARTS.filter((other) => other !== part));
      const { code, stderr } = await tables(folder);
      expect(code).toBe(1);
      expect(stderr).toContain(`has no <!-- ${part} --> and <!-- /${part} --> for what its manifest says.`);
    },
  );

  test('whose manifest says no more than its settings needs no other part', async () => {
    writeManifest({ settings: MANIFEST.settings });
    writeReadme(['settings']);
    expect(await tables(folder)).toEqual({ code: 0, stderr: '' });
  });
});
