import { unlessAborted } from './abort.js';
import type { Clock } from './clock.js';

interface Entry<T> {
  work: Promise<T>;
  /** Of the caller that started the work, and so ends it. */
  signal: AbortSignal;
  /** Infinity while the work runs. */
  keptUntil: number;
}

/** Runs work for one key once: callers of the same time share it, and later ones get its result for a while. Failures are not kept. */
export class SharedWork<T> {
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(clock: Clock, keepMs: number) {
    this.#clock = clock;
    this.#keepMs = keepMs;
  }

  /** `isKept` says whether a result is worth keeping. The work must end when the signal fires. */
  async run(
    key: string,
    signal: AbortSignal,
    work: () => Promise<T>,
    isKept: (result: T) => boolean,
  ): Promise<T> {
    for (;;) {
      const entry = this.#entries.get(key);
      if (!entry || entry.keptUntil <= this.#clock.now()) return this.#start(key, signal, work, isKept);
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
    isKept: (result: T) => boolean,
  ): Promise<T> {
    this.#forgetOldest();
    const entry: Entry<T> = { work: work(), signal, keptUntil: Number.POSITIVE_INFINITY };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const forget = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    entry.work.then((result) => {
      if (isKept(result)) entry.keptUntil = this.#clock.now() + this.#keepMs;
      else forget();
    }, forget);
    return entry.work;
  }

  /** Entries stand in the order of their start, so the outdated ones are in front. */
  #forgetOldest(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.keptUntil > this.#clock.now()) return;
      this.#entries.delete(key);
    }
  }
}
