import { abortError, type DnsError, isDnsError } from '../errors.js';
import type { ApiCallEvent, Call, DnsProvider, Logger } from '../provider.js';
import { unlessStopped } from '../sleep.js';
import { AccountRate } from './rate.js';
import { retrying } from './retry.js';
import { RetryBudget } from './retry-budget.js';
import { Slots } from './slots.js';

/** Requests that one account has under way at the most; more only wait in the vendor's queue, or are throttled. */
const CONCURRENT_CALLS = 10;

export interface AccountHooks {
  log: Logger;
  onApiCall(event: ApiCallEvent): void;
  onRetry(provider: string, error: DnsError, attempt: number, delayMs: number): void;
}

/**
 * All calls to one provider go through here: paced, retried, and stopped for good once the credentials were refused.
 * Huawei Cloud locks a key for five minutes after a few refusals, so a key is tried once, by one call,
 * and only when that call was accepted may others run beside it.
 */
export class Account {
  readonly provider: DnsProvider;
  /** The vendor refused a batch to this key: records are written one by one from then on. */
  batchRefused = false;
  readonly #hooks: AccountHooks;
  readonly #rate: AccountRate;
  readonly #budget = new RetryBudget();
  readonly #slots = new Slots(CONCURRENT_CALLS);
  #proven = false;
  #proving?: Promise<unknown>;
  #refusal?: DnsError;

  constructor(provider: DnsProvider, hooks: AccountHooks) {
    this.provider = provider;
    this.#hooks = hooks;
    this.#rate = new AccountRate(provider.capabilities.rate);
  }

  get id(): string {
    return this.provider.id;
  }

  /** Retryable errors are retried, but a write whose outcome is unknown is not: the caller reads first. */
  run<T>(signal: AbortSignal, work: (call: Call) => Promise<T>): Promise<T> {
    return retrying(() => this.#slots.run(signal, () => this.#attempt(signal, work)), {
      signal,
      budget: this.#budget,
      onRetry: (error, attempt, delayMs) => {
        if (error.code === 'THROTTLED') this.#rate.hold(delayMs);
        this.#hooks.onRetry(this.id, error, attempt, delayMs);
      },
    });
  }

  async #attempt<T>(signal: AbortSignal, work: (call: Call) => Promise<T>): Promise<T> {
    while (!this.#proven && this.#proving)
      await unlessStopped(
        this.#proving.catch(() => {}),
        signal,
      );
    if (this.#refusal) throw this.#refusal;
    const result = this.#call(signal, work);
    if (this.#proven) return result;
    this.#proving = result;
    try {
      const value = await result;
      this.#proven = true;
      return value;
    } finally {
      this.#proving = undefined;
    }
  }

  async #call<T>(signal: AbortSignal, work: (call: Call) => Promise<T>): Promise<T> {
    if (signal.aborted) throw abortError(signal, { provider: this.id });
    await this.#rate.take(signal);
    try {
      return await work({ signal, log: this.#hooks.log, onApiCall: this.#hooks.onApiCall });
    } catch (error) {
      if (isDnsError(error, 'AUTH_INVALID') || isDnsError(error, 'AUTH_EXPIRED')) this.#refusal = error;
      throw error;
    }
  }
}
