/** Enough for 100 retries: a bad minute, and far too few to add to an outage. */
const CAPACITY = 500;
const COST_OF_RETRY = 5;
/** Every call that ends well gives back a fifth of a retry. */
const REFUND = 1;

/**
 * Bounds how much load the retries of one account add while its vendor is in trouble: with many records under way, each of
 * them would otherwise multiply its calls. Once it is spent, failures are reported at once until calls end well again.
 */
export class RetryBudget {
  #left = CAPACITY;

  /** True if one more retry may be made. */
  take(): boolean {
    if (this.#left < COST_OF_RETRY) return false;
    this.#left -= COST_OF_RETRY;
    return true;
  }

  refund(): void {
    this.#left = Math.min(CAPACITY, this.#left + REFUND);
  }
}
