import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rmdir, stat, unlink, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { sleep } from '../sleep.js';
import type { Unlock } from './journal.js';

/** How often a holder shows that it lives, and after how long without a sign its lock is taken from it. */
const HEARTBEAT_MS = 5_000;
const DEAD_AFTER_MS = 60_000;
/** A process that died while it was clearing a dead lock leaves its mark behind for this long at most. */
const CLEARING_TAKES_MS = 10_000;

interface Holder {
  token: string;
  pid: number;
  host: string;
}

/**
 * A lock between processes: a file that only one of them can create. The lock of a process that died is cleared: at once
 * if the process is known to be gone from this host, else when its file has not been touched for a minute.
 *
 * @throws DnsError `ABORTED` or `TIMEOUT` if the signal fires while waiting.
 */
export async function lockFile(directory: string, key: string, signal: AbortSignal): Promise<Unlock> {
  const path = join(directory, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.lock`);
  const holder: Holder = { token: randomUUID(), pid: process.pid, host: hostname() };
  await mkdir(directory, { recursive: true, mode: 0o700 });
  let pause = 10;
  while (!(await create(path, holder))) {
    if (await isDead(path)) await clear(path);
    else {
      await sleep(pause * (0.5 + Math.random()), signal);
      pause = Math.min(pause * 1.5, 250);
    }
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {}); // The lock was taken from us; `unlock` finds out by its token.
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return async () => {
    clearInterval(heartbeat);
    if ((await readHolder(path))?.token === holder.token) await unlink(path).catch(ignoreMissing);
  };
}

async function create(path: string, holder: Holder): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify(holder));
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isDead(path: string): Promise<boolean> {
  const touched = await stat(path).then(
    (found) => found.mtimeMs,
    () => undefined,
  );
  if (touched === undefined) return false; // Freed meanwhile: the next attempt to create it decides.
  const holder = await readHolder(path);
  if (holder?.host === hostname() && !isAlive(holder.pid)) return true;
  return Date.now() - touched > DEAD_AFTER_MS;
}

/** Two waiters may find the same dead lock: only the one that makes the mark removes it, after another look. */
async function clear(path: string): Promise<void> {
  const mark = `${path}.clearing`;
  try {
    await mkdir(mark);
  } catch {
    const since = await stat(mark).then(
      (found) => found.mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - since > CLEARING_TAKES_MS) await rmdir(mark).catch(ignoreMissing);
    return;
  }
  try {
    if (await isDead(path)) await unlink(path).catch(ignoreMissing);
  } finally {
    await rmdir(mark).catch(ignoreMissing);
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined; // Not there, or its creator has not written it yet.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
