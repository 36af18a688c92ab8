import type { Clock } from '../clock.js';
import type { QueryOptions, Question } from '../wire/query.js';
import type { Exchange, Outcome, Via } from './exchange.js';
import { AddressRate } from './rate.js';

export interface AuthorityOptions {
  exchange: Exchange;
  clock: Clock;
  port: number;
  queryTimeoutMs: number;
}

export interface AuthorityQuery extends Omit<QueryOptions, 'recursionDesired'> {
  /** Straight over TCP. */
  tcp?: boolean;
  /** Milliseconds after which the datagram is sent again, the question going on. */
  resendAfterMs?: number;
  /** Called for every packet that is sent, repeated ones included. */
  onPacket?: (via: Via) => void;
  /** Before all questions to the address that wait for their turn. */
  isUrgent?: boolean;
  /** Called when the question's turn has come. */
  onSent?: () => void;
}

/** Asks authoritative servers: without recursion, and never faster than their addresses may be asked. */
export class Authority {
  readonly #options: AuthorityOptions;
  readonly #rate: AddressRate;

  constructor(options: AuthorityOptions) {
    this.#options = options;
    this.#rate = new AddressRate(options.clock);
  }

  /** Of every server. */
  get port(): number {
    return this.#options.port;
  }

  /** Rejects on abort only. */
  async ask(
    question: Question,
    address: string,
    signal: AbortSignal,
    { onSent, isUrgent, onPacket, ...options }: AuthorityQuery = {},
  ): Promise<Outcome> {
    const { exchange, port, queryTimeoutMs } = this.#options;
    await this.#rate.take(address, signal, isUrgent);
    onSent?.();
    let packets = 0;
    const count = (via: Via) => {
      packets += 1;
      // The first has had its turn.
      if (packets > 1) this.#rate.charge(address);
      onPacket?.(via);
    };
    return exchange(
      question,
      { address, port },
      { timeoutMs: queryTimeoutMs, signal, ...options, onPacket: count, recursionDesired: false },
    );
  }
}
