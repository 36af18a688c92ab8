/** How many requests an account may make. */
export interface RateLimit {
  /** Requests that are let through in any span of `perMs`. */
  requests: number;
  /** Milliseconds. */
  perMs: number;
}

/** What both clouds have in common: how long a request takes, and how many an account may make. */
export interface TrafficSwitches {
  /** Milliseconds that every request takes, half of them before it is carried out and half after. Default 0. */
  latencyMs?: number;
  /**
   * Requests beyond this get the cloud's throttling answer (`APIGW.0308`, `Throttling.User`) and are not counted. Neither vendor
   * publishes its figures. Default: no limit.
   */
  rateLimit?: RateLimit;
}

/** Counts requests over a sliding span of time. */
export class RateLimiter {
  readonly #limit: RateLimit | undefined;
  readonly #now: () => number;
  /** When each request of the span was let through, oldest first. */
  readonly #passed: number[] = [];

  /** @throws RangeError for a limit that is not made of whole numbers from 1. */
  constructor(limit: RateLimit | undefined, now: () => number) {
    for (const [name, value] of Object.entries(limit ?? {}))
      if (!Number.isInteger(value) || value < 1)
        throw new RangeError(`rateLimit.${name}: ${value} is not a whole number from 1.`);
    this.#limit = limit;
    this.#now = now;
  }

  /** Whether another request may pass; counts it if so. */
  admit(): boolean {
    if (this.#limit === undefined) return true;
    const now = this.#now();
    while (this.#passed.length > 0 && now - this.#passed[0]! >= this.#limit.perMs) this.#passed.shift();
    if (this.#passed.length >= this.#limit.requests) return false;
    this.#passed.push(now);
    return true;
  }
}

/** Waiting that ends with the server: what still waits when it closes never goes on. */
export class Latency {
  readonly #ms: number;
  readonly #timers = new Set<NodeJS.Timeout>();

  /** @throws RangeError for a latency that is not a whole number of milliseconds. */
  constructor(ms: number) {
    if (!Number.isInteger(ms) || ms < 0)
      throw new RangeError(`latencyMs: ${ms} is not a whole number from 0.`);
    this.#ms = ms;
  }

  /** Half of the latency: a request waits before it is carried out, and its answer afterwards. */
  async half(): Promise<void> {
    if (this.#ms === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, this.#ms / 2);
      timer.unref();
      this.#timers.add(timer);
    });
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
