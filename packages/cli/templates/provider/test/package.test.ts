import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { manifest } from '../src/index.js';

test('the manifest has the name that the package has on npm', () => {
  const { name } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(manifest.package).toBe(name);
});
