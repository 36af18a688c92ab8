import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Simulator, startSimulator } from '@domainproof/simulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEY_NAME, SECRET } from '../packages/provider-rfc2136/test/support/answer.js';
import { type Primary, startPrimary } from '../packages/provider-rfc2136/test/support/primary.js';
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

function examples(readme: string): string[] {
  return [...readFileSync(readme, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(
    ([, code]) => code as string,
  );
}

/** Runs in a folder inside the package, so that imports are found as a user's would be. */
async function runExample(directory: string, code: string, variables = {}): Promise<string> {
  const folder = mkdtempSync(join(directory, '.example-'));
  try {
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

describe.each(packages)('the README of $name', ({ directory }) => {
  test('has an example that runs as it stands and leaves nothing behind', async () => {
    const [first] = examples(join(directory, 'README.md'));
    if (!first) throw new Error('There is no ts example in the README.');
    const before = primary.records.slice();
    const server = {
      RFC2136_NAMESERVER: primary.server,
      RFC2136_TSIG_KEY: KEY_NAME,
      RFC2136_TSIG_SECRET: SECRET,
    };
    const variables = directory.endsWith('provider-rfc2136') ? server : {};
    expect(await runExample(directory, first, variables)).not.toBe('');
    expect(primary.records).toEqual(before);
    expect(simulator.records('huaweicloud', 'example.com')).toEqual([]);
    expect(simulator.records('alidns', 'example.net')).toEqual([]);
  });
});

test('the example of the verifier for many names runs as it stands', async () => {
  const directory = join(root, 'packages', 'propagation-verifier');
  const many = examples(join(directory, 'README.md')).find((code) => code.includes('verifyMany'));
  expect(await runExample(directory, many ?? '')).toBe('1000 of 1000 names are not visible\n');
});

test('the example of perspectives in the README of the verifier sees a record that is there', async () => {
  const { directory } = packages.find(({ folder }) => folder === 'propagation-verifier')!;
  const code = examples(join(directory, 'README.md')).find((example) => example.includes('perspectives:'));
  const record = { name: '_dnsauth', type: 'TXT', value: '202601020304abcdef' } as const;
  const world = await startSimulator({
    zones: [{ name: 'example.com', cloud: 'huaweicloud', records: [record] }],
  });
  try {
    expect(await runExample(directory, code ?? '', world.env)).toBe(
      '_dnsauth.example.com. is visible\n  office visible\n',
    );
  } finally {
    await world.close();
  }
});

test('the example of the README of the project runs as it stands', async () => {
  // A user's own resolver and port 53 are the defaults; here the simulator's take their place.
  const { resolver, authoritativePort } = simulator;
  const options = JSON.stringify({ resolvers: [resolver], authoritativePort });
  const code = examples(join(root, 'README.md'))[0]?.replace(
    'createVerifier()',
    `createVerifier(${options})`,
  );
  const output = await runExample(root, code ?? '');
  expect(output).toBe('every authoritative name server serves it\n');
});

test('examples/prove.ts proves the challenges and takes them away', async () => {
  const tsx = join(root, 'node_modules', '.bin', 'tsx');
  const journal = join(mkdtempSync(join(tmpdir(), 'prove-')), 'leases.jsonl');
  const env = { ...environment, DOMAINPROOF_JOURNAL: journal };
  const { stdout } = await run(tsx, ['examples/prove.ts', 'examples/challenges.json'], { cwd: root, env });
  expect(stdout.match(/is visible after/g)).toHaveLength(4);
  expect(stdout.match(/removed/g)).toHaveLength(4);
});

test('the two commands for a new user are the first command lines of the README', () => {
  const lines = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)];
  const commands = lines.flatMap(([, block]) => (block as string).split('\n')).filter((line) => line !== '');
  expect(commands.slice(0, 2)).toEqual(['npx --yes pnpm@10 demo', 'npx --yes pnpm@10 test']);
});
