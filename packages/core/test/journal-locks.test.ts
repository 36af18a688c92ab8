import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileJournal } from '../src/index.js';
import { lease } from './journal-lease.js';

const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const never = new AbortController().signal;

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-'));
  file = join(directory, 'leases.jsonl');
});
afterEach(() => rmSync(directory, { recursive: true }));

interface Holder {
  pid: number;
  host: string;
  started?: string;
}

/** The path of the lock of `set`, and what a lock of this process says. */
async function aLock(): Promise<{ path: string; own: Holder }> {
  const unlock = await fileJournal({ file }).lock('set', never);
  const [name] = readdirSync(`${file}.locks`) as [string];
  const path = join(`${file}.locks`, name);
  const own = JSON.parse(readFileSync(path, 'utf8')) as Holder;
  await unlock();
  expect(readdirSync(`${file}.locks`)).toEqual([]);
  return { path, own };
}

const take = (signal: AbortSignal = never) => fileJournal({ file }).lock('set', signal);
const age = (path: string, seconds: number) => {
  const then = new Date(Date.now() - seconds * 1_000);
  utimesSync(path, then, then);
};
const isTaken = { code: 'TIMEOUT' };

test('a lock names its process, and nothing of it is left when it is free', async () => {
  const { own } = await aLock();
  expect(own.pid).toBe(process.pid);
  expect(own.host).not.toBe('');
});

test('the lock of a process that died is taken, also if another process has its id by now', async () => {
  const { path, own } = await aLock();
  const dead = fork('-e', { execPath: process.execPath, execArgv: ['-e', '0'], stdio: 'ignore' });
  await once(dead, 'exit');
  writeFileSync(path, JSON.stringify({ ...own, pid: dead.pid }));
  await (await take())();
  if (own.started === undefined) return; // Only Linux tells when a process began.
  writeFileSync(path, JSON.stringify({ ...own, pid: process.ppid, started: '1' }));
  await (await take())();
  writeFileSync(path, JSON.stringify(own));
  await expect(take(AbortSignal.timeout(800))).rejects.toMatchObject(isTaken);
});

test('what may be alive keeps its lock for a minute after its last sign', async () => {
  const { path, own } = await aLock();
  const holders = [
    { ...own, host: 'elsewhere' }, // Nobody here can tell.
    { ...own, pid: process.ppid, started: undefined },
    { ...own, pid: -1 }, // Would ask about every process there is.
    'not written by this program',
  ];
  for (const holder of holders) {
    writeFileSync(path, JSON.stringify(holder));
    age(path, 50);
    await expect(take(AbortSignal.timeout(800)), JSON.stringify(holder)).rejects.toMatchObject(isTaken);
    age(path, 61);
    await (await take())();
  }
});

test('a lock file that stays empty has lost its creator, and is taken', async () => {
  const { path } = await aLock();
  writeFileSync(path, '');
  await expect(take(AbortSignal.timeout(800))).rejects.toMatchObject(isTaken);
  age(path, 3);
  await (await take())();
});

test('what a process left that died while it waited, or while it cleared a dead lock, is in nobody’s way', async () => {
  const { path } = await aLock();
  writeFileSync(path, '');
  age(path, 61);
  mkdirSync(`${path}.clearing`);
  age(`${path}.clearing`, 11);
  writeFileSync(`${path}.turn`, '');
  age(`${path}.turn`, 6);
  await (await take())();
  expect(readdirSync(`${file}.locks`)).toEqual([]);
});

test('a waiter that gives up leaves its turn to the next one', async () => {
  const unlock = await take();
  await expect(take(AbortSignal.timeout(50))).rejects.toMatchObject(isTaken);
  const next = take();
  await unlock();
  await (await next)();
});

/** Takes the lock, says so, and frees it when it is told to. */
const HOLDER = `
  import { fileJournal } from ${JSON.stringify(built)};
  const unlock = await fileJournal({ file: process.argv[1] }).lock('set', new AbortController().signal);
  console.log('held');
  process.stdin.once('data', async () => {
    await unlock();
    console.log('freed');
    process.exit();
  });
`;

test('a process that was stopped for more than a minute loses its lock, and frees nobody else’s when it goes on', async () => {
  const { path } = await aLock();
  const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    await once(holder.stdout, 'data');
    holder.kill('SIGSTOP');
    await expect(take(AbortSignal.timeout(800))).rejects.toMatchObject(isTaken);
    age(path, 61);
    const unlock = await take();
    const freed = once(holder.stdout, 'data');
    holder.kill('SIGCONT');
    holder.stdin.write('free it\n');
    await freed;
    expect(existsSync(path)).toBe(true);
    expect(JSON.parse(readFileSync(path, 'utf8')).pid).toBe(process.pid);
    await unlock();
  } finally {
    holder.kill('SIGKILL');
  }
}, 60_000);

/** Keeps writing and dropping leases, so that the file is written anew again and again, until it is told to stop. */
const WRITER = `
  import { fileJournal } from ${JSON.stringify(built)};
  const [file, sample, name] = process.argv.slice(1);
  const journal = fileJournal({ file });
  let stop = false;
  process.stdin.once('data', () => { stop = true; });
  for (let turn = 0; !stop; turn += 1) {
    const many = Array.from({ length: 150 }, (_, index) => ({ ...JSON.parse(sample), id: name + ' ' + turn + ' ' + index }));
    await journal.put(many);
    await journal.drop(many.slice(1).map(({ id }) => id));
    if (turn > 0) await journal.drop([name + ' ' + (turn - 1) + ' 0']);
    console.log(turn);
  }
  process.exit();
`;

test('two writers and a reader share a file that is written anew all the time: every lease is seen, and the file stays small', async () => {
  const journal = fileJournal({ file });
  await journal.put([lease('mine')]);
  const writers = ['one', 'two'].map((name) =>
    spawn(process.execPath, ['--input-type=module', '-e', WRITER, file, JSON.stringify(lease('')), name], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  let turns = 0;
  for (const writer of writers)
    writer.stdout.on('data', (text) => {
      turns += String(text).trim().split('\n').length;
    });
  let longest = 0;
  while (turns < 60) {
    const fresh = fileJournal({ file });
    for (const reader of [journal, fresh]) expect((await reader.all()).map(({ id }) => id)).toContain('mine');
    longest = Math.max(longest, readFileSync(file, 'utf8').split('\n').length);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(
    writers.map(async (writer) => {
      writer.stdin.write('stop\n');
      await once(writer, 'exit');
    }),
  );
  expect(await fileJournal({ file }).all()).toEqual(await journal.all());
  expect((await journal.all()).map(({ id }) => id.split(' ')[0]).sort()).toEqual(['mine', 'one', 'two']);
  expect(longest).toBeLessThan(2_000);
}, 120_000);
