import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { DnsError } from '../errors.js';
import type { Lease, LeaseId } from '../lease.js';
import { type Entry, fromLine, mayBeTorn } from './entry.js';
import type { FileLock } from './lock-file.js';

/** A file with more lines than this, most of them of no use any more, is written anew. */
const COMPACT_ABOVE = 1_000;
/** Bytes. With a thousand leases a journal has less than one megabyte. */
const MAX_SIZE = 256 * 1_048_576;
/** Bytes before the place that was read up to, by which the file is known again. Lease ids make them unlike all others. */
const TAIL = 128;

/** An entry without effect. With it, a file that is written anew is a journal also if nobody can read the other lines. */
const NOTHING = JSON.stringify({ drop: '-' } satisfies Entry);

/** The one slow call: waits for the disk, on another thread. */
const flush = promisify(fsync);

/** A line that is still of use, and the lease in it, unless this version cannot read it. */
interface Held {
  line: string;
  lease?: Lease;
}

/**
 * The lines of a journal file. What was read once is not read again as long as the file only grows.
 * Lines that cannot be read are never listed and never acted on, but they stay in the file: a newer program may know them,
 * and a person may want to see what was damaged.
 */
export class Ledger {
  readonly #file: string;
  readonly #held = new Map<string, Held>();
  #ino: bigint | undefined;
  #offset = 0;
  #tail = Buffer.alloc(0);
  #lines = 0;
  #isJournal = false;
  #looksForeign = false;
  #endsInLine = false;
  #compactAt = COMPACT_ABOVE;

  constructor(file: string) {
    this.#file = file;
  }

