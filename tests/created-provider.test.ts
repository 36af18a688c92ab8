import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Backend } from '../packages/cli/templates/provider/test/backend.js';
import { BackendServer, TOKENS } from '../packages/cli/templates/provider/test/server.js';
import { type Block, blocksOf, examples } from './markdown.js';
import { packages, root } from './packages.js';

const run = promisify(execFile);
const PAGE = 'docs/writing-a-provider.md';

// Everything happens outside of the workspace, as with a new user. The one difference is that our packages come from tarballs
// and not from the registry.
const base = mkdtempSync(join(tmpdir(), 'created-provider-'));
const tarballs = join(base, 'tarballs');
const tool = join(base, 'tool');
const work = join(base, 'work');
const created = join(work, 'provider-acme');
// Two trees of node_modules are many files.
afterAll(() => rmSync(base, { recursive: true, force: true }), 120_000);

/** What a shell of the user's own has: nothing of this workspace, of pnpm or of the test runner. */
const environment = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(VITEST|NODE_|TEST$|DEV$|PROD$|MODE$|SSR$|BASE_URL$|FORCE_COLOR$|INIT_CWD$|PNPM_|npm_(?!config_))/.test(
          name,
        ),
    ),
  ),
  PATH: [
    join(tool, 'node_modules', '.bin'),
    ...(process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules')),
  ].join(delimiter),
  NO_COLOR: '1',
  CI: '',
  npm_config_prefer_offline: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  DOMAINPROOF_JOURNAL: join(base, 'leases.jsonl'),
};

function tarballOf(name: string): string {
  const start = name.replace('@', '').replace('/', '-');
  const file = readdirSync(tarballs).find((entry) => new RegExp(`^${start}-\\d.*\\.tgz$`).test(entry));
  if (!file) throw new Error(`There is no tarball of ${name}.`);
  return join(tarballs, file);
}

/** In a package.json, our packages' ranges become the tarballs. */
const USE_TARBALLS = `
  const { readFileSync, writeFileSync } = require('node:fs');
  const tarballs = JSON.parse(process.env.TARBALLS);
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  for (const list of [manifest.dependencies, manifest.devDependencies])
    for (const name of Object.keys(list)) if (tarballs[name]) list[name] = 'file:' + tarballs[name];
  writeFileSync('package.json', JSON.stringify(manifest, null, 2));
`;

const PRELUDE = `set -euo pipefail
npm() { if [ "$1" = install ]; then node -e "$USE_TARBALLS"; fi; command npm "$@"; }
npx() { if [ "$1" = domainproof ]; then shift; command domainproof "$@"; else command npx "$@"; fi; }
`;

let folder = work;

/** Runs lines of the page as they stand, in the folder in which the lines before them ended. */
function shell(lines: string): string {
  const end = join(base, 'folder');
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `${PRELUDE}${lines}\npwd > ${end}`], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...environment,
      USE_TARBALLS,
      TARBALLS: JSON.stringify(Object.fromEntries(packages.map(({ name }) => [name, tarballOf(name)]))),
    },
  });
  if (status !== 0) throw new Error(`${lines}\nended with ${status}:\n${stdout}${stderr}`);
  folder = readFileSync(end, 'utf8').trim();
  return stdout + stderr;
}

const oneSpace = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

beforeAll(() => {
  mkdirSync(tarballs);
  const pack = ['--yes', 'pnpm@10', '--filter', './packages/*', '-r', 'pack', '--pack-destination', tarballs];
  execFileSync('npx', pack, { cwd: root, stdio: 'ignore' });
  mkdirSync(tool);
  mkdirSync(work);
  writeFileSync(join(tool, 'package.json'), '{ "private": true }');
  const all = packages.map(({ name }) => tarballOf(name));
  execFileSync('npm', ['install', ...all], { cwd: tool, env: environment, stdio: 'ignore' });
}, 300_000);

