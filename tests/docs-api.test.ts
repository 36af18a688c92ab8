import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packages, root } from './packages.js';

test('the API reference of every package is made without a warning', { timeout: 600_000 }, () => {
  const out = mkdtempSync(join(tmpdir(), 'docs-api-'));
  try {
    const typedoc = join(root, 'node_modules', '.bin', 'typedoc');
    const { status, stdout, stderr } = spawnSync(typedoc, ['--out', out, '--logLevel', 'Warn'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect({ status, told: `${stdout}${stderr}` }).toEqual({ status: 0, told: '' });
    const index = readFileSync(join(out, 'modules.html'), 'utf8');
    for (const { name } of packages) expect(index).toContain(`>${name}<`);
  } finally {
    rmSync(out, { recursive: true });
  }
});
