import { sleep } from '../sleep.js';

/**
 * The pace of one account: a token bucket where the vendor's limit is known, and a pause for everybody after a throttling answer.
 */
export class AccountRate {
  readonly #capacity: number;
  readonly #perMs: number;
  #tokens: number;
  #filledAt = Date.now();
  #notBefore = 0;

  constructor(rate: { requests: number; perMs: number } | undefined) {
    this.#capacity = rate?.requests ?? Number.POSITIVE_INFINITY;
    this.#perMs = rate ? rate.requests / rate.perMs : 0;
    this.#tokens = this.#capacity;
  }

  /** Waits until one more request may be made. */
  async take(signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = Date.now();
      const pause = Math.max(this.#notBefore - now, this.#msUntilToken(now));
      if (pause <= 0) break;
      await sleep(pause, signal);
    }
    this.#tokens -= 1;
  }

  /** Nobody asks this account again before `ms` have passed. */
  hold(ms: number): void {
    this.#notBefore = Math.max(this.#notBefore, Date.now() + ms);
  }

  #msUntilToken(now: number): number {
    if (this.#capacity === Number.POSITIVE_INFINITY) return 0;
    this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#filledAt) * this.#perMs);
    this.#filledAt = now;
    return this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) / this.#perMs);
  }
}
