import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useSimulator } from '../harness.js';
import { digest, HYPHENED } from './challenges.js';

const world = useSimulator();
const NAME = '_acme-challenge.example.com';
const acmeSh = (...words: string[]) => world.run(['hook', 'acme.sh', ...words]);
const values = () => world.values('huaweicloud', NAME);

test('add writes and waits, rm takes away, and a value may begin with a hyphen', async () => {
  for (const value of [digest('plain'), HYPHENED]) {
    expect(await acmeSh('add', NAME, value)).toMatchObject({ code: 0, stdout: '' });
    expect(values()).toEqual([value]);
    expect(await acmeSh('rm', NAME, value)).toMatchObject({ code: 0, stdout: '' });
    expect(values()).toEqual([]);
  }
});

test('an add that fails leaves nothing behind, as acme.sh removes only what it could add', async () => {
  world.simulator.addZone({ name: 'sleepy.example', cloud: 'huaweicloud', delegated: false });
  const words = ['_acme-challenge.sleepy.example', digest('sleepy')];
  expect((await acmeSh('--timeout', '1s', 'add', ...words)).code).toBe(1);
  expect(world.values('huaweicloud', words[0]!)).toEqual([]);
  expect(await world.leases()).toEqual([]);
});

test.each([
  [[], 'There are no words.'],
  [['remove', NAME, 'x'], '"remove" is no action.'],
  [['add', NAME], 'There must be two words behind the action.'],
])('%j is no call of acme.sh', async (words, message) => {
  const { code, stderr } = await acmeSh(...words);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

/**
 * What acme.sh does with a file of its dnsapi folder: reads it into a subshell that has its own functions, and calls one. Its account.conf
 * is a folder here, with a file for each name.
 */
const STAND_IN = `
_saveaccountconf_mutable() { printf '%s' "$2" > "$CONF/SAVED_$1"; }
_readaccountconf_mutable() { cat "$CONF/SAVED_$1" 2>/dev/null; }
( . "$API" || exit 9
  command -v "dns_domainproof_$1" > /dev/null || exit 8
  if ! "dns_domainproof_$1" "$2" "$3"; then exit 1; fi )
`;

describe('the file of --print-config', () => {
  const conf = join(world.folder, 'account conf');
  const api = join(world.folder, 'dns_domainproof.sh');

  /** Runs one of its functions under a POSIX shell. */
  async function call(words: readonly string[], variables: Record<string, string>) {
    mkdirSync(conf, { recursive: true });
    const { simulator, env } = world;
    const child = spawn('sh', ['-eu', '-c', STAND_IN, 'acme.sh', ...words], {
      env: {
        ...simulator.env,
        PATH: process.env.PATH,
        HOME: world.folder,
        API: api,
        CONF: conf,
        ...variables,
      },
      stdio: 'ignore',
    });
    expect(env.DOMAINPROOF_JOURNAL).toBeDefined();
    return new Promise<number | null>((resolve) => child.on('close', resolve));
  }

  test('adds and removes, and keeps where the journal is for the runs of cron', async () => {
    const { stdout } = await world.run(['hook', 'acme.sh', '--print-config'], { env: world.simulator.env });
    writeFileSync(api, stdout);
    const DOMAINPROOF_JOURNAL = join(world.folder, 'a journal.jsonl');
    expect(await call(['add', NAME, HYPHENED], { DOMAINPROOF_JOURNAL })).toBe(0);
    expect(values()).toEqual([HYPHENED]);
    expect(readFileSync(DOMAINPROOF_JOURNAL, 'utf8')).toContain(HYPHENED);
    // Another day, without the variable.
    expect(await call(['rm', NAME, HYPHENED], {})).toBe(0);
    expect(values()).toEqual([]);
    expect(readFileSync(join(conf, 'SAVED_DOMAINPROOF_JOURNAL'), 'utf8')).toBe(DOMAINPROOF_JOURNAL);
  });

  test('tells a failure by its return code', async () => {
    expect(await call(['add', '_acme-challenge.example.org', digest('x')], {})).toBe(1);
    expect(await call(['add', NAME, 'no-digest'], {})).toBe(1);
  });
});
