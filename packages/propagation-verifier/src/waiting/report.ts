import { DnsError } from '@domainproof/core';
import { withoutServers } from '../diagnosis/checks/delegation.js';
import type { DiagnosedFinding, RecordReport, Report, Verdict } from '../types/index.js';
import type { Progress } from './progress.js';
import type { ExpectedRecord } from './record.js';
import type { Target, Targets } from './target.js';

/** What has become of every expectation, in their order. */
export function reportOn(
  progress: Progress,
  { places }: Targets,
  isTerminal: (finding: DiagnosedFinding) => boolean,
): Report {
  const { elapsedMs, questions } = progress;
  const records = places.map(({ target, record }) => recordReport(progress, target, record, isTerminal));
  return { ok: records.every(({ visible }) => visible), elapsedMs, questions, records };
}

function recordReport(
  progress: Progress,
  target: Target,
  record: ExpectedRecord,
  isTerminal: (finding: DiagnosedFinding) => boolean,
): RecordReport {
  const failure = failureOf(progress, target);
  const isVisible = record.visibleAfterMs !== null;
  const lost = failure && withoutServers(failure);
  // A chain of CNAMEs that leads nowhere has a finding of its own.
  const isTold = target.chainFailure || record.findings.some(({ code }) => code === lost?.code);
  const findings = lost && !isTold ? [lost, ...record.findings] : record.findings;
  const isBlocked = record.isBlocked || failure?.code === 'ZONE_NOT_FOUND' || findings.some(isTerminal);
  return {
    name: target.name,
    type: target.type,
    value: record.value,
    values: record.values,
    zone: target.hops[0]?.delegation.zone ?? null,
    visible: isVisible,
    verdict: verdictOf(record, isBlocked),
    elapsedMs: record.visibleAfterMs ?? progress.elapsedMs,
    chain: target.chain,
    servers: record.servers.map((server) => ({ ...server })),
    perspectives: record.perspectives,
    findings,
  };
}

function verdictOf(record: ExpectedRecord, isBlocked: boolean): Verdict {
  if (record.isVisible) return 'visible';
  if (isBlocked) return 'blocked';
  const isSilent = ({ status }: { status: string }) =>
    status === 'unasked' || status === 'timeout' || status === 'no-route';
  return record.servers.every(isSilent) ? 'unknown' : 'pending';
}

function failureOf(progress: Progress, { name, failure, hops }: Target): DnsError | undefined {
  if (failure || hops.length > 0) return failure;
  const { resolver } = progress.context;
  const hint = 'Wait longer (--timeout), or check the resolvers (--resolver) and the network.';
  return resolver.hasAnswered
    ? new DnsError('TRANSIENT', `The name servers for ${name} were not found in time.`, { hint })
    : new DnsError('TIMEOUT', `No resolver answered in time: ${resolver.description}.`, { hint });
}
