import type { Clock } from './clock.js';
import { AddressRate } from './rate.js';
import type { Exchange, Outcome } from './wire/exchange.js';
import type { Question } from './wire/message.js';

export interface AuthorityOptions {
  exchange: Exchange;
  clock: Clock;
  port: number;
  queryTimeoutMs: number;
}

/** Asks authoritative servers: without recursion, and never faster than their addresses may be asked. */
export class Authority {
  readonly #options: AuthorityOptions;
  readonly #rate: AddressRate;

  constructor(options: AuthorityOptions) {
    this.#options = options;
    this.#rate = new AddressRate(options.clock);
  }

  /** `onSent` is called when the question's turn has come. Rejects on abort only. */
  async ask(
    question: Question,
    address: string,
    signal: AbortSignal,
    onSent: () => void = () => {},
  ): Promise<Outcome> {
    const { exchange, port, queryTimeoutMs } = this.#options;
    await this.#rate.take(address, signal);
    onSent();
    return exchange(
      question,
      { address, port },
      { recursionDesired: false, timeoutMs: queryTimeoutMs, signal },
    );
  }
}
