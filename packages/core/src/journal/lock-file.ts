import {
  closeSync,
  existsSync,
  fstatSync,
  futimesSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { sleep } from '../sleep.js';
import { hasEnded, type ProcessIdentity, thisProcess } from './process-identity.js';

/** A lock file is written right after it was created. One that is still empty after this has lost its creator in between. */
const WRITTEN_AFTER_MS = 2_000;
/** A process that died while it was clearing a dead lock leaves its mark behind for this long at most. */
const CLEARING_TAKES_MS = 10_000;
/** How often a waiter looks whether the holder lives. */
const LOOK_EVERY_MS = 300;

interface Kind {
  /** How often a holder shows that it lives, and after how long without a sign its lock is taken from it. */
  heartbeatMs: number;
  deadAfterMs: number;
  /** Pauses between two attempts, before jitter: a tenth of the time that was waited so far, within these bounds. */
  shortestPauseMs: number;
  longestPauseMs: number;
}

const LOCK: Kind = { heartbeatMs: 5_000, deadAfterMs: 60_000, shortestPauseMs: 1, longestPauseMs: 10 };
/** The right to be the next one. Nothing is guarded by it, so that it may change hands sooner. */
const TURN: Kind = { heartbeatMs: 1_000, deadAfterMs: 5_000, shortestPauseMs: 10, longestPauseMs: 150 };

export interface FileLock {
  /** Does not throw: a lock file that cannot be removed counts as dead when this process has ended, or a minute later. */
  free(): void;
  /** False if the lock was taken away, since this process did not get to show that it lives for a minute. */
  isHeld(): boolean;
}

/**
 * A lock between processes: a file that only one of them can create. Of all that wait, one at a time has its turn and asks
 * often, so that the lock changes hands within milliseconds while a hundred waiters cost next to nothing. Nobody gets the
 * lock out of turn, so a process that frees it and wants it again at once does not keep it from the others.
 *
 * The lock of a process that died is cleared: within a second if the process is known to be gone from this host, else when
 * its file has not been touched for a minute. Hosts that share the directory need clocks that agree better than that.
 *
 * Files are created and looked at without leaving the thread: these calls take microseconds, and a way through the thread
 * pool for each of them makes everybody wait on a busy machine.
 *
 * @throws DnsError `ABORTED` or `TIMEOUT` if the signal fires while waiting.
 */
export async function lockFile(directory: string, key: string, signal: AbortSignal): Promise<FileLock> {
  // Loaded here, since loading it takes longer than loading the rest of this package.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const path = join(directory, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.lock`);
  const turn = await acquire(`${path}.turn`, TURN, signal);
  try {
    return await acquire(path, LOCK, signal);
  } finally {
    turn.free();
  }
}

async function acquire(path: string, kind: Kind, signal: AbortSignal): Promise<FileLock> {
  const since = performance.now();
  let lookAt = since + LOOK_EVERY_MS;
  for (;;) {
    const fd = create(path);
    if (fd !== undefined) return heldLock(path, fd, kind);
    if (performance.now() >= lookAt) {
      lookAt = performance.now() + LOOK_EVERY_MS;
      if (isDead(path, kind)) {
        clear(path, kind);
        continue;
      }
    }
    const waited = performance.now() - since;
    const pause = Math.min(Math.max(waited / 10, kind.shortestPauseMs), kind.longestPauseMs);
    await sleep(pause * (0.5 + Math.random()), signal);
  }
}

function heldLock(path: string, fd: number, { heartbeatMs }: Kind): FileLock {
  // Through the open file: after the lock was taken away, the next holder's file is not touched.
  const heartbeat = setInterval(() => {
    const now = new Date();
    attempt(() => futimesSync(fd, now, now));
  }, heartbeatMs);
  heartbeat.unref();
  let freed = false;
  return {
    isHeld: () => !freed && isAt(path, fd),
    free() {
      if (freed) return; // The descriptor may be another file's by now.
      freed = true;
      clearInterval(heartbeat);
      attempt(() => isAt(path, fd) && unlinkSync(path));
      closeSync(fd);
    },
  };
}

/** Undefined if the file is there already. */
function create(path: string): number | undefined {
  if (existsSync(path)) return undefined; // Cheaper than to be refused.
  let fd: number;
  try {
    fd = openSync(path, 'wx', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return undefined;
    if (code !== 'ENOENT') throw error;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return create(path);
  }
  try {
    writeSync(fd, JSON.stringify(thisProcess()));
  } catch (error) {
    attempt(() => unlinkSync(path));
    closeSync(fd);
    throw error;
  }
  // While it was empty, it may have been taken for one that lost its creator.
  if (isAt(path, fd)) return fd;
  closeSync(fd);
  return undefined;
}

function isAt(path: string, fd: number): boolean {
  const there = attempt(() => statSync(path, { bigint: true }));
  const mine = fstatSync(fd, { bigint: true });
  return there?.ino === mine.ino && there.dev === mine.dev;
}

function isDead(path: string, { deadAfterMs }: Kind): boolean {
  const found = attempt(() => statSync(path));
  if (found === undefined) return false; // Freed meanwhile: the next attempt to create it decides.
  const age = Date.now() - found.mtimeMs;
  if (age > deadAfterMs) return true;
  if (found.size === 0) return age > WRITTEN_AFTER_MS;
  return holderHasEnded(path);
}

/** Two waiters may find the same dead lock: only the one that makes the mark removes it, after another look. */
function clear(path: string, kind: Kind): void {
  const mark = `${path}.clearing`;
  try {
    mkdirSync(mark);
  } catch {
    const since = attempt(() => statSync(mark).mtimeMs) ?? Date.now();
    if (Date.now() - since > CLEARING_TAKES_MS) attempt(() => rmdirSync(mark));
    return;
  }
  attempt(() => isDead(path, kind) && unlinkSync(path));
  attempt(() => rmdirSync(mark));
}

/** False also for what was not written by this program: then its age decides. */
function holderHasEnded(path: string): boolean {
  return attempt(() => hasEnded(JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity)) ?? false;
}

/** Undefined if it fails: the file is gone, or not ours to touch, and then its age decides. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
