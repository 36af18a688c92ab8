import type { Lease, LeaseId } from '../lease.js';

/** Frees a lock. */
export type Unlock = () => Promise<void>;

/**
 * Where leases live. The engine writes the intent before the API call, so that whatever a killed process leaves behind
 * can be listed and released.
 */
export interface Journal {
  /** Stores leases (new ones, and newer facts of known ones). Resolved: they survive a crash of this process. */
  put(leases: readonly Lease[]): Promise<void>;
  /** Forgets leases: their values are gone, or were never written. Unknown ids do no harm. */
  drop(ids: readonly LeaseId[]): Promise<void>;
  /** All leases that were put and not dropped, oldest first. */
  all(): Promise<Lease[]>;
  /**
   * Waits until no other writer, in this process or another one that uses the same journal, holds `key`.
   *
   * @throws DnsError `ABORTED` or `TIMEOUT` from the signal.
   */
  lock(key: string, signal: AbortSignal): Promise<Unlock>;
}
