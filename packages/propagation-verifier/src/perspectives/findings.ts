import { finding } from '../diagnosis/finding.js';
import { bare, plain } from '../diagnosis/wording.js';
import type { DiagnosedFinding, Evidence, PerspectiveReport } from '../types/index.js';
import type { SoughtRecord } from './reading.js';

/** A resolver and what it said last. */
export interface SeenPerspective {
  report: PerspectiveReport;
  evidence: readonly Evidence[];
}

type Severity = DiagnosedFinding['severity'];

const OLD: ReadonlySet<PerspectiveReport['status']> = new Set(['different', 'partial', 'extra']);
const FAILED: Readonly<Partial<Record<PerspectiveReport['status'], string>>> = {
  servfail: 'answers SERVFAIL',
  refused: 'refuses the question',
  malformed: 'answers with something that is not a right DNS answer',
  timeout: 'does not answer in time',
  'no-route': 'cannot be reached from this machine',
};

/**
 * Why resolvers do not have a record that every authoritative server has: `NEG_CACHED` and `OLD_CACHED` with the time at which the
 * last of them is clear, and `PERSPECTIVE_FAILED`.
 *
 * @param isAgreed a quorum has it without them, so that they are told for information only.
 */
export function perspectiveFindings(
  record: SoughtRecord,
  seen: readonly SeenPerspective[],
  isAgreed: boolean,
  epochMs: number,
): DiagnosedFinding[] {
  const severity = isAgreed ? 'info' : 'warning';
  const cached = seen.filter(({ report }) => report.status === 'absent' || OLD.has(report.status));
  return [...cachedFindings(record, cached, severity, epochMs), ...failureFindings(seen, severity)];
}

/** `NEG_CACHED` and `OLD_CACHED` for resolvers whose answer is negative or old. */
export function cachedFindings(
  { name, type, values }: SoughtRecord,
  cached: readonly SeenPerspective[],
  severity: Severity,
  epochMs: number,
): DiagnosedFinding[] {
  const negative = cached.filter(({ report }) => report.status === 'absent');
  const old = cached.filter(({ report }) => report.status !== 'absent');
  const findings: DiagnosedFinding[] = [];
  const served = values.length === 1 ? 'the value' : `the ${values.length} values`;
  const what = `${served} of the ${type} at ${bare(name)}`;
  if (negative.length > 0)
    findings.push(
      finding(
        'NEG_CACHED',
        `Every authoritative server has ${what}, but ${listed(negative, keepsAbsent)}.`,
        observed(negative),
        { severity, remedy: remedyFor(negative, epochMs) },
      ),
    );
  if (old.length > 0)
    findings.push(
      finding(
        'OLD_CACHED',
        `Every authoritative server has ${what}, but ${listed(old, keepsOld)}.`,
        observed(old),
        { severity, remedy: remedyFor(old, epochMs) },
      ),
    );
  return findings;
}

function failureFindings(seen: readonly SeenPerspective[], severity: Severity): DiagnosedFinding[] {
  const failed = seen.filter(({ report }) => FAILED[report.status] !== undefined);
  if (failed.length === 0) return [];
  const message = `Every authoritative server has the record, but ${listed(failed, fails)}.`;
  const remedy =
    'If only this machine cannot reach the resolver, take another one. If the resolver fails for this name alone, look at the DNSSEC records and the name servers of the zone.';
  return [finding('PERSPECTIVE_FAILED', message, observed(failed), { severity, remedy })];
}

function observed(seen: readonly SeenPerspective[]): { evidence: Evidence }[] {
  return seen.flatMap(({ evidence }) => evidence.map((one) => ({ evidence: one })));
}

function listed(seen: readonly SeenPerspective[], tell: (report: PerspectiveReport) => string): string {
  const told = seen.map(({ report }) => tell(report));
  return told.length === 1 ? told[0]! : `${told.slice(0, -1).join(', ')} and ${told.at(-1)}`;
}

function keepsAbsent({ name, clearsInMs }: PerspectiveReport): string {
  return clearsInMs === null
    ? `${name} answers "absent" and does not say for how long`
    : `${name} keeps "absent" for ${seconds(clearsInMs)} more`;
}

function keepsOld({ name, values, clearsInMs }: PerspectiveReport): string {
  const shown = values.map((value) => `"${plain(value)}"`).join(', ');
  return `${name} keeps ${shown}${clearsInMs === null ? '' : ` for ${seconds(clearsInMs)} more`}`;
}

function fails({ name, status, extendedErrors = [] }: PerspectiveReport): string {
  const reasons = extendedErrors.length > 0 ? ` (${extendedErrors.join(', ')})` : '';
  return `${name} ${FAILED[status]}${reasons}`;
}

/** When no resolver that was asked holds anything against the record any more. */
function remedyFor(seen: readonly SeenPerspective[], epochMs: number): string {
  const known = seen.flatMap(({ report }) => report.clearsInMs ?? []);
  if (known.length === 0)
    return 'Wait: a resolver that gives no time keeps an answer for a few minutes at most.';
  const safeInMs = Math.max(...known);
  const safeAt = new Date(Math.ceil((epochMs + safeInMs) / 1_000) * 1_000).toISOString().replace('.000', '');
  return `Wait ${seconds(safeInMs)}, until ${safeAt}, before a certificate authority looks: a resolver that asked as early as this keeps its answer no longer.`;
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1_000)} s`;
}