describe('a new user who follows the page on writing a provider', () => {
  const blocks = blocksOf(PAGE);
  const steps = blocks.filter(
    ({ language, title }) => (language === 'sh' || language === 'json') && title !== 'account',
  );
  const outputs: string[] = [];

  test.each(steps)('at line $line gets what it says', { timeout: 300_000 }, (step: Block) => {
    if (step.language === 'json') {
      writeFileSync(join(work, step.title), step.code);
      return;
    }
    const output = shell(step.code);
    outputs.push(output);
    const next = blocks[blocks.indexOf(step) + 1];
    if (next?.language !== 'text') return;
    for (const line of next.code.split('\n').map(oneSpace))
      if (line !== '…') expect(oneSpace(output)).toContain(line);
  });

  test('has a package whose conformance suite passed, and left nothing out', () => {
    const sums = outputs.join('\n').match(/^ *Tests .*$/m)?.[0];
    const [, passed, total] = /^ *Tests +(\d+) passed \((\d+)\)$/.exec(sums ?? '') ?? [];
    expect(Number(passed)).toBeGreaterThanOrEqual(120);
    expect(passed).toBe(total);
  });

  test('has the build in both formats, with types, as npm wants it', async () => {
    const { messages } = await publint({ pkgDir: created, strict: true, pack: false });
    // The tarball in the place of a range, which only this test has put there.
    expect(messages.filter(({ code }) => code !== 'LOCAL_DEPENDENCY')).toEqual([]);
    for (const file of ['index.js', 'index.cjs', 'index.d.ts', 'index.d.cts'])
      expect(readdirSync(join(created, 'dist'))).toContain(file);
    const load = `const { acme, default: other } = require('domainproof-provider-acme'); console.log(acme().id, other === acme)`;
    expect(execFileSync(process.execPath, ['-e', load], { cwd: created, encoding: 'utf8' })).toBe(
      'acme true\n',
    );
  });

  test.each(blocks.filter(({ language, title }) => language === 'ts' && title !== 'program'))(
    'finds the excerpt at line $line in $title',
    ({ title, code }) => {
      expect(normalised(readFileSync(join(created, title), 'utf8'))).toContain(normalised(code));
    },
  );
});

/** Without indentation, which an excerpt need not keep. */
function normalised(code: string): string {
  return code.replaceAll(/^ +/gm, '').trim();
}

describe('with the service in memory as the account,', () => {
  let server: BackendServer;
  let account: NodeJS.ProcessEnv;
  beforeAll(async () => {
    const backend = new Backend();
    backend.addZone('example.com');
    server = await BackendServer.start(backend);
    account = { ...environment, ACME_TOKEN: TOKENS.right, ACME_ENDPOINT: server.endpoint };
  });
  afterAll(() => server.close());

  const programs = [
    ...examples(PAGE, 'ts').filter(({ title }) => title === 'program'),
    ...examples('packages/cli/templates/provider/README.md', 'ts').map((block) => ({
      ...block,
      code: block.code.replaceAll('example-cloud', 'acme').replaceAll('exampleCloud', 'acme'),
    })),
  ];

  test('the programs of the page and of the new README compile', { timeout: 120_000 }, async () => {
    const files = programs.map((_, index) => join(created, `example${index}.ts`));
    for (const [index, file] of files.entries()) writeFileSync(file, programs[index]!.code);
    await run('npm', ['run', 'typecheck'], { cwd: created, env: environment });
    for (const file of files) rmSync(file);
  });

  test.each(programs)('the program at line $line of $page runs', { timeout: 60_000 }, async ({ code }) => {
    const before = server.calls.length;
    writeFileSync(join(created, 'example.mjs'), code);
    const { stdout } = await run(process.execPath, ['example.mjs'], { cwd: created, env: account });
    const [, expected] = /console\.log\(.*\/\/ (.*)$/m.exec(code) ?? [];
    expect(stdout).toBe(expected === undefined ? '' : `${expected}\n`);
    expect(server.calls.slice(before)).toContainEqual({ operation: 'ListZones', write: false });
  });

  test('the command line lists its zone', async () => {
    const { stdout } = await run('domainproof', ['zones', '--config', 'domainproof.json'], {
      cwd: work,
      env: account,
    });
    expect(stdout).toMatch(/example\.com.*acme|acme.*example\.com/);
  });

  test('a wrong token is told in a sentence, and shown nowhere', async () => {
    const wrong = { ...account, ACME_TOKEN: TOKENS.wrong };
    const zones = run('domainproof', ['zones', '--config', 'domainproof.json', '--json', '--verbose'], {
      cwd: work,
      env: wrong,
    });
    const { code, stdout, stderr } = await zones.then(
      () => {
        throw new Error('It was accepted.');
      },
      (failure: { code: number; stdout: string; stderr: string }) => failure,
    );
    expect(code).toBe(3);
    expect(stderr).toContain('Check the token: ACME_TOKEN.');
    expect(stdout + stderr).not.toContain(TOKENS.wrong);
  });
});
