import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exampleCloud, manifest } from '../src/index.js';
import { OPERATIONS } from '../src/operations.js';
import { withTables } from './readme-tables.js';

test('the manifest speaks of the provider that the package makes', () => {
  expect(exampleCloud().id).toBe(manifest.id);
});

test('each request needs a permission of the manifest, and each permission is needed', () => {
  const operations = manifest.permissions.flatMap((permission) => permission.operations);
  expect(operations.sort()).toEqual(Object.keys(OPERATIONS).sort());
});

// `npm test -- manifest --update` writes the tables into the README.
test('the tables of the README are those of the manifest', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  await expect(withTables(readme, manifest)).toMatchFileSnapshot('../README.md');
});
