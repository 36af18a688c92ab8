import type { DiagnosedFinding, Evidence } from '../types/index.js';
import { FAILURES, type FailureCode } from './codes.js';

/** Answers that one finding shows. */
const MAX_EVIDENCE = 8;

/** A finding; severity and remedy are the catalogue's unless given. */
export function finding(
  code: FailureCode,
  message: string,
  observed: readonly { evidence: Evidence }[],
  { severity, remedy }: Partial<Pick<DiagnosedFinding, 'severity' | 'remedy'>> = {},
): DiagnosedFinding {
  return {
    code,
    severity: severity ?? FAILURES[code].severity,
    message,
    remedy: remedy ?? FAILURES[code].remedy,
    evidence: observed.slice(0, MAX_EVIDENCE).map(({ evidence }) => evidence),
  };
}
