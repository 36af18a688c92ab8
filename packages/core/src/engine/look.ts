import { type DnsError, isDnsError } from '../errors.js';
import type { Receipt, RecordSet, ValueChange } from '../provider.js';
import { sleep } from '../sleep.js';
import type { SetAddress } from './request.js';

/** How often a write is begun anew because a set changed under it, a value was lost to another writer, or the answer was. */
export const MAX_WRITES = 5;

/** Milliseconds before the first write that is begun anew, at the most; longer each time. */
const PAUSE_MS = 300;

export function lookAt(
  { account, zone, key }: SetAddress,
  signal: AbortSignal,
): Promise<RecordSet | undefined> {
  return account.run(signal, (call) => account.provider.readRecordSet(zone, key, call));
}

/**
 * Applies a change, again while the vendor says "not now". Where a write replaces the whole set, every further attempt is
 * based on a new look: what was read before may lack what another writer put there meanwhile.
 */
export function applyToSeen(
  { account, zone, key }: SetAddress,
  progress: { seen?: RecordSet },
  change: ValueChange,
  signal: AbortSignal,
): Promise<Receipt> {
  const { provider } = account;
  let attempts = 0;
  return account.run(signal, async (call) => {
    attempts += 1;
    if (attempts > 1 && progress.seen && provider.capabilities.writes === 'replace')
      progress.seen = await provider.readRecordSet(zone, key, call);
    return provider.applyChange(zone, progress.seen, change, call);
  });
}

/** A refusal because of what is there, or an answer that got lost: the set itself tells how to go on. */
export function mayLookAndRepeat(error: unknown): error is DnsError {
  return isDnsError(error) && (error.code === 'RECORD_CONFLICT' || (error.outcomeUnknown && error.retryable));
}

/** Random, so that two writers that met do not meet again. */
export function pauseBetweenWrites(writes: number, signal: AbortSignal): Promise<void> {
  return sleep(Math.random() * PAUSE_MS * writes, signal);
}
