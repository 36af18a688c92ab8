import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fileJournal, type Journal, memoryJournal } from '../src/index.js';
import { lease } from './journal-lease.js';

vi.setConfig({ testTimeout: 120_000 }); // The machine may be busy.

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-'));
  file = join(directory, 'state', 'leases.jsonl');
});
afterEach(() => rmSync(directory, { recursive: true }));

const never = new AbortController().signal;

const ids = async (journal: Journal) => (await journal.all()).map(({ id }) => id);

describe.each([
  ['in memory', () => memoryJournal()],
  ['in a file', () => fileJournal({ file })],
])('a journal %s', (_, open) => {
  test('lists what was put and not dropped, oldest first', async () => {
    const journal = open();
    expect(await journal.all()).toEqual([]);
    await journal.put([lease('a'), lease('b'), lease('c')]);
    await journal.put([{ ...lease('a'), created: false }]);
    await journal.drop(['b', 'unknown']);
    expect(await journal.all()).toEqual([{ ...lease('a'), created: false }, lease('c')]);
  });

  test('takes changes that are asked for at the same time in their order', async () => {
    const journal = open();
    await Promise.all([journal.put([lease('first')]), journal.put([lease('a')]), journal.drop(['a'])]);
    await Promise.all([journal.drop(['first']), journal.put([lease('first')])]);
    expect(await ids(journal)).toEqual(['first']);
  });

  test('takes changes that are asked for together in their order', async () => {
    const journal = open();
    await Promise.all([
      journal.put([lease('a'), lease('b')]),
      journal.drop(['a']),
      journal.put([lease('c')]),
    ]);
    expect(await ids(journal)).toEqual(['b', 'c']);
  });

  test('lets one writer at a time hold a key, in the order in which they came', async () => {
    const journal = open();
    const order: string[] = [];
    const work = async (name: string) => {
      const unlock = await journal.lock('set', never);
      order.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`${name} out`);
      await unlock();
    };
    const other = await journal.lock('another set', never);
    await Promise.all([work('one'), work('two'), work('three')]);
    await other();
    expect(order).toEqual(['one in', 'one out', 'two in', 'two out', 'three in', 'three out']);
  });

  test('gives up its place in the queue when aborted, and those behind it go on', async () => {
    const journal = open();
    const unlock = await journal.lock('set', never);
    const controller = new AbortController();
    const second = journal.lock('set', controller.signal);
    const third = journal.lock('set', never);
    controller.abort();
    await expect(second).rejects.toMatchObject({ code: 'ABORTED' });
    await unlock();
    await (await third)();
  });
});

test.each([
  ['in memory', () => memoryJournal()],
  ['in a file', () => fileJournal({ file })],
])('whoever comes after a waiter that gave up waits for the holder all the same, %s', async (_, open) => {
  const journal = open();
  const unlock = await journal.lock('set', never);
  await expect(journal.lock('set', AbortSignal.timeout(10))).rejects.toMatchObject({ code: 'TIMEOUT' });
  await expect(journal.lock('set', AbortSignal.timeout(10))).rejects.toMatchObject({ code: 'TIMEOUT' });
  await unlock();
  await (await journal.lock('set', never))();
});

describe('a journal in a file', () => {
  test('is read by another journal of the same file', async () => {
    await fileJournal({ file }).put([lease('a')]);
    expect(await ids(fileJournal({ file }))).toEqual(['a']);
  });

  test('is for its owner only, and made so if it was not', async () => {
    const journal = fileJournal({ file });
    await journal.put([lease('a')]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'state')).mode & 0o777).toBe(0o700);
    chmodSync(file, 0o644);
    await journal.put([lease('b')]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('passes over a torn last line, and later entries do not become its end', async () => {
    const journal = fileJournal({ file });
    await journal.put([lease('a'), lease('b')]);
    appendFileSync(file, '{"drop":"a');
    expect(await ids(journal)).toEqual(['a', 'b']);
    await journal.drop(['b']);
    expect(await ids(journal)).toEqual(['a']);
  });

  test('of another kind is refused and left as it is', async () => {
    const foreign = join(directory, 'notes.txt');
    writeFileSync(foreign, 'dear diary\nsecond line\n');
    await expect(fileJournal({ file: foreign }).all()).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('not a lease journal'),
    });
    expect(readFileSync(foreign, 'utf8')).toBe('dear diary\nsecond line\n');
  });

  test('that cannot be written is told with its path', async () => {
    await expect(fileJournal({ file: directory }).put([lease('a')])).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining(directory),
    });
  });

  test('does not grow without end', async () => {
    const journal = fileJournal({ file });
    const many = Array.from({ length: 1_500 }, (_, index) => lease(`lease-${index}`));
    await journal.put(many);
    await journal.drop(many.slice(1).map(({ id }) => id));
    await journal.put([lease('last')]);
    expect(readFileSync(file, 'utf8').trim().split('\n').length).toBeLessThan(10);
    expect(await ids(journal)).toEqual(['lease-0', 'last']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('takes the lock of a process that died, at once', async () => {
    const journal = fileJournal({ file });
    const unlock = await journal.lock('set', never);
    const [lock] = readdirSync(`${file}.locks`) as [string];
    const path = join(`${file}.locks`, lock);
    const holder = JSON.parse(readFileSync(path, 'utf8'));
    const dead = fork('-e', { execPath: process.execPath, execArgv: ['-e', '0'], stdio: 'ignore' });
    await once(dead, 'exit');
    writeFileSync(path, JSON.stringify({ ...holder, pid: dead.pid }));
    await (await fileJournal({ file }).lock('set', never))();
    expect(existsSync(path)).toBe(false);
    await unlock();
  });

  test('takes a lock from another host that has not been touched for a minute', async () => {
    const journal = fileJournal({ file });
    const unlock = await journal.lock('set', never);
    const [lock] = readdirSync(`${file}.locks`) as [string];
    const path = join(`${file}.locks`, lock);
    writeFileSync(path, JSON.stringify({ pid: 1, host: 'elsewhere' }));
    const waiting = AbortSignal.timeout(100);
    await expect(fileJournal({ file }).lock('set', waiting)).rejects.toMatchObject({ code: 'TIMEOUT' });
    const old = new Date(Date.now() - 61_000);
    utimesSync(path, old, old);
    await (await fileJournal({ file }).lock('set', never))();
    await unlock();
  });

  test('a holder whose lock was taken does not free the lock of the next one', async () => {
    const unlock = await fileJournal({ file }).lock('set', never);
    const [lock] = readdirSync(`${file}.locks`) as [string];
    const path = join(`${file}.locks`, lock);
    rmSync(path);
    writeFileSync(path, JSON.stringify({ pid: process.pid, host: 'x' }));
    await unlock();
    expect(existsSync(path)).toBe(true);
  });
});
