import { setMaxListeners } from 'node:events';
import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DnsError } from '../errors.js';
import type { Lease, LeaseId } from '../lease.js';
import type { Journal } from './journal.js';
import { KeyedMutex } from './keyed-mutex.js';
import { lockFile } from './lock-file.js';

/** One line of the file. */
type Entry = { put: Lease } | { drop: LeaseId };

/** A file with more entries than this, most of them of no use any more, is written anew. */
const COMPACT_ABOVE = 1_000;

/**
 * A journal in a file of JSON lines, shared by all processes that name the same file. The file is created with mode 0600, its
 * directory with 0700; locks lie in `FILE.locks/`. Every change is flushed to the disk before it is reported as done.
 * A last line that a crash cut off is passed over.
 *
 * @throws DnsError `UNSUPPORTED` (from every method) if the file cannot be read or written, or is not a journal.
 */
export function fileJournal(options: { file: string }): Journal {
  const file = resolve(options.file);
  const locks = `${file}.locks`;
  const mutex = new KeyedMutex();
  const always = new AbortController().signal;
  setMaxListeners(0, always);

  async function lock(key: string, signal: AbortSignal) {
    const leave = await mutex.lock(key, signal);
    try {
      const free = await lockFile(locks, key, signal);
      return () => free().finally(leave);
    } catch (error) {
      await leave();
      throw error;
    }
  }

  // Changes that are asked for while one is being flushed go to the disk together with the next flush.
  let waiting: Entry[] = [];
  let flushed: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  function append(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return Promise.resolve();
    waiting.push(...entries);
    next ??= flushed
      .catch(() => {})
      .then(() => {
        const batch = waiting;
        waiting = [];
        next = undefined;
        flushed = guard(file, () => write(batch));
        return flushed;
      });
    return next;
  }

  async function write(entries: readonly Entry[]): Promise<void> {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const unlock = await lock('journal', always);
    try {
      await appendDurably(file, entries);
      await compactIfWorthIt(file);
    } finally {
      await unlock();
    }
  }

  return {
    put: (leases) => append(leases.map((lease) => ({ put: lease }))),
    drop: (ids) => append(ids.map((id) => ({ drop: id }))),
    all: () => guard(file, async () => [...(await load(file)).leases.values()]),
    lock: (key, signal) => guard(file, () => lock(`set ${key}`, signal)),
  };
}

async function appendDurably(file: string, entries: readonly Entry[]): Promise<void> {
  const existing = await stat(file).catch(() => undefined);
  const handle = await open(file, 'a+', 0o600);
  try {
    if (existing && (existing.mode & 0o077) !== 0) await chmod(file, 0o600);
    // After a torn last line the new entries must not become its end.
    const size = existing?.size ?? 0;
    const last = Buffer.alloc(1, '\n');
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    await handle.appendFile(last.toString() === '\n' ? lines : `\n${lines}`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (!existing) await syncDirectory(file);
}

async function compactIfWorthIt(file: string): Promise<void> {
  // A cheap look first: no entry is shorter than this.
  if ((await stat(file)).size < COMPACT_ABOVE * 40) return;
  const { leases, entries } = await load(file);
  if (entries < COMPACT_ABOVE || leases.size * 2 > entries) return;
  const fresh = `${file}.new`;
  const handle = await open(fresh, 'w', 0o600);
  try {
    for (const lease of leases.values()) await handle.appendFile(`${JSON.stringify({ put: lease })}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, file);
  await syncDirectory(file);
}

async function syncDirectory(file: string): Promise<void> {
  if (process.platform === 'win32') return; // Directories cannot be opened there.
  const directory = await open(dirname(file), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function load(file: string): Promise<{ leases: Map<LeaseId, Lease>; entries: number }> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n');
  const torn = lines.pop(); // Empty unless the last line was cut off.
  const leases = new Map<LeaseId, Lease>();
  let entries = 0;
  for (const [index, line] of [...lines, ...(torn && isWhole(torn) ? [torn] : [])].entries()) {
    if (line === '') continue;
    const entry = parse(line);
    // Broken lines come from crashes and full disks: later entries do not depend on them. A file without any good one is no journal.
    if (!entry) {
      if (index === 0 && !lines.slice(1).some(isWhole))
        throw new DnsError('UNSUPPORTED', `${file} is not a lease journal.`, {
          hint: 'Name another file with --journal; this one was left as it is.',
        });
      continue;
    }
    entries += 1;
    if ('put' in entry) leases.set(entry.put.id, entry.put);
    else leases.delete(entry.drop);
  }
  return { leases, entries };
}

function isWhole(line: string): boolean {
  return parse(line) !== undefined;
}

function parse(line: string): Entry | undefined {
  try {
    const entry = JSON.parse(line) as Partial<{ put: Lease; drop: LeaseId }>;
    if (typeof entry.put?.id === 'string' && entry.put.version === 1) return { put: entry.put };
    if (typeof entry.drop === 'string') return { drop: entry.drop };
  } catch {
    // Not JSON: the caller passes over it.
  }
  return undefined;
}

async function guard<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DnsError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new DnsError('UNSUPPORTED', `The lease journal ${file} cannot be used: ${reason}.`, {
      hint: 'Check the path, its permissions and the free space, or name another file with --journal.',
      cause: error,
    });
  }
}
