import { setMaxListeners } from 'node:events';
import { assertKeepable, type Entry } from './entry.js';
import { usingFile } from './failure.js';
import type { Journal, Unlock } from './journal.js';
import { KeyedMutex } from './keyed-mutex.js';
import { Ledger } from './ledger.js';
import { locate } from './location.js';
import { type FileLock, lockFile } from './lock-file.js';

/** The file, once it is known where it really lies. */
interface Place {
  ledger: Ledger;
  /** Directory of its locks. */
  locks: string;
}

/**
 * A journal in a file of JSON lines, shared by all processes that name the same file. The file is created with mode 0600, its
 * directory with 0700; locks lie in `FILE.locks/`. Every change is flushed to the disk before it is reported as done.
 *
 * Lines that cannot be read (cut off by a crash, damaged, or a newer program's) are passed over and kept.
 *
 * @throws DnsError `UNSUPPORTED` (from every method) if the file cannot be read or written, or is not a journal; from `put`
 * also for a lease that could not be read back.
 */
export function fileJournal(options: { file: string }): Journal {
  const { file } = options;
  const subject = `The lease journal ${file}`;
  const mutex = new KeyedMutex();
  const always = new AbortController().signal;
  setMaxListeners(0, always);

  let place: Promise<Place> | undefined;
  function placed(): Promise<Place> {
    place ??= locate(file).then(
      (path) => ({ ledger: new Ledger(path), locks: `${path}.locks` }),
      (error) => {
        place = undefined;
        throw error;
      },
    );
    return place;
  }

  async function lock(key: string, signal: AbortSignal): Promise<FileLock> {
    const { locks } = await placed();
    const leave = await mutex.lock(key, signal);
    try {
      const held = await usingFile(`The lock directory ${locks}`, () => lockFile(locks, key, signal));
      return {
        isHeld: held.isHeld,
        free() {
          held.free();
          leave();
        },
      };
    } catch (error) {
      leave();
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
        flushed = usingFile(subject, () => write(batch));
        return flushed;
      });
    return next;
  }

  async function write(entries: readonly Entry[]): Promise<void> {
    const { ledger } = await placed();
    const held = await lock('journal', always);
    try {
      await ledger.append(entries, held);
    } finally {
      held.free();
    }
  }

  return {
    async put(leases) {
      for (const lease of leases) assertKeepable(lease);
      await append(leases.map((lease) => ({ put: lease })));
    },
    drop: (ids) => append(ids.map((id) => ({ drop: id }))),
    all: () => usingFile(subject, async () => (await placed()).ledger.leases()),
    lock: (key, signal): Promise<Unlock> =>
      usingFile(subject, async () => {
        const { free } = await lock(`set ${key}`, signal);
        return async () => free();
      }),
  };
}
