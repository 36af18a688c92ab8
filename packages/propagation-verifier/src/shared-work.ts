import { unlessAborted } from './abort.js';
import type { Clock } from './clock.js';

interface Entry<T> {
  work: Promise<T>;
  /** Of the caller that started the work, and so ends it. */
  signal: AbortSignal;
  /** Infinity while the work runs. */
  keptUntil: number;
}

/** How many entries are looked through for outdated ones when another is added. */
const SWEPT = 4;
/** Results that are kept at most. */
const MOST_KEPT = 1_000;

/** Runs work for one key once: callers of the same time share it, and later ones get its result for a while. Failures are not kept, and no more than a thousand results. */
export class SharedWork<T> {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `keepMs` says how many milliseconds a result is kept; 0 for not at all. The work must end when the signal fires. */
  async run(
    key: string,
    signal: AbortSignal,
    work: () => Promise<T>,
    keepMs: (result: T) => number,
  ): Promise<T> {
    for (;;) {
      const entry = this.#entries.get(key);
      if (!entry || entry.keptUntil <= this.#clock.now()) return this.#start(key, signal, work, keepMs);
      try {
        return await unlessAborted(entry.work, signal);
      } catch (error) {
        signal.throwIfAborted();
        // Work that another caller's abort has ended is no failure of ours: it is done again.
        if (!entry.signal.aborted) throw error;
      }
    }
  }

  #start(
    key: string,
    signal: AbortSignal,
    work: () => Promise<T>,
    keepMs: (result: T) => number,
  ): Promise<T> {
    this.#forgetOutdated();
    const entry: Entry<T> = { work: work(), signal, keptUntil: Number.POSITIVE_INFINITY };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const forget = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    entry.work.then((result) => {
      const ms = keepMs(result);
      if (ms > 0) entry.keptUntil = this.#clock.now() + ms;
      else forget();
    }, forget);
    return entry.work;
  }

  /** Looks at the oldest; those that still count go to the end, so that all come to be looked at. */
  #forgetOutdated(): void {
    const now = this.#clock.now();
    let left = SWEPT;
    for (const [key, entry] of this.#entries) {
      if (left-- === 0) return;
      const isTooMuch = this.#entries.size > MOST_KEPT && entry.keptUntil !== Number.POSITIVE_INFINITY;
      this.#entries.delete(key);
      if (entry.keptUntil > now && !isTooMuch) this.#entries.set(key, entry);
    }
  }
}
