import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { useSimulator } from './harness.js';

/** The built program: `pnpm build` makes it. */
const BIN = fileURLToPath(new URL('../dist/bin.cjs', import.meta.url));
const world = useSimulator({ serverDelaysMs: { huaweicloud: [0, 200], alidns: [0, 200] } });

/** Makes Node write the address of every ES module that is resolved to standard error. */
const TELL_MODULES = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(`
    import { writeSync } from 'node:fs';
    export async function resolve(specifier, context, next) {
      const resolved = await next(specifier, context);
      writeSync(2, 'MODULE ' + resolved.url + '\\n');
      return resolved;
    }`)}));`)}`;

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts the program; `onOutput` gets all that standard output or standard error holds so far. */
function start(argv: readonly string[], onOutput?: OnOutput): Promise<Ended> {
  return startProgram(process.execPath, [BIN, ...argv], onOutput);
}

type OnOutput = (text: string, kill: (signal: NodeJS.Signals) => void) => void;

function startProgram(
  program: string,
  argv: readonly string[],
  onOutput: OnOutput = () => {},
): Promise<Ended> {
  const env = { ...world.env, PATH: process.env.PATH };
  const child = spawn(program, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  // Once: a second signal ends the program without its last words.
  const kill = (signal: NodeJS.Signals) => void (child.killed || child.kill(signal));
  const tell = () => onOutput(stdout + stderr, kill);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    tell();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    tell();
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

describe('the built program', () => {
  test('can be executed', () => {
    accessSync(BIN, constants.X_OK);
  });

  test.each([['--version'], ['--help'], ['prove', '--help'], ['demo', '--help'], ['nonsense']])(
    '%s %s loads no provider, SDK, verifier or simulator',
    (...argv) => {
      const { stderr } = spawnSync(
        process.execPath,
        ['--import', TELL_MODULES, BIN, ...argv.filter(Boolean)],
        { encoding: 'utf8' },
      );
      const loaded = stderr.split('\n').filter((line) => line.startsWith('MODULE '));
      expect(loaded.some((line) => line.includes('/dist/bin.cjs'))).toBe(true);
      expect(
        loaded.filter((line) => /provider-|verifier|simulator|@alicloud|@huaweicloud|dns-packet/.test(line)),
      ).toEqual([]);
    },
  );

  test('--version loads nothing but its own files and node:util', () => {
    const { stderr } = spawnSync(process.execPath, ['--import', TELL_MODULES, BIN, '--version'], {
      encoding: 'utf8',
    });
    const loaded = stderr.split('\n').filter((line) => line.startsWith('MODULE '));
    expect(
      loaded.filter((line) => !line.includes('/packages/cli/dist/') && line !== 'MODULE node:util'),
    ).toEqual([]);
  });

  test('proves and removes, with clean streams and exit codes', async () => {
    const proved = await start(['prove', '_process.example.com', 'TXT', 'v', '--json']);
    expect(proved.code).toBe(0);
    const { lease } = JSON.parse(proved.stdout).records[0];
    const removed = await start(['remove', lease.id, '--json', '--quiet']);
    expect([removed.code, JSON.parse(removed.stdout).removed, removed.stderr]).toEqual([0, 1, '']);
    expect((await start(['prove', 'x'])).code).toBe(2);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends it with 130 and the way to remove what was written',
    async (signal) => {
      const name = `_${signal.toLowerCase()}.sleepy.example`;
      if (signal === 'SIGINT')
        world.simulator.addZone({ name: 'sleepy.example', cloud: 'huaweicloud', delegated: false });
      const ended = await start(['prove', name, 'TXT', 'v', '--keep-waiting'], (text, kill) => {
        if (text.includes('\nservers ')) kill(signal);
      });
      expect(ended.code).toBe(130);
      expect(ended.stderr).toMatch(/error: Interrupted\.\nhint: .*domainproof remove huaweicloud-/);
      const id = /domainproof remove (\S+)/.exec(ended.stderr)![1]!;
      expect(JSON.parse((await start(['remove', id, '--json'])).stdout).removed).toBe(1);
    },
  );

  test('ends quietly when its reader goes away', async () => {
    const script = `"${process.execPath}" "${BIN}" --help | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['0\n', '']);
  });

  test('simulate prints settings that work, and ends with 0 when it is interrupted', async () => {
    const ended = await start(
      ['simulate', '--zone', 'huaweicloud:shop.example', '--delay', '0-10'],
      (text, kill) => {
        if (text.includes('Ctrl-C')) kill('SIGINT');
      },
    );
    expect(ended.code).toBe(0);
    const names = ended.stdout
      .trimEnd()
      .split('\n')
      .map((line) => /^export ([A-Z_]+)=\S+$/.exec(line)?.[1]);
    expect(names).toEqual(expect.arrayContaining(Object.keys(world.simulator.env)));
    expect(names).not.toContain(undefined);
  });

  test('serve ends with 0 when it is interrupted, and tells of two at one address', async () => {
    const file = join(world.folder, 'token');
    writeFileSync(file, 'a-token-that-is-long-enough');
    const flags = ['serve', '--token-file', file, '--listen'];
    let second: Promise<Ended> | undefined;
    const first = await start([...flags, '127.0.0.1:0'], (text, kill) => {
      const address = /^Listening on http:\/\/(\S+)$/m.exec(text)?.[1];
      if (!address || second) return;
      second = start([...flags, address]);
      second.then(() => kill('SIGTERM'));
    });
    expect([first.code, first.stderr]).toEqual([0, '']);
    const { code, stdout, stderr } = await second!;
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(/^error: .* is in use\.\nhint: /)]);
  });

  test('simulate --json is one document, and wrong zones and delays are usage errors', async () => {
    const ended = await start(['simulate', '--json'], (text, kill) => {
      if (text.includes('Ctrl-C')) kill('SIGTERM');
    });
    expect(Object.keys(JSON.parse(ended.stdout).env)).toEqual(
      expect.arrayContaining(Object.keys(world.simulator.env)),
    );
    expect((await start(['simulate', '--zone', 'example.com'])).stderr).toContain(
      '--zone takes huaweicloud:NAME or alidns:NAME',
    );
    expect((await start(['simulate', '--delay', '5-1'])).stderr).toContain('--delay takes milliseconds');
  });
});

const SCRIPT = '/usr/bin/script';
// On a machine without util-linux the injected terminal of matrix.test.ts is the only one.
describe.skipIf(!existsSync(SCRIPT))('on a real terminal (util-linux script)', () => {
  test('the matrix is drawn, the last picture stays and the cursor comes back', async () => {
    const command = `"${process.execPath}" "${BIN}" prove _pty.example.com TXT v`;
    const { stdout, code } = await startProgram(SCRIPT, ['-qec', command, '/dev/null']);
    expect(code).toBe(0);
    expect(stdout).toContain('\u001b[?25l');
    expect(stdout.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\u001b[?25l'));
    expect(stdout.split('\u001b[?2026h').length).toBeGreaterThan(2);
    expect(stdout).toContain('1 of 1 visible');
  });
});
