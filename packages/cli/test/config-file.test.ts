import { chmodSync, chownSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { defineConfig } from '../src/index.js';
import { cli, temporaryFolder } from './harness.js';

const folder = temporaryFolder();
/** A new one for each test, since Node reads a module once. */
let work: string;

/** The journal of the config file is one that cannot be read, and its name shows which file was taken. */
const journal = (name: string) => {
  writeFileSync(join(work, `${name}.jsonl`), 'x\n');
  return `${name}.jsonl`;
};

function write(name: string, content: unknown): void {
  writeFileSync(join(work, name), typeof content === 'string' ? content : JSON.stringify(content));
}

const leases = (argv: readonly string[] = [], env = {}, cwd = work) =>
  cli(['leases', ...argv], { cwd, env: { HOME: folder, ...env } });

beforeEach(() => {
  work = mkdtempSync(join(folder, 'work-'));
});

describe('the config file of the working directory is taken', () => {
  test.each([
    ['.json', (name: string) => JSON.stringify({ journal: name })],
    ['.mjs', (name: string) => `export default { journal: '${name}' };`],
    ['.js', (name: string) => `export default { journal: '${name}' };`],
    ['.cjs', (name: string) => `module.exports = { journal: '${name}' };`],
    ['.cts', (name: string) => `const journal: string = '${name}';\nmodule.exports = { journal };`],
    [
      '.ts',
      (name: string) =>
        `import { defineConfig, type DomainproofConfig } from 'domainproof';
         enum Journals { ours = '${name}' }
         const config: DomainproofConfig = { journal: await Promise.resolve(Journals.ours) };
         export default defineConfig(config);`,
    ],
    ['.mts', (name: string) => `export default { journal: '${name}' satisfies string };`],
  ])('domainproof.config%s', async (extension, content) => {
    write('package.json', '{"type":"module"}');
    write(`domainproof.config${extension}`, content(journal(`from-${extension.slice(1)}`)));
    const { code, stderr } = await leases();
    expect(stderr).toContain(`${join(work, `from-${extension.slice(1)}.jsonl`)} is not a lease journal`);
    expect(code).toBe(2);
  });

  test('though not from the folders above', async () => {
    write('domainproof.config.json', { journal: journal('above') });
    const below = join(work, 'below');
    mkdirSync(below);
    expect(await leases([], {}, below)).toMatchObject({ code: 0, stderr: '' });
  });

  test('unless --config or DOMAINPROOF_CONFIG names another one', async () => {
    write('domainproof.config.json', { journal: journal('found') });
    write('named.json', { journal: journal('named') });
    write('twin.json', { journal: journal('twin') });
    expect((await leases()).stderr).toContain('found.jsonl');
    const env = { DOMAINPROOF_CONFIG: 'twin.json' };
    expect((await leases([], env)).stderr).toContain('twin.jsonl');
    expect((await leases(['--config', 'named.json'], env)).stderr).toContain('named.jsonl');
  });
});

describe('the config file of the working directory is refused', () => {
  test('if there are two', async () => {
    write('domainproof.config.json', {});
    write('domainproof.config.ts', 'export default {};');
    const { code, stderr } = await leases();
    expect(code).toBe(2);
    expect(stderr).toBe(
      `error: ${work} holds both domainproof.config.ts and domainproof.config.json.\nhint: Remove one of them, or choose with --config.\n`,
    );
    expect((await leases(['--config', 'domainproof.config.json'])).code).toBe(0);
  });

  test('if every user may write it, unless it is named', async () => {
    write('domainproof.config.mjs', 'throw new Error("has run");');
    chmodSync(join(work, 'domainproof.config.mjs'), 0o666);
    const { code, stderr } = await leases();
    expect(code).toBe(2);
    expect(stderr).toMatch(/domainproof\.config\.mjs can be written by every user, so it is not taken/);
    expect((await leases(['--config', 'domainproof.config.mjs'])).stderr).toContain('has run');
  });

  test.skipIf(process.geteuid?.() !== 0)('if it belongs to another user', async () => {
    write('domainproof.config.mjs', 'throw new Error("has run");');
    chownSync(join(work, 'domainproof.config.mjs'), 65_534, 65_534);
    const { code, stderr } = await leases();
    expect(code).toBe(2);
    expect(stderr).toMatch(/belongs to another user \(id 65534\), so it is not taken/);
  });

  test.each([
    ['a function', 'export default () => ({});', 'is a function, and must be the object itself.'],
    ['a promise', 'export default Promise.resolve({});', 'is a promise, and must be the object itself.'],
    ['an array', 'export default [];', 'must hold one object with providers, zones'],
    ['nothing', 'export default undefined;', 'must hold one object with providers, zones'],
  ])('if a module exports %s', async (_, content, message) => {
    write('domainproof.config.mjs', content);
    const { code, stderr } = await leases();
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test('with the line that throws', async () => {
    write('domainproof.config.ts', `const key: string = 'x';\n\nthrow new Error(\`no \${key}\`);\n`);
    expect((await leases()).stderr).toContain(
      `${join(work, 'domainproof.config.ts')}:3:7: the config file cannot be loaded: no x.`,
    );
  });

  test('with the line of a file that it imports', async () => {
    write('domainproof.config.ts', `import { journal } from './part';\nexport default { journal };\n`);
    write('part.ts', `export const journal: string = ;\n`);
    expect((await leases()).stderr).toContain(`${join(work, 'part.ts')}:1:32: the config file cannot`);
  });
});

test('a field of a module is placed only where it can be no other one', async () => {
  const twice = `// resolver: as a note\nexport default { resolver: [] };\n`;
  write('domainproof.config.mjs', twice);
  expect((await leases()).stderr).toContain('domainproof.config.mjs: resolver is not a field');
  write('other.mjs', twice.replace('// resolver', '// that'));
  expect((await leases(['--config', 'other.mjs'])).stderr).toContain(
    'other.mjs:2:18: resolver is not a field',
  );
});

test('a byte order mark, as editors of Windows write it, does no harm', async () => {
  write('domainproof.config.json', `\ufeff{ "journal": 4 }`);
  expect((await leases()).stderr).toContain(
    'domainproof.config.json:1:3: journal must be the path of a file.',
  );
});

test('defineConfig is the config itself', () => {
  const config = { zones: { 'example.com': 'work' }, timeout: '5m' };
  expect(defineConfig(config)).toBe(config);
});
