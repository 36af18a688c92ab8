import type { Clock } from '../clock.js';

/** How many entries are looked through for outdated ones when another is added. */
const SWEPT = 4;

/** What was found, each for its own time. */
export class Kept<T> {
  readonly #clock: Clock;
  readonly #entries = new Map<string, { value: T; until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.until > this.#clock.now() ? entry.value : undefined;
  }

  set(key: string, value: T, ms: number): void {
    let left = SWEPT;
    for (const [oldest, entry] of this.#entries) {
      if (left-- === 0) break;
      // Those that still count go to the end, so that all come to be looked at.
      this.#entries.delete(oldest);
      if (entry.until > this.#clock.now()) this.#entries.set(oldest, entry);
    }
    this.#entries.set(key, { value, until: this.#clock.now() + ms });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
