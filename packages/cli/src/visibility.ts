import type { Lease } from '@domainproof/core';
import type {
  Delegation,
  Expectation,
  RecordReport,
  Report,
  Verifier,
  VerifierEvent,
  WaitOptions,
} from '@domainproof/propagation-verifier';
import type { Invocation } from './command.js';
import { formatDuration } from './duration.js';
import { describeSeen } from './output/chain.js';
import type { Output } from './output/output.js';
import { describePerspective } from './output/perspective-text.js';
import { count, showName, showRecord } from './output/record-text.js';
import { wrap } from './output/styled.js';
import { startWatch } from './output/watch.js';

/** What stands below a record begins here. */
const INDENT = ' '.repeat(10);

/** One record of the document that `prove` and `wait` print with `--json`. */
type RecordDocument = RecordReport & { lease?: Lease };

export interface VisibilityDocument {
  ok: boolean;
  records: readonly RecordDocument[];
}

/** What the verifier found, and the servers that it asked. */
export interface Seen {
  report: Report;
  /** By zone; those that CNAMEs led to included. */
  delegations: readonly Delegation[];
}

/** Waits for the values and shows how they come. Resolves also if they do not come in time. */
export async function awaitVisibility(
  verifier: Verifier,
  expectations: readonly Expectation[],
  options: Omit<WaitOptions, 'signal' | 'onEvent'> & { timeoutMs: number },
  { io, output }: Invocation,
): Promise<Seen> {
  const watch = startWatch(output, io, expectations, options.timeoutMs);
  const changed = changesOnly();
  const delegations = new Map<string, Delegation>();
  try {
    const report = await verifier.wait(expectations, {
      ...options,
      signal: io.signal,
      onEvent: (event) => {
        watch.onEvent(event);
        if (event.type === 'delegation') delegations.set(event.zone, event);
        if (event.type !== 'answer' || changed(event)) output.event(event);
      },
    });
    watch.end(report);
    return {
      report,
      delegations: [...delegations.values()].map(({ zone, nameServers }) => ({ zone, nameServers })),
    };
  } finally {
    watch.end();
  }
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
export function visibilityLines(
  report: Report,
  { showsProgress, width }: Pick<Output, 'showsProgress' | 'width'>,
  timeoutMs: number,
): string[] {
  const visible = report.records.filter((record) => record.visible).length;
  const told = (record: RecordReport) => record.visible && record.findings.length === 0 && showsProgress;
  const outcome = `${visible} of ${count(report.records.length, 'record')} visible after ${formatDuration(report.elapsedMs)}`;
  return [
    ...report.records.filter((record) => !told(record)).flatMap((record) => recordLines(record, width)),
    isStoppedEarly(report, timeoutMs) ? `${outcome}; stopped early: waiting cannot help` : outcome,
  ];
}

/** Whether the wait ended before its time since what is missing will not come by itself. */
export function isStoppedEarly({ ok, elapsedMs, records }: Report, timeoutMs: number): boolean {
  return !ok && elapsedMs < timeoutMs && records.some(({ verdict }) => verdict === 'blocked');
}

function recordLines(record: RecordReport, width: number): string[] {
  const behind = record.perspectives.filter(({ status }) => status !== 'visible');
  return [
    `${record.visible ? 'visible  ' : 'missing  '} ${showRecord(record)} ${describeSeen(record)}`,
    ...record.chain.map(
      ({ name, target, zone }) =>
        `${INDENT}${showName(name)} is a CNAME to ${showName(target)} (in ${showName(zone)})`,
    ),
    ...(record.visible
      ? []
      : record.servers
          .filter(({ status }) => status !== 'visible')
          .map(({ host, address, status }) => `${INDENT}${showName(host)} (${address}): ${status}`)),
    ...behind.map((perspective) => `${INDENT}${describePerspective(perspective)}`),
    ...record.findings.flatMap(({ code, message, remedy }) =>
      wrap(`${code}: ${message} ${remedy}`, width, INDENT),
    ),
  ];
}

/** Servers are asked many times a second at first; only an answer that differs from the one before is an event. */
function changesOnly() {
  const last = new Map<string, string>();
  return ({ name, recordType, value, server }: VerifierEvent & { type: 'answer' }): boolean => {
    const key = JSON.stringify([name, recordType, value, server.name, server.address]);
    const state = JSON.stringify([server.status, server.values]);
    if (last.get(key) === state) return false;
    last.set(key, state);
    return true;
  };
}
