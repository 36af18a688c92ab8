import type { Finding } from '@domainproof/core';
import { RECORD_FAILURES } from './record-failures.js';
import { ZONE_FAILURES } from './zone-failures.js';

export type { FailureFacts } from './failure-facts.js';

/** Every code that a finding of the verifier can have. */
export const FAILURES = { ...RECORD_FAILURES, ...ZONE_FAILURES } as const;

export type FailureCode = keyof typeof FAILURES;

/** Milliseconds for which a terminal finding must be seen before it ends a wait. */
export function settlesAfterMs({ code }: Finding): number {
  return Object.hasOwn(FAILURES, code) ? FAILURES[code as FailureCode].settlesAfterMs : 0;
}

/** True if waiting cannot change what the finding tells. Codes that are not the verifier's are never terminal. */
export function isTerminal({ code, severity }: Finding): boolean {
  return severity === 'fatal' && Object.hasOwn(FAILURES, code) && FAILURES[code as FailureCode].terminal;
}
