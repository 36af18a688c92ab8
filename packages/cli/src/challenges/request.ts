import { abortError, type DesiredRecord, DnsError } from '@domainproof/core';

/** A record that is asked for, and those who wait for what becomes of it. */
export class Request<Outcome> {
  readonly record: DesiredRecord;
  /** Resolved when it is known what became of it. Never rejected. */
  readonly ended: Promise<void>;
  /** Resolved when nobody waits for it any more: all have left, or it has ended. */
  readonly unattended: Promise<void>;
  readonly #outcome: Promise<Outcome>;
  #settle!: { resolve(outcome: Outcome): void; reject(error: unknown): void };
  #leave!: () => void;
  #callers = 0;

  constructor(record: DesiredRecord) {
    this.record = record;
    this.#outcome = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.ended = this.#outcome.then(
      () => {},
      () => {},
    );
    this.unattended = new Promise((resolve) => {
      this.#leave = resolve;
      this.ended.then(resolve);
    });
  }

  get isAttended(): boolean {
    return this.#callers > 0;
  }

  resolve(outcome: Outcome): void {
    this.#settle.resolve(outcome);
  }

  reject(error: unknown): void {
    this.#settle.reject(error);
  }

  /**
   * One caller more.
   *
   * @param signal ends the waiting of this caller alone
   */
  join(signal?: AbortSignal): Promise<Outcome> {
    if (!signal) {
      this.#callers += 1;
      return this.#outcome;
    }
    if (signal.aborted) return Promise.reject(abortError(signal));
    this.#callers += 1;
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(abortError(signal));
        this.#callers -= 1;
        if (this.#callers === 0) this.#leave();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.ended.then(() => signal.removeEventListener('abort', leave));
      this.#outcome.then(resolve, reject);
    });
  }
}

/** What a record ends with that nobody waits for any more. */
export function abandoned(): DnsError {
  return new DnsError('ABORTED', 'Nobody waits for the record any more.');
}
