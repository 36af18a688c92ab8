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
}

/** When the first round of inspections begins, in milliseconds from the start; each further one at twice the time. */
const FIRST_ROUND_MS = 2_000;

/**
 * Inspects the pending records of a target from time to time. A record for which two rounds in a row show the same terminal finding is
 * blocked, if `stopEarly`. Ends when the signal fires, or when nothing is pending.
 */
export async function inspectPending(
  progress: Progress,
  target: Target,
  inspector: Inspector,
  stopEarly: boolean,
  signal: AbortSignal,
  onBlocked: () => void,
): Promise<void> {
  const terminal = new Map<ExpectedRecord, Set<string>>();
  for (let roundMs = FIRST_ROUND_MS; !target.isOver; roundMs *= 2) {
    await progress.context.clock.sleep(roundMs - progress.elapsedMs, signal);
    for (const record of target.records.filter(({ isAwaited }) => isAwaited)) {
      const findings = await inspector.inspect(target, record, 'early', signal);
      if (!record.isAwaited) continue;
      record.inspected = findings;
      for (const finding of findings) progress.announce(target, record, finding);
      const codes = new Set(findings.filter(inspector.isTerminal).map(({ code }) => code));
      const isConfirmed = [...codes].some((code) => terminal.get(record)?.has(code));
      terminal.set(record, codes);
      if (!isConfirmed || !stopEarly) continue;
      record.isBlocked = true;
      onBlocked();
    }
  }
}
