import type { Delegation, Diagnosis } from '@domainproof/propagation-verifier';
import type { ErrorJson } from '../errors.js';

/** A record, or a name alone (`type` null), as the page shows it. Reports of `wait` and of `diagnose` fit. */
export type PageRecord = Omit<Diagnosis, 'type' | 'value' | 'delegation'> & { type: string | null };

export interface PageContent {
  command: 'prove' | 'wait' | 'doctor';
  elapsedMs: number;
  records: readonly PageRecord[];
  /** Of two for one zone the later one counts. */
  delegations: readonly Delegation[];
  /** Records that could not be written. */
  failures?: readonly ErrorJson[];
}
