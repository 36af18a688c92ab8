import { DnsError, isDnsError } from '../errors.js';
import type { Json, Receipt, RecordSet, ValueChange } from '../provider.js';
import { assertNoConflict } from './conflict.js';
import { applyToSeen, lookAt, MAX_WRITES, mayLookAndRepeat, pauseBetweenWrites } from './look.js';
import type { SetRequest } from './request.js';
import { settle } from './settle.js';

/** What is known of a record set while values are being added to it. */
export interface AddProgress {
  /** The set as it was last read. */
  seen?: RecordSet;
  /** Of the last write that was answered. */
  receipt?: Receipt;
  /** Values that this call put there, or perhaps: the answer got lost. */
  mine: Set<string>;
  /** Values that were there before, made by someone else. */
  present: Set<string>;
}

export interface AddOutcome {
  present: ReadonlySet<string>;
  /** Seconds, as the set has it now. */
  ttl: number;
  /** What the adapter wants to see again when the values are removed. */
  receipt?: Json;
}

export function newProgress(): AddProgress {
  return { mine: new Set(), present: new Set() };
}

/**
 * Puts values into one record set and waits until the provider serves them. The first write is made without a look at the
 * set, since the vendors refuse what exists; a refusal, or an answer that got lost, makes it look.
 *
 * @param progress where to begin; kept up to date, so that after a failure it tells whether anything was written
 * @throws DnsError what the provider said; `RECORD_CONFLICT` names the record set that is in the way; `TIMEOUT` if the
 * value was accepted but not served in time; `ZONE_INACTIVE` if the provider holds the set and does not serve it.
 */
export async function addValues(
  request: SetRequest,
  progress: AddProgress,
  signal: AbortSignal,
): Promise<AddOutcome> {
  for (let writes = 1; ; writes += 1) {
    const missing = noteSeen(request, progress);
    if (missing.length > 0) {
      assertNoConflict(request, progress.seen);
      const change = additionOf(request, missing);
      try {
        noteReceipt(progress, missing, await applyToSeen(request, progress, change, signal));
      } catch (error) {
        if (isDnsError(error) && error.outcomeUnknown) noteUnknown(progress, missing, error);
        if (!mayLookAndRepeat(error) || writes === MAX_WRITES) throw error;
        if (writes > 1) await pauseBetweenWrites(writes, signal);
        progress.seen = await lookAt(request, signal);
        continue;
      }
    }
    const settled = await settle(request, progress.receipt, progress.seen, signal);
    if (!settled || holdsAll(settled, request)) return outcomeOf(request, progress, settled);
    if (writes === MAX_WRITES) throw keepsLosing(request);
    await pauseBetweenWrites(writes, signal);
    progress.seen = settled;
  }
}

/** Takes in what was read, and tells which values are still missing. */
export function noteSeen({ values }: SetRequest, { seen, mine, present }: AddProgress): string[] {
  const missing = values.filter((value) => !seen?.values.includes(value));
  for (const value of values)
    if (missing.includes(value))
      present.delete(value); // Gone since, so what is put there now is ours.
    else if (!mine.has(value)) present.add(value);
  return missing;
}

/** Takes in the answer to a write of `written` values. */
export function noteReceipt(progress: AddProgress, written: readonly string[], receipt: Receipt): void {
  const { mine, present } = progress;
  for (const value of receipt.present ?? []) if (!mine.has(value)) present.add(value);
  for (const value of written) if (!present.has(value)) mine.add(value);
  progress.receipt = receipt;
}

/** Takes in that a write of `written` values may have been carried out. */
export function noteUnknown(
  { mine, present }: AddProgress,
  written: readonly string[],
  error: DnsError,
): void {
  for (const value of written)
    if (error.present?.includes(value) && !mine.has(value)) present.add(value);
    else mine.add(value);
}

export function additionOf({ key, ttl }: SetRequest, values: readonly string[]): ValueChange {
  return { key, add: values, remove: [], ttl: ttl.effective };
}

export function holdsAll(set: RecordSet, { values }: SetRequest): boolean {
  return values.every((value) => set.values.includes(value));
}

export function outcomeOf(
  { ttl }: SetRequest,
  { present, receipt, seen }: AddProgress,
  settled: RecordSet | undefined,
): AddOutcome {
  return { present, ttl: (settled ?? seen)?.ttl ?? ttl.effective, receipt: receipt?.native };
}

function keepsLosing({ account, key }: SetRequest): DnsError {
  return new DnsError('BUSY', `Another writer keeps taking values out of ${key.name} ${key.type}.`, {
    provider: account.id,
    hint: 'Stop the other program that rewrites this record set, or let both use the same journal.',
  });
}
