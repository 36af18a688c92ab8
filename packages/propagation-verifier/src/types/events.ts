import type { Fqdn } from '@domainproof/core';
import type { NameServer } from './delegation.js';
import type { DiagnosedFinding, PerspectiveReport, ServerReport } from './report.js';

/** Which record an event is about. `value` is the first value of the expectation. */
export interface OfRecord {
  name: Fqdn;
  recordType: 'TXT' | 'CNAME';
  value: string;
  /** Milliseconds from the start of the run. */
  elapsedMs: number;
}

export type VerifierEvent =
  /** `name` is the record's, `target` where a chain of CNAMEs has led. */
  | { type: 'delegation'; name: Fqdn; target: Fqdn; zone: Fqdn; nameServers: readonly NameServer[] }
  | ({ type: 'answer'; server: ServerReport } & OfRecord)
  /** A finding that waiting will not change, or that has come up on the way. */
  | ({ type: 'finding'; finding: DiagnosedFinding } & OfRecord)
  | ({ type: 'perspective'; perspective: PerspectiveReport } & OfRecord)
  | ({ type: 'visible' } & OfRecord);
