import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { useSimulator } from '../harness.js';
import { digest, HYPHENED, runFiles } from './challenges.js';

const BIN = fileURLToPath(new URL('../../dist/bin.cjs', import.meta.url));
const world = useSimulator();
const FOLDER = { BASEDIR: '/var/lib/dehydrated' };
const dehydrated = (words: readonly string[], variables: Record<string, string> = FOLDER) =>
  world.run(['hook', 'dehydrated', ...words], { env: { ...world.env, ...variables } });
const values = () => world.values('huaweicloud', '_acme-challenge.example.com');
const triples = (...names: string[]) =>
  names.flatMap((name) => [name.replace(/^\*\./, ''), `token-${name}`, digest(name)]);

test('a chain of many names is one write for each record set and one wait, and so is taking them away', async () => {
  const words = triples('example.com', '*.example.com', 'example.net', '*.example.net');
  const before = world.simulator.calls.length;
  const deployed = await dehydrated(['--json', 'deploy_challenge', ...words]);
  expect(deployed.code).toBe(0);
  expect(deployed.json().records).toHaveLength(4);
  expect(values()).toEqual([digest('example.com'), digest('*.example.com')].sort());
  const creates = () =>
    world.simulator.calls
      .slice(before)
      .filter(({ operation }) => /^Create.*RecordSet|BatchDomain|^Add/.test(operation));
  expect(creates().filter(({ cloud }) => cloud === 'huaweicloud')).toHaveLength(1);
  expect(await dehydrated(['clean_challenge', ...words])).toMatchObject({
    code: 0,
    stdout: '',
    stderr: '4 values removed, 0 gone before, 0 kept\n',
  });
  expect(values()).toEqual([]);
  expect(runFiles(world.env.DOMAINPROOF_JOURNAL!).texts).toEqual([]);
});

test('without HOOK_CHAIN each name is a call of its own', async () => {
  for (const name of ['example.com', '*.example.com'])
    expect(await dehydrated(['deploy_challenge', ...triples(name)])).toMatchObject({ code: 0, stdout: '' });
  expect(values()).toHaveLength(2);
  for (const name of ['example.com', '*.example.com'])
    expect((await dehydrated(['clean_challenge', ...triples(name)])).code).toBe(0);
  expect(values()).toEqual([]);
});

test('tokens and digests may look like flags', async () => {
  const words = ['example.com', '--json', HYPHENED];
  expect(await dehydrated(['deploy_challenge', ...words])).toMatchObject({ code: 0, stdout: '' });
  expect(values()).toEqual([HYPHENED]);
  expect((await dehydrated(['clean_challenge', ...words])).code).toBe(0);
});

test.each([
  'this_hookscript_is_broken__dehydrated_is_working_fine__please_ignore_unknown_hooks_in_your_script',
  'startup_hook',
  'generate_csr',
  'sync_cert',
  'deploy_cert',
  'deploy_ocsp',
  'unchanged_cert',
  'invalid_challenge',
  'request_failure',
  'exit_hook',
])('%s is passed over without a word', async (hook) => {
  const words = ['--provider', 'nobody', hook, '--help', 'example.com'];
  expect(await dehydrated(words)).toMatchObject({ code: 0, stdout: '', stderr: '' });
});

test.each(['http-01 key.authorization', `tls-alpn-01 ${'0a:'.repeat(31)}0a`])(
  'another kind of challenge is refused: %s',
  async (text) => {
    const [, keyAuthorization] = text.split(' ');
    const { code, stderr } = await dehydrated([
      'deploy_challenge',
      'example.com',
      'token',
      keyAuthorization!,
    ]);
    expect(code).toBe(5);
    expect(stderr).toContain('have the client use dns-01');
  },
);

test.each([
  [[]],
  [['deploy_challenge']],
  [['deploy_challenge', 'a', 'b']],
  [['clean_challenge', 'a', 'b', 'c', 'd']],
])('%j is no call of dehydrated', async (words) => {
  const { code, stderr } = await dehydrated(words);
  expect(code).toBe(2);
  expect(stderr).toContain('dehydrated calls its hook as: deploy_challenge|clean_challenge');
});

describe('exit_hook takes away what its process deployed and did not clean', () => {
  test('and asks nobody if that is nothing', async () => {
    await dehydrated(['deploy_challenge', ...triples('example.com', '*.example.com')]);
    expect(await dehydrated(['exit_hook', 'Challenge is invalid!'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '2 values removed, 0 gone before, 0 kept\n',
    });
    expect(values()).toEqual([]);
    const calls = world.simulator.calls.length;
    expect(await dehydrated(['exit_hook', ''])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(world.simulator.calls).toHaveLength(calls);
  });

  test('also of a chain of which a part could not be written', async () => {
    const { code } = await dehydrated(['deploy_challenge', ...triples('example.com', 'example.org')]);
    expect(code).toBe(4);
    await dehydrated(['exit_hook', 'deploy_challenge hook returned with non-zero exit code']);
    expect(values()).toEqual([]);
    expect(await world.leases()).toEqual([]);
  });

  test('but nothing of a process that works in another folder, or in another process group', async () => {
    await dehydrated(['deploy_challenge', ...triples('example.com')], { BASEDIR: '/srv/other' });
    await dehydrated(['exit_hook', '']);
    expect(values()).toEqual([digest('example.com')]);

    await inGroupOfItsOwn(['hook', 'dehydrated', 'deploy_challenge', ...triples('*.example.com')]);
    await dehydrated(['exit_hook', '']);
    expect(values()).toEqual([digest('example.com'), digest('*.example.com')].sort());
    await dehydrated(['clean_challenge', ...triples('example.com', '*.example.com')]);
  });

  test('and no value that was there before', async () => {
    const [, , value] = triples('example.com');
    const env = { ...world.env, DOMAINPROOF_JOURNAL: `${world.folder}/before.jsonl` };
    await world.run(['add', '_acme-challenge.example.com', 'TXT', value!], { env });
    await dehydrated(['deploy_challenge', ...triples('example.com')]);
    await dehydrated(['exit_hook', '']);
    expect(values()).toEqual([value]);
  });
});

function inGroupOfItsOwn(argv: readonly string[]): Promise<number | null> {
  const env = { ...process.env, ...world.env, ...FOLDER };
  const child = spawn(process.execPath, [BIN, ...argv], { env, stdio: 'ignore', detached: true });
  return new Promise((resolve) => child.on('close', resolve));
}
