import { abortError, type Call, DnsError, type DnsErrorCode } from '@domainproof/core';
import { type Backend, BackendError, type Refusal } from './backend.js';

const CODES: Readonly<Record<Refusal, DnsErrorCode>> = {
  Denied: 'AUTH_INVALID',
  NotFound: 'ZONE_NOT_FOUND',
  Duplicate: 'RECORD_CONFLICT',
  Conflict: 'RECORD_CONFLICT',
  Full: 'QUOTA_EXCEEDED',
  BadValue: 'INVALID_VALUE',
  BadTtl: 'TTL_OUT_OF_RANGE',
  Busy: 'BUSY',
  Throttled: 'THROTTLED',
  Internal: 'TRANSIENT',
};

export interface Credentials {
  secret: string;
  /** Milliseconds for one request. */
  timeoutMs: number;
}

/** How both reference adapters speak to their cloud: one request, which the signal and a deadline can end, reported when it ended. */
export class Connection {
  readonly provider: string;
  readonly #backend: Backend;
  readonly #credentials: Credentials;

  constructor(provider: string, backend: Backend, credentials: Credentials) {
    this.provider = provider;
    this.#backend = backend;
    this.#credentials = credentials;
  }

  async send<T>(operation: string, write: boolean, call: Call, act: () => T): Promise<T> {
    const details = { provider: this.provider, operation };
    if (call.signal.aborted) throw abortError(call.signal, details);
    const startedAt = performance.now();
    const request = this.#backend.request(operation, write, this.#credentials.secret, act);
    let failure: DnsError | undefined;
    try {
      return await this.raced(request, call.signal);
    } catch (error) {
      failure = call.signal.aborted
        ? abortError(call.signal, { ...details, outcomeUnknown: write })
        : this.toDnsError(error, operation, write);
      throw failure;
    } finally {
      const outcome = failure?.code ?? 'ok';
      const { provider } = this;
      call.onApiCall({ provider, operation, write, elapsedMs: performance.now() - startedAt, outcome });
    }
  }

  /** Ends with the request, the signal or the deadline, whichever is first. */
  protected raced<T>(request: Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const onAbort = () => reject(signal.reason);
      const timer = setTimeout(() => reject(new Timeout()), this.#credentials.timeoutMs);
      signal.addEventListener('abort', onAbort, { once: true });
      request.then(resolve, reject).finally(() => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      });
      if (signal.aborted) onAbort();
    });
  }

  protected toDnsError(error: unknown, operation: string, write: boolean): DnsError {
    const details = { provider: this.provider, operation, cause: error };
    if (error instanceof BackendError)
      return new DnsError(CODES[error.code], `${operation}: ${error.message}.`, {
        ...details,
        vendorCode: error.code,
        outcomeUnknown: write && error.code === 'Internal',
      });
    const code = error instanceof Timeout ? 'TIMEOUT' : 'TRANSIENT';
    return new DnsError(code, `${operation} got no usable answer.`, { ...details, outcomeUnknown: write });
  }
}

class Timeout extends Error {}
