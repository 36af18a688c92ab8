import { type DnsError, type DnsErrorCode, isDnsError } from '../errors.js';
import { sleep } from '../sleep.js';
import type { RetryBudget } from './retry-budget.js';

interface Backoff {
  /** Attempts altogether. */
  attempts: number;
  /** Milliseconds before the second attempt; doubled from then on. */
  firstMs: number;
  capMs: number;
  /** The vendor is in trouble, so the account's budget must allow it. Waiting for one's turn costs nothing. */
  isCounted: boolean;
}

/**
 * How long it is worth to ask again. BUSY: a change before ours is still running, so it takes seconds.
 * THROTTLED: neither vendor says when its window ends (Huawei Cloud names windows of minutes), so the pauses grow long.
 */
const BACKOFF: Partial<Record<DnsErrorCode, Backoff>> = {
  TRANSIENT: { attempts: 5, firstMs: 250, capMs: 4_000, isCounted: true },
  TIMEOUT: { attempts: 3, firstMs: 250, capMs: 2_000, isCounted: true },
  BUSY: { attempts: 20, firstMs: 500, capMs: 5_000, isCounted: false },
  THROTTLED: { attempts: 10, firstMs: 1_000, capMs: 60_000, isCounted: false },
};

export interface RetryOptions {
  signal: AbortSignal;
  budget: RetryBudget;
  /** Told before each pause. */
  onRetry(error: DnsError, attempt: number, delayMs: number): void;
}

/**
 * Runs `work` again while it fails with a retryable error whose outcome is known. The last error is thrown when the
 * attempts or the account's budget are used up, or when the signal's deadline passes during a pause.
 */
export async function retrying<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = await work();
      options.budget.refund();
      return result;
    } catch (error) {
      if (!isDnsError(error) || !error.retryable || error.outcomeUnknown) throw error;
      const backoff = BACKOFF[error.code];
      if (!backoff || attempt >= backoff.attempts) throw error;
      if (backoff.isCounted && !options.budget.take()) throw error;
      const delayMs = pauseBefore(attempt, backoff, error.retryAfterMs);
      options.onRetry(error, attempt, delayMs);
      try {
        await sleep(delayMs, options.signal);
      } catch (stop) {
        // Past the deadline, the failure that was being retried says more than the clock does.
        throw isDnsError(stop, 'TIMEOUT') ? error : stop;
      }
    }
  }
}

/** Half of the pause is fixed and half is random, so that clients that failed together do not come back together. */
function pauseBefore(attempt: number, backoff: Backoff, retryAfterMs = 0): number {
  const grown = Math.min(backoff.firstMs * 2 ** (attempt - 1), backoff.capMs);
  return Math.round(Math.max(retryAfterMs, grown / 2) + (Math.random() * grown) / 2);
}
