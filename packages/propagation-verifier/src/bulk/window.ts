/**
 * Of a random loss nobody is helped by fewer questions, and 16 at once burden no name server.
 */
const LEAST = 16;
const FIRST = 32;
/** The usual socket buffer of a server (212,992 bytes) holds 277 small datagrams; more at once get lost there. */
export const MOST_IN_FLIGHT = 200;

/** How many questions may be under way to one address: one more with each window of answers, half as many after a loss. */
export class Window {
  #size = FIRST;
  /** Below it the window grows with every answer. */
  #threshold = MOST_IN_FLIGHT;
  #cutAt = Number.NEGATIVE_INFINITY;

  get size(): number {
    return this.#size;
  }

  answered(): void {
    const growth = this.#size < this.#threshold ? 1 : 1 / this.#size;
    this.#size = Math.min(MOST_IN_FLIGHT, this.#size + growth);
  }

  /** Losses of questions that were sent before the last cut belong to it. */
  lost(sentAt: number, now: number): void {
    if (sentAt < this.#cutAt) return;
    this.#cutAt = now;
    this.#size = Math.max(LEAST, this.#size / 2);
    this.#threshold = this.#size;
  }
}
