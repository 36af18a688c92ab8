import type { DiagnosedFinding } from '../types/index.js';
import type { Progress } from './progress.js';
import type { ExpectedRecord } from './record.js';
import type { Target } from './target.js';

/** Looks for what stands in the way of a record. `early`: what is worth knowing while it is still awaited. Rejects on abort only. */
export interface Inspector {
  inspect(
    target: Target,
    record: ExpectedRecord,
    depth: 'early' | 'full',
    signal: AbortSignal,
  ): Promise<readonly DiagnosedFinding[]>;
  /** Waiting cannot help. */
  isTerminal(finding: DiagnosedFinding): boolean;
  /** Milliseconds for which a terminal finding must be seen before it ends the wait. */
  settlesAfterMs(finding: DiagnosedFinding): number;
}

/** When the first round of inspections begins, in milliseconds from the start; each further one at twice the time. */
const FIRST_ROUND_MS = 2_000;

/**
 * Inspects the pending records of a target from time to time. A record for which two or more rounds in a row show the same terminal
 * finding, for as long as it takes to settle, is blocked, if `stopEarly`. Ends when the signal fires, or when nothing is pending.
 */
export async function inspectPending(
  progress: Progress,
  target: Target,
  inspector: Inspector,
  stopEarly: boolean,
  signal: AbortSignal,
  onBlocked: () => void,
): Promise<void> {
  /** When each code was first seen in a row of rounds. */
  const since = new Map<ExpectedRecord, Map<string, number>>();
  for (let roundMs = FIRST_ROUND_MS; !target.isOver; roundMs *= 2) {
    await progress.context.clock.sleep(roundMs - progress.elapsedMs, signal);
    for (const record of target.records.filter(({ isAwaited }) => isAwaited)) {
      const findings = await inspector.inspect(target, record, 'early', signal);
      if (!record.isAwaited) continue;
      record.inspected = findings;
      for (const finding of findings) progress.announce(target, record, finding);
      const before = since.get(record);
      const terminal = findings.filter(inspector.isTerminal);
      const isSettled = terminal.some((finding) => {
        const first = before?.get(finding.code);
        return first !== undefined && roundMs - first >= inspector.settlesAfterMs(finding);
      });
      since.set(record, new Map(terminal.map(({ code }) => [code, before?.get(code) ?? roundMs])));
      if (!isSettled || !stopEarly) continue;
      record.isBlocked = true;
      onBlocked();
    }
  }
}
