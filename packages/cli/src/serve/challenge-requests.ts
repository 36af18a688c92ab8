import { type DesiredRecord, type Fqdn, isWithin, toFqdn } from '@domainproof/core';
import type { RecordReport } from '@domainproof/propagation-verifier';
import type { ErrorJson } from '../errors.js';
import type { Output } from '../output/output.js';
import { showName } from '../output/record-text.js';
import type { Settings } from '../settings.js';
import { type Answer, errorAnswer, Refusal } from './answer.js';
import { recordOf } from './challenge-body.js';
import { STATUS_OF } from './statuses.js';
import type { TimelyChallenges } from './timely.js';
import type { Task } from './under-way.js';

/** Seconds that a client is asked to wait before it tries again. */
const RETRY_AFTER = '10';

/** What challenges are handled with. */
export interface Desk {
  challenges: TimelyChallenges;
  /** Domains within which names must lie; empty: wherever the providers hold zones. */
  allowed: readonly Fqdn[];
  /** What flags say for every record. */
  defaults: Pick<Settings, 'provider' | 'zone' | 'line' | 'ttl'>;
  output: Pick<Output, 'warn' | 'describe'>;
}

/** Handles the body of one request. */
export type Handler = (text: string, desk: Desk, task: Task) => Promise<Answer>;

/** Writes the record and waits until every name server shows it. */
export const present: Handler = async (text, desk, task) => {
  const record = requestedRecord(text, desk);
  return answered('present', record, desk, async () => {
    const { lease, report } = await desk.challenges.present(record, task);
    const findings = report && !report.visible ? report.findings : [];
    const written = { name: record.name, lease: lease.id };
    if (report?.visible) return { status: 200, outcome: 'visible', body: { visible: true, ...written } };
    if (report?.verdict === 'blocked') return blocked(record, report, lease.id, desk);
    desk.output.warn(
      `${showName(record.name)} is written (lease ${lease.id}); not every name server showed it in time.${wordsOf(findings)}`,
    );
    return {
      status: 200,
      outcome: 'not-visible',
      body: { visible: false, ...written, findings: findings.map(shortened) },
    };
  });
};

/** Takes the value away. */
export const cleanup: Handler = async (text, desk, task) => {
  const record = requestedRecord(text, desk);
  return answered('cleanup', record, desk, async () => {
    const outcome = await desk.challenges.cleanup(record, task);
    return { status: 200, outcome, body: { outcome, name: record.name } };
  });
};

function requestedRecord(text: string, { allowed, defaults }: Desk): DesiredRecord {
  const record = recordOf(text);
  const name = toFqdn(record.name);
  if (allowed.length > 0 && !allowed.some((domain) => isWithin(name, domain)))
    throw new Refusal(403, {
      code: 'NOT_ALLOWED',
      message: `${showName(name)} lies in none of the domains that this server is for.`,
      hint: 'It was started with --allow for others. Where a CNAME leads to another domain, that one must be allowed.',
    });
  const given = Object.entries(defaults).filter(([, value]) => value !== undefined);
  return { ...record, ...Object.fromEntries(given) };
}

/** The answer of the work, or for what it failed with; the operator is told why. */
async function answered(
  verb: string,
  { name }: DesiredRecord,
  { output }: Desk,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return { ...(await work()), name };
  } catch (error) {
    const { code, message, hint } = explained(output.describe(error).json);
    output.warn(`${verb} of ${showName(name)} failed: ${message} (${code})${hint ? ` ${hint}` : ''}`);
    const status = STATUS_OF[code];
    const headers: Record<string, string> = status === 503 ? { 'Retry-After': RETRY_AFTER } : {};
    return { ...errorAnswer(status, { code, message, ...(hint && { hint }) }, headers), name };
  }
}

function explained(error: ErrorJson): ErrorJson {
  if (error.code !== 'ABORTED') return error;
  return {
    ...error,
    message: 'The server stopped before the work was done.',
    hint: 'Try again when it runs.',
  };
}

/** The record is written, and nobody will ever see it: an authority must not be asked to look. */
function blocked(record: DesiredRecord, { findings }: RecordReport, lease: string, { output }: Desk): Answer {
  const [worst] = findings;
  const code = worst?.code ?? 'BLOCKED';
  const message = worst?.message ?? 'Waiting cannot make the record visible.';
  output.warn(
    `${showName(record.name)} is written (lease ${lease}), and waiting cannot make it visible.${wordsOf(findings)}`,
  );
  return errorAnswer(409, { code, message, ...(worst && { hint: worst.remedy }), lease });
}

function shortened({ code, message, remedy }: RecordReport['findings'][number]) {
  return { code, message, remedy };
}

function wordsOf(findings: RecordReport['findings']): string {
  return findings.map(({ code, message, remedy }) => ` ${code}: ${message} ${remedy}`).join('');
}
