const FIRST_TIMEOUT_MS = 400;
/** Under load a question waits that long at a server without being lost. */
const LEAST_TIMEOUT_MS = 30;

/** When an answer is late, from the round trips of those before (RFC 6298). Questions that were repeated must not be counted. */
export class RoundTrip {
  #smoothMs: number | undefined;
  #varianceMs = 0;
  #timeoutMs = FIRST_TIMEOUT_MS;

  /** Milliseconds until a question is sent again for the first time; doubled with each further time. */
  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  took(ms: number): void {
    if (this.#smoothMs === undefined) {
      this.#smoothMs = ms;
      this.#varianceMs = ms / 2;
    } else {
      this.#varianceMs += (Math.abs(this.#smoothMs - ms) - this.#varianceMs) / 4;
      this.#smoothMs += (ms - this.#smoothMs) / 8;
    }
    this.#timeoutMs = Math.max(LEAST_TIMEOUT_MS, this.#smoothMs + 4 * this.#varianceMs);
  }
}
