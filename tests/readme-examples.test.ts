import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Simulator, startSimulator } from '@domainproof/simulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEY_NAME, SECRET } from '../packages/provider-rfc2136/test/support/answer.js';
import { type Primary, startPrimary } from '../packages/provider-rfc2136/test/support/primary.js';
import { type Block, blocksOf, examples } from './markdown.js';
import { packages, root } from './packages.js';

const run = promisify(execFile);

let simulator: Simulator;
let primary: Primary;
let environment: NodeJS.ProcessEnv;
beforeAll(async () => {
  simulator = await startSimulator();
  primary = await startPrimary();
  environment = { PATH: process.env.PATH, ...simulator.env };
});
afterAll(() => Promise.all([simulator.close(), primary.close()]));

/** Runs in a folder inside the package, so that imports are found as a user's would be. */
async function runExample(
  directory: string,
  code: string,
  { variables = {}, links = {} }: Surroundings = {},
) {
  const folder = mkdtempSync(join(directory, '.example-'));
  try {
    for (const [name, target] of Object.entries(links)) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(target, link);
    }
    const file = join(folder, 'example.mjs');
    writeFileSync(file, code);
    const home = { HOME: folder, DOMAINPROOF_JOURNAL: join(folder, 'leases.jsonl') };
    const { stdout } = await run(process.execPath, [file], {
      env: { ...environment, ...variables, ...home },
      timeout: 50_000,
    });
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Surroundings {
  variables?: NodeJS.ProcessEnv;
  /** Packages that npm would have put beside the example, and pnpm does not. */
  links?: Readonly<Record<string, string>>;
}

/** Examples that take more than the simulator, by a text that only they have. Each does what its entry says, instead of just running. */
const SPECIAL: Readonly<Record<string, (block: Block, directory: string) => Promise<void>>> = {
  verifyMany: async ({ code }, directory) =>
    expect(await runExample(directory, code)).toBe('1000 of 1000 names are not visible\n'),

  'perspectives:': async ({ code }, directory) => {
    const record = { name: '_dnsauth', type: 'TXT', value: '202601020304abcdef' } as const;
    const world = await startSimulator({
      zones: [{ name: 'example.com', cloud: 'huaweicloud', records: [record] }],
    });
    try {
      expect(await runExample(directory, code, { variables: world.env })).toBe(
        '_dnsauth.example.com. is visible\n  office visible\n',
      );
    } finally {
      await world.close();
    }
  },

  // A user's own resolver and port 53 are the defaults; here the simulator's take their place.
  'createVerifier()': async ({ code }, directory) => {
    const { resolver, authoritativePort } = simulator;
    const options = JSON.stringify({ resolvers: [resolver], authoritativePort });
    const output = await runExample(
      directory,
      code.replace('createVerifier()', `createVerifier(${options})`),
    );
    expect(output).toBe('every authoritative name server serves it\n');
  },

  // It goes on where the example above it ends.
  '@alicloud/openapi-core': async ({ code }, directory) => {
    const client = createRequire(join(directory, 'package.json')).resolve('@alicloud/alidns20150109');
    const core = createRequire(client).resolve('@alicloud/openapi-core');
    const [folder = ''] = /^.*openapi-core(?=[\\/]dist)/.exec(core) ?? [];
    const program = `import { alidns } from '@domainproof/provider-alidns';\n${code}console.log(provider.id);\n`;
    const links = { '@alicloud/openapi-core': folder };
    expect(await runExample(directory, program, { links })).toBe('alidns\n');
  },

  // Of a vendor's package that the registry does not have: a test of the provider compiles and runs it with a stand-in.
  '@huaweicloud/huaweicloud-sdk-dns': async (_, directory) => {
    const own = readFileSync(join(directory, 'test', 'readme-client.test.ts'), 'utf8');
    expect(own).toContain('README.md');
  },

  '@domainproof/provider-rfc2136': async ({ code }, directory) => {
    const before = primary.records.slice();
    const variables = {
      RFC2136_NAMESERVER: primary.server,
      RFC2136_TSIG_KEY: KEY_NAME,
      RFC2136_TSIG_SECRET: SECRET,
    };
    expect(await runExample(directory, code, { variables })).not.toBe('');
    expect(primary.records).toEqual(before);
  },

  // A config file, which a test of the command line loads.
  defineConfig: async (_, directory) => {
    const own = readFileSync(join(directory, 'test', 'readme-config.test.ts'), 'utf8');
    expect(own).toContain('README.md');
  },

  // It takes a certificate authority, which another test starts.
  "'acme-client'": async () => {
    const own = readFileSync(join(root, 'tests', 'examples-certificates.test.ts'), 'utf8');
    expect(own).toContain('packages/cli/README.md');
  },

  // A test file, beside a world of the author's.
  "'./world.js'": async ({ code }, directory) => {
    const folder = mkdtempSync(join(directory, '.example-'));
    try {
      writeFileSync(join(folder, 'example.test.js'), code);
      writeFileSync(
        join(folder, 'world.js'),
        `import { valueWorld } from '../test/reference/worlds.ts';
         export { valueFacts as facts } from '../test/reference/value-cloud.ts';
         export const makeWorld = valueWorld();`,
      );
      writeFileSync(join(folder, 'vitest.config.js'), 'export default {};');
      const vitest = join(root, 'node_modules', '.bin', 'vitest');
      const { stdout } = await run(vitest, ['run', '--root', folder], {
        env: { ...environment, NO_COLOR: '1' },
      });
      expect(stdout).toMatch(/Tests {2}(\d{3,}) passed \(\1\)/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

describe.each(['README.md', ...packages.map(({ folder }) => `packages/${folder}/README.md`)])(
  '%s',
  (page) => {
    const directory = join(root, dirname(page));
    const programs = blocksOf(page).filter(({ language }) => ['ts', 'js'].includes(language));

    test('has an example', () => expect(programs).not.toEqual([]));

    test.each(programs)('has an example at line $line that runs as it stands', async (block) => {
      const special = Object.keys(SPECIAL).find((text) => block.code.includes(text));
      if (special) await SPECIAL[special]!(block, directory);
      else expect(await runExample(directory, block.code)).not.toBe('');
      expect(simulator.records('huaweicloud', 'example.com')).toEqual([]);
      expect(simulator.records('alidns', 'example.net')).toEqual([]);
    });
  },
);

test('examples/prove.ts proves the challenges and takes them away', async () => {
  const tsx = join(root, 'node_modules', '.bin', 'tsx');
  const journal = join(mkdtempSync(join(tmpdir(), 'prove-')), 'leases.jsonl');
  const env = { ...environment, DOMAINPROOF_JOURNAL: journal };
  const { stdout } = await run(tsx, ['examples/prove.ts', 'examples/challenges.json'], { cwd: root, env });
  expect(stdout.match(/is visible after/g)).toHaveLength(4);
  expect(stdout.match(/removed/g)).toHaveLength(4);
});

test('the two commands for a new user are the first command lines of the README', () => {
  const commands = examples('README.md', 'sh').flatMap(({ code }) => code.trim().split('\n'));
  expect(commands.slice(0, 2)).toEqual(['npx --yes pnpm@10 demo', 'npx --yes pnpm@10 test']);
});
