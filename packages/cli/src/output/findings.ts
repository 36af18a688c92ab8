import type { DiagnosedFinding } from '@domainproof/propagation-verifier';
import type { Colour } from './styled.js';

const ORDER: readonly DiagnosedFinding['severity'][] = ['fatal', 'warning', 'info'];

export const SEVERITY_COLOUR: Readonly<Record<DiagnosedFinding['severity'], Colour>> = {
  fatal: 'red',
  warning: 'yellow',
  info: 'dim',
};

/** What stops the record first. */
export function bySeverity(findings: readonly DiagnosedFinding[]): DiagnosedFinding[] {
  return ORDER.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}
