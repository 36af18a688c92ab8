import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { manifest as alidns } from '@domainproof/provider-alidns';
import { manifest as huaweicloud } from '@domainproof/provider-huaweicloud';
import { manifest as rfc2136 } from '@domainproof/provider-rfc2136';
import { type Simulator, startSimulator } from '@domainproof/simulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Block, blocksOf, pages } from './markdown.js';
import { packages, root } from './packages.js';

const run = promisify(execFile);
const program = join(root, 'packages', 'cli', 'dist', 'bin.cjs');
const TEMPLATE = 'packages/cli/templates/provider';

/** Where programs are run: READMEs by `readme-examples.test.ts`, what create-provider is about by `created-provider.test.ts`. */
const PROGRAMS_ARE_RUN = /^(packages\/(cli\/templates\/)?[^/]+\/)?README\.md$|^docs\/writing-a-provider\.md$/;
/** Its commands are run, one after the other, by `created-provider.test.ts`; those that take an account are looked at here. */
const WALKED = 'docs/writing-a-provider.md';

const blocks = pages.flatMap(blocksOf);
const folder = mkdtempSync(join(tmpdir(), 'docs-blocks-'));
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true });
});

test('every block is a program, commands, JSON, or marked as output', () => {
  const wrong = blocks.filter(({ language }) => !['ts', 'js', 'sh', 'json', 'text'].includes(language));
  expect(wrong.map(({ page, line }) => `${page}:${line}`)).toEqual([]);
});

test('every program stands in a page whose programs are run', () => {
  const programs = blocks.filter(({ language }) => ['ts', 'js'].includes(language));
  expect(programs.filter(({ page }) => !PROGRAMS_ARE_RUN.test(page))).toEqual([]);
});

describe('commands', () => {
  const commands = blocks
    .filter(({ language, page, title }) => language === 'sh' && (page !== WALKED || title === 'account'))
    .flatMap(({ page, line, code }) =>
      code
        .trim()
        .split('\n')
        .map((text, index) => ({ page, line: line + 1 + index, text })),
    )
    .filter(({ text }) => text.trim() !== '');

  test.each(commands)('$page:$line $text', async ({ text }) => {
    const words = text
      .replace(/ +#.*$/, '')
      .trim()
      .split(/ +/);
    const rule = RULES.find(({ begins }) => begins.every((word, index) => words[index] === word));
    if (!rule) throw new Error('No test knows such a command.');
    await rule.check(words.slice(rule.begins.length));
  });
});

const rootScripts = scriptsOf('package.json');
const ours = packages.map(({ name }) => name);

/** What is looked at in a command that is not run. */
const RULES: readonly { begins: readonly string[]; check(rest: readonly string[]): void | Promise<void> }[] =
  [
    {
      begins: ['export'],
      check: (words) => expect(variables()).toEqual(expect.arrayContaining(words.map(assigned))),
    },
    {
      begins: ['npm', 'install'],
      check: (words) =>
        expect([...ours, templateName()]).toEqual(expect.arrayContaining(packageWords(words))),
    },
    {
      begins: ['npm', 'test'],
      check: () => expect(scriptsOf(`${TEMPLATE}/package.template.json`)).toContain('test'),
    },
    {
      begins: ['npm', 'run'],
      check: ([script]) => expect(scriptsOf(`${TEMPLATE}/package.template.json`)).toContain(script),
    },
    // What it publishes is tested by packaging it.
    { begins: ['npm', 'publish'], check: (words) => expect(words).toEqual(['--provenance']) },
    {
      begins: ['npx', '--yes', 'pnpm@10'],
      check: ([script]) => expect([...rootScripts, 'exec']).toContain(script),
    },
    { begins: ['npx', 'domainproof'], check: domainproof },
    { begins: ['domainproof'], check: domainproof },
  ];

/** The command exists, and has the flags. */
async function domainproof([command, ...words]: readonly string[]): Promise<void> {
  const { stdout } = await run(process.execPath, [program, command!, '--help']);
  for (const word of words.filter((other) => other.startsWith('--') && other !== '--'))
    expect(stdout).toContain(`  ${word.split('=')[0]}`);
}

function variables(): string[] {
  const names = [alidns, huaweicloud, rfc2136].flatMap(({ settings }) =>
    settings.flatMap(({ environment }) => environment),
  );
  return [...names, 'ACME_TOKEN'];
}

function assigned(word: string): string {
  return word.split('=')[0]!;
}

function packageWords(words: readonly string[]): string[] {
  return words.filter((word) => !word.startsWith('--'));
}

function scriptsOf(path: string): string[] {
  return Object.keys(JSON.parse(readFileSync(join(root, path), 'utf8')).scripts);
}

function templateName(): string {
  return JSON.parse(readFileSync(join(root, TEMPLATE, 'package.template.json'), 'utf8')).name;
}

describe('JSON', () => {
  const documents = blocks.filter(({ language }) => language === 'json');

  test.each(documents)('$page:$line is what its readers take', async (block: Block) => {
    const document = JSON.parse(block.code);
    if (Array.isArray(document)) await asChallenges(block);
    else if ('providers' in document) await asConfig(block, document.providers);
    // A policy of a vendor's; whether it says what is needed, tests of the manifests tell.
    else expect(document).toMatchObject({ Version: expect.any(String), Statement: expect.any(Array) });
  });

  async function asChallenges({ code }: Block): Promise<void> {
    const file = join(folder, 'challenges.json');
    writeFileSync(file, code);
    const env = { PATH: process.env.PATH, ...simulator.env, HOME: folder };
    const { stdout } = await run(process.execPath, [program, 'plan', '--from', file, '--json'], { env });
    expect(JSON.parse(stdout).changes).not.toEqual([]);
  }

  /** The variables that a config file takes its secrets from. */
  function namedIn(code: string): Record<string, string> {
    const names = [...code.matchAll(/"env": "(\w+)"/g)].map(([, name]) => name as string);
    return Object.fromEntries(names.map((name) => [name, 'a-value']));
  }

  /** Packages that are not ours are stood in for. */
  async function asConfig({ code }: Block, providers: readonly { package: string }[]): Promise<void> {
    const home = mkdtempSync(join(folder, 'config-'));
    writeFileSync(join(home, 'domainproof.json'), code);
    const standIn = `import { alidns } from ${JSON.stringify(import.meta.resolve('@domainproof/provider-alidns'))};
export default () => ({ ...alidns(), id: 'stand-in' });`;
    for (const { package: name } of providers.filter((entry) => !entry.package.startsWith('@domainproof/'))) {
      const isPath = name.startsWith('.');
      const file = isPath ? join(home, name) : join(home, 'node_modules', name, 'index.mjs');
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, standIn);
      writeFileSync(
        join(dirname(file), 'package.json'),
        JSON.stringify({ type: 'module', main: './index.mjs' }),
      );
    }
    const words = ['providers', '--config', join(home, 'domainproof.json'), '--json'];
    const { stdout } = await run(process.execPath, [program, ...words], {
      env: { PATH: process.env.PATH, HOME: home, ...namedIn(code) },
    });
    expect(JSON.parse(stdout).providers).toEqual(
      expect.arrayContaining(
        providers.map((entry) => expect.objectContaining({ package: entry.package, configured: true })),
      ),
    );
  }
});
