import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, test } from 'vitest';
import { packages, root } from './packages.js';

describe.each(packages)('$name as it would be published', ({ directory }) => {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));

  test('publint has nothing to say', async () => {
    const { messages } = await publint({ pkgDir: directory, strict: true, pack: false });
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  test('its types are right for every way of importing it', () => {
    const attw = join(root, 'node_modules', '.bin', 'attw');
    const output = execFileSync(attw, ['--pack', directory, '--format', 'json'], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(JSON.parse(output).analysis.problems ?? []).toEqual([]);
  });

  test('it says what npm shows, and holds what it names', () => {
    expect(manifest).toMatchObject({
      description: expect.any(String),
      license: 'MIT',
      engines: { node: '>=20.19' },
      publishConfig: { access: 'public' },
    });
    expect(existsSync(join(directory, 'README.md'))).toBe(true);
    expect(manifest.files).toContain('dist');
  });

  test('it runs no script on installation', () => {
    expect(Object.keys(manifest.scripts)).toEqual(['build', 'typecheck']);
  });
});
