/** What may be sent at once, in seconds of the rate. */
const BURST_SECONDS = 0.1;

/** So many questions a second to one address; `Infinity` for no bound. */
export class Bucket {
  readonly #perSecond: number;
  readonly #most: number;
  #left: number;
  #countedAt: number;

  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#most = Math.max(1, perSecond * BURST_SECONDS);
    this.#left = this.#most;
    this.#countedAt = now;
  }

  /** True if one question may be sent now. */
  take(now: number): boolean {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return true;
    this.#left = Math.min(this.#most, this.#left + ((now - this.#countedAt) / 1_000) * this.#perSecond);
    this.#countedAt = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** Counts a question that could not wait for its turn. */
  owe(): void {
    this.#left -= 1;
  }
}
