import { canonicalValue, type DesiredRecord, type DnsError, type Lease, toFqdn } from '@domainproof/core';
import type {
  DiagnosedFinding,
  Expectation,
  RecordReport,
  Report,
  Verifier,
} from '@domainproof/propagation-verifier';
import type { Invocation } from './command.js';
import { formatDuration } from './duration.js';
import type { Output } from './output/output.js';
import { count, showName, showRecord } from './output/record-text.js';
import { startWatch } from './output/watch.js';

/** One record of the document that `prove` and `wait` print with `--json`. */
type RecordDocument = RecordReport & { lease?: Lease };

export interface VisibilityDocument {
  ok: boolean;
  records: readonly RecordDocument[];
}

/** What the verifier is to look for. */
export function expectationOf(record: DesiredRecord): Expectation {
  const { name, type, value, zone } = record;
  return { name, type: type as Expectation['type'], value, ...(zone !== undefined && { zone }) };
}

/** Waits for the values and shows how they come. Resolves also if they do not come in time. */
export async function awaitVisibility(
  verifier: Verifier,
  expectations: readonly Expectation[],
  timeoutMs: number,
  { io, output }: Invocation,
): Promise<Report> {
  const watch = startWatch(output, io, expectations, timeoutMs);
  const changed = changesOnly();
  try {
    const report = await verifier.wait(expectations, {
      timeoutMs,
      signal: io.signal,
      onEvent: (event) => {
        watch.onEvent(event);
        if (event.type !== 'answer' || changed(event.name, event.recordType, event.value, event.server))
          output.event(event);
      },
    });
    watch.end(report);
    return report;
  } finally {
    watch.end();
  }
}

/** The report of a wait that could not begin, as no resolver answered. */
export function resolverUnreachable(
  expectations: readonly Expectation[],
  reason: DnsError,
  elapsedMs: number,
): Report {
  const finding: DiagnosedFinding = {
    evidence: [],
    code: 'RESOLVER_UNREACHABLE',
    severity: 'fatal',
    message: reason.message,
    remedy: reason.hint ?? 'Name a resolver that this machine can reach: --resolver IP:PORT.',
  };
  const records = expectations.map(
    ({ name, type, value }): RecordReport => ({
      name: toFqdn(name),
      type,
      value: canonicalValue(type, [value].flat()[0] ?? ''),
      values: [value].flat().map((one) => canonicalValue(type, one)),
      zone: null,
      visible: false,
      verdict: 'unknown',
      chain: [],
      perspectives: [],
      elapsedMs,
      servers: [],
      findings: [finding],
    }),
  );
  return { ok: false, elapsedMs, questions: 0, records };
}

/** The JSON of a report; leases, if there are any, are in the order of its records. */
export function visibilityDocument(report: Report, leases: readonly Lease[] = []): VisibilityDocument {
  return {
    ok: report.ok,
    records: report.records.map((record, index) => {
      const lease = leases[index];
      return { ...record, ...(lease && { lease }) };
    }),
  };
}

/** The outcome for people: what is wrong with the records that are not visible, and those that are if no progress told it. */
export function visibilityLines(report: Report, { showsProgress }: Pick<Output, 'showsProgress'>): string[] {
  const visible = report.records.filter((record) => record.visible).length;
  const told = (record: RecordReport) => record.visible && record.findings.length === 0 && showsProgress;
  return [
    ...report.records.filter((record) => !told(record)).flatMap(recordLines),
    `${visible} of ${count(report.records.length, 'record')} visible after ${formatDuration(report.elapsedMs)}`,
  ];
}

function recordLines(record: RecordReport): string[] {
  const servers = record.servers.length;
  const seen = record.servers.filter(({ status }) => status === 'visible').length;
  const head = record.visible ? 'visible  ' : 'missing  ';
  return [
    `${head} ${showRecord(record)} on ${seen} of ${count(servers, 'server address').replace(/addresss$/, 'addresses')}`,
    ...(record.visible
      ? []
      : record.servers
          .filter(({ status }) => status !== 'visible')
          .map(({ host, address, status }) => `          ${showName(host)} (${address}): ${status}`)),
    ...record.findings.map(({ code, message, remedy }) => `          ${code}: ${message} ${remedy}`),
  ];
}

/** Servers are asked many times a second at first; only an answer that differs from the one before is an event. */
function changesOnly() {
  const last = new Map<string, string>();
  return (
    name: string,
    type: string,
    value: string,
    server: { address: string; status: string; values: readonly string[] },
  ): boolean => {
    const key = JSON.stringify([name, type, value, server.address]);
    const state = JSON.stringify([server.status, server.values]);
    if (last.get(key) === state) return false;
    last.set(key, state);
    return true;
  };
}
