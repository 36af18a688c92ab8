import type { Clock } from '../clock.js';

/** Enough for all that is in use at one time; a stream of names can lead to millions of zones. */
const MOST_KEPT = 1_000;

/** What was found, each for its own time. Where that becomes too much, what was used longest ago goes. */
export class Kept<T> {
  readonly #clock: Clock;
  /** The one used longest ago first. */
  readonly #entries = new Map<string, { value: T; until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (entry.until <= this.#clock.now()) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: T, ms: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: this.#clock.now() + ms });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MOST_KEPT) this.#entries.delete(oldest!);
  }
}
