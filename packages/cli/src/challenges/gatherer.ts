import type { Request } from './request.js';

/**
 * Milliseconds without a new request until the gathered ones are carried out. As measured with 20 names, acme-client 5.4 asks for all
 * records within 1 ms, and has them taken away over half a second, most of them less than 50 ms after the one before. lego 4.9 asks for
 * one record after the other, so that to it any such time is lost.
 */
const QUIET_MS = 50;
/** Milliseconds that the first of them waits at most. */
const LONGEST_MS = 200;

/** Gathers what is asked for at about the same time, and has it carried out together. */
export class Gatherer<Outcome> {
  readonly #carryOut: (requests: readonly Request<Outcome>[]) => Promise<void>;
  readonly #underWay = new Set<Promise<void>>();
  #gathered: Request<Outcome>[] = [];
  #quiet: NodeJS.Timeout | undefined;
  #longest: NodeJS.Timeout | undefined;

  /** @param carryOut may reject: then that is what became of all requests that had not ended */
  constructor(carryOut: (requests: readonly Request<Outcome>[]) => Promise<void>) {
    this.#carryOut = carryOut;
  }

  add(request: Request<Outcome>): void {
    this.#gathered.push(request);
    this.#longest ??= setTimeout(() => this.#begin(), LONGEST_MS);
    if (this.#quiet) this.#quiet.refresh();
    else this.#quiet = setTimeout(() => this.#begin(), QUIET_MS);
  }

  /** Resolved when nothing that was begun is under way any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #begin(): void {
    clearTimeout(this.#quiet);
    clearTimeout(this.#longest);
    this.#quiet = undefined;
    this.#longest = undefined;
    const requests = this.#gathered;
    this.#gathered = [];
    const work = this.#carryOut(requests)
      .catch((error) => {
        for (const request of requests) request.reject(error);
      })
      .then(() => {
        this.#underWay.delete(work);
      });
    this.#underWay.add(work);
  }
}
