import type { Clock } from '../clock.js';

const PER_SECOND = 20;
const BURST = 40;
const INTERVAL_MS = 1_000 / PER_SECOND;
/** Addresses that are looked at for a full bucket with each question. */
const SWEPT = 2;

/**
 * A token bucket for each name server address: 40 questions at once, 20 a second after them, over all names.
 * Questions go in the order in which they came.
 */
export class AddressRate {
  readonly #clock: Clock;
  /** When the bucket of an address will be full again, in the clock's time. */
  readonly #fullAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when one question may be sent to the address; rejects with the signal's reason on abort, and gives the turn back. */
  async take(address: string, signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const fullAt = Math.max(this.#fullAt.get(address) ?? now, now) + INTERVAL_MS;
    this.#forgetFull(now);
    this.#fullAt.set(address, fullAt);
    const waitMs = fullAt - now - BURST * INTERVAL_MS;
    if (waitMs <= 0) return;
    try {
      await this.#clock.sleep(waitMs, signal);
    } catch (error) {
      const later = this.#fullAt.get(address);
      if (later !== undefined) this.#fullAt.set(address, later - INTERVAL_MS);
      throw error;
    }
  }

  /** Looks at a few of the addresses, each in its turn: a bucket that is full need not be remembered. */
  #forgetFull(now: number): void {
    let left = SWEPT;
    for (const [address, fullAt] of this.#fullAt) {
      if (left-- === 0) return;
      this.#fullAt.delete(address);
      if (fullAt > now) this.#fullAt.set(address, fullAt);
    }
  }
}
