import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { cli, temporaryFolder } from './harness.js';

const readme = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8');
const section = /^## Config file$([\s\S]*?)^## /m.exec(readme)?.[1] ?? '';

const folder = temporaryFolder();

function example(language: string): string {
  const [, code] = new RegExp(`^\`\`\`${language}\\b.*\\n([\\s\\S]*?)^\`\`\``, 'm').exec(section) ?? [];
  if (!code) throw new Error(`There is no ${language} example in the section on the config file.`);
  return code;
}

test.each([
  ['json', ['work', 'home', 'mine']],
  ['ts', ['work']],
])('the %s example of the README is a config file', async (language, names) => {
  const file = `example.${language}`;
  writeFileSync(join(folder, file), example(language));
  writeFileSync(
    join(folder, 'my-provider.mjs'),
    `export default ({ key }) => ({
      id: key === 'value' ? 'mine' : 'lost',
      capabilities: {
        writes: 'value', types: ['TXT'], lines: false, zoneSearch: 'family', serialPerZone: false, batch: false,
        limits: { ttl: { min: 1, max: 86400, default: 300 }, txtBytes: 255, valuesPerSet: 10 },
        nameServerPatterns: [],
      },
      async findZones() { return []; },
      async *listZones() {},
      async readRecordSet() {},
      async applyChange() { return { settled: true }; },
    });`,
  );
  const variables = ['WORK_KEY_ID', 'WORK_KEY_SECRET', 'HOME_KEY_ID', 'HOME_KEY_SECRET'];
  const env = Object.fromEntries(variables.map((name) => [name, `value-of-${name}`]));
  const { stdout, stderr } = await cli(['providers', '--json', '--config', file], { cwd: folder, env });
  expect(stderr).toBe('');
  const usable = JSON.parse(stdout).providers.filter(({ configured }: { configured: boolean }) => configured);
  expect(usable.map(({ id }: { id: string }) => id)).toEqual(names);
});