  /** Leases as the file has them now, in the order in which they were first put. */
  leases(): Lease[] {
    let fd: number;
    try {
      fd = openSync(this.#file, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    try {
      this.#catchUp(fd);
      return [...this.#held.values()].flatMap(({ lease }) => lease ?? []);
    } finally {
      closeSync(fd);
    }
  }

  /**
   * Adds entries, which survive a crash from then on. An append that fails leaves the file as it was.
   *
   * @param lock of this file; nobody else appends meanwhile
   */
  async append(entries: readonly Entry[], lock: FileLock): Promise<void> {
    while (!(await this.#appendOnce(entries, lock))) {
      // Written into a file that was replaced meanwhile; entries can be repeated without harm.
    }
    if (this.#lines <= Math.max(this.#compactAt, this.#held.size * 2)) return;
    // The entries are safe already, so a disk without room for a second file is no failure.
    await this.#compact(lock).catch(() => {
      this.#compactAt = this.#lines + COMPACT_ABOVE;
    });
  }

  async #appendOnce(entries: readonly Entry[], lock: FileLock): Promise<boolean> {
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    const fd = openSync(this.#file, 'a+', 0o600);
    try {
      this.#catchUp(fd);
      const added = new Set(entries.flatMap((entry) => ('put' in entry ? entry.put.id : [])));
      const useful = entries.filter(
        (entry) => 'put' in entry || added.has(entry.drop) || this.#held.has(leaseKey(entry.drop)),
      );
      if (useful.length === 0) return true;
      const { size, mode } = fstatSync(fd);
      if ((mode & 0o077) !== 0) fchmodSync(fd, 0o600);
      const lines = useful.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      try {
        // After a torn last line the new entries must not become its end.
        writeAll(fd, this.#endsInLine ? `\n${lines}` : lines);
        await flush(fd);
      } catch (error) {
        if (lock.isHeld()) cutBack(fd, size);
        throw error;
      }
      if (size === 0) await flushDirectory(this.#file);
      this.#catchUp(fd);
      // A writer that was stopped for so long that it lost its lock may have put another file here.
      return isFileAt(this.#file, fd);
    } finally {
      closeSync(fd);
    }
  }

  async #compact(lock: FileLock): Promise<void> {
    const fresh = `${this.#file}.new`;
    try {
      const fd = openSync(fresh, 'w', 0o600);
      try {
        const lines = [NOTHING, ...[...this.#held.values()].map(({ line }) => line)];
        writeAll(fd, `${lines.join('\n')}\n`);
        await flush(fd);
      } finally {
        closeSync(fd);
      }
      if (!lock.isHeld()) throw new Error('Whoever holds the lock now may have appended since.');
      renameSync(fresh, this.#file);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw error;
    }
    this.#compactAt = COMPACT_ABOVE;
    await flushDirectory(this.#file);
  }

  /** Takes in what was added since the last look. */
  #catchUp(fd: number): void {
    const { ino, size: bigSize } = fstatSync(fd, { bigint: true });
    const size = Number(bigSize);
    if (size > MAX_SIZE) throw this.#refusal(`has ${size} bytes, and is no lease journal`);
    if (ino !== this.#ino || size < this.#offset) this.#forget(ino);
    let bytes = readRange(fd, this.#offset - this.#tail.length, size);
    if (!bytes.subarray(0, this.#tail.length).equals(this.#tail)) {
      this.#forget(ino);
      bytes = readRange(fd, 0, size);
    }
    let position = this.#tail.length;
    for (let end = bytes.indexOf('\n', position); end >= 0; end = bytes.indexOf('\n', position)) {
      this.#take(bytes.toString('utf8', position, end));
      position = end + 1;
    }
    const rest = bytes.toString('utf8', position);
    if (fromLine(rest) !== 'unreadable') {
      this.#take(rest);
      position = bytes.length;
    } else if (!mayBeTorn(rest)) this.#looksForeign = true;
    if (this.#looksForeign && !this.#isJournal) {
      this.#forget(undefined);
      throw this.#refusal('is not a lease journal');
    }
    this.#endsInLine = rest !== '';
    this.#offset += position - this.#tail.length;
    this.#tail = Buffer.from(bytes.subarray(Math.max(0, position - TAIL), position));
  }

  #take(text: string): void {
    if (text === '') return;
    const line = fromLine(text);
    this.#lines += 1;
    if (line === 'unreadable') this.#held.set(`line ${this.#lines}`, { line: text });
    else if ('put' in line) this.#held.set(leaseKey(line.put.id), { line: text, lease: line.put });
    else if ('newer' in line) this.#held.set(leaseKey(line.newer), { line: text });
    else this.#held.delete(leaseKey(line.drop));
    if (line !== 'unreadable') this.#isJournal = true;
    else if (!mayBeTorn(text)) this.#looksForeign = true;
  }

  #forget(ino: bigint | undefined): void {
    this.#held.clear();
    this.#ino = ino;
    this.#offset = 0;
    this.#tail = Buffer.alloc(0);
    this.#lines = 0;
    this.#isJournal = false;
    this.#looksForeign = false;
    this.#endsInLine = false;
  }

  #refusal(why: string): DnsError {
    return new DnsError('UNSUPPORTED', `${this.#file} ${why}.`, {
      hint: 'Name another file with --journal; this one was left as it is.',
    });
  }
}

function leaseKey(id: LeaseId): string {
  return `lease ${id}`;
}

function readRange(fd: number, start: number, end: number): Buffer {
  const bytes = Buffer.alloc(end - start);
  let filled = 0;
  while (filled < bytes.length) {
    const count = readSync(fd, bytes, filled, bytes.length - filled, start + filled);
    if (count === 0) break; // Cut short meanwhile, after an append that failed.
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}

/** If that fails too, what is left over is passed over as a torn line. */
function cutBack(fd: number, size: number): void {
  try {
    ftruncateSync(fd, size);
  } catch {}
}

function isFileAt(path: string, fd: number): boolean {
  const there = statSync(path, { bigint: true, throwIfNoEntry: false });
  return there?.ino === fstatSync(fd, { bigint: true }).ino;
}

async function flushDirectory(file: string): Promise<void> {
  if (process.platform === 'win32') return; // Directories cannot be opened there.
  const fd = openSync(dirname(file), 'r');
  try {
    await flush(fd);
  } finally {
    closeSync(fd);
  }
}
