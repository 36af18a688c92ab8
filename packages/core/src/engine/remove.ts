import { isDnsError } from '../errors.js';
import type { Json, RecordSet, ValueChange } from '../provider.js';
import { applyToSeen, lookAt, MAX_WRITES, mayLookAndRepeat, pauseBetweenWrites } from './look.js';
import type { SetAddress } from './request.js';

/** Values that are to leave one record set. */
export interface Removal extends SetAddress {
  /** Distinct. */
  values: readonly string[];
  /** The `native` of the receipts that added the values; an adapter that finds record ids in them need not look. */
  receipts: readonly Json[];
}

/** What is known of a record set while values are being taken out of it. */
export interface RemoveProgress {
  /** The set was read; `seen` is what it held. */
  looked: boolean;
  seen?: RecordSet;
  removed: Set<string>;
  /** Values of a removal whose answer got lost: what of them is gone now was taken by it. */
  attempted: Set<string>;
}

export function newRemoval(): RemoveProgress {
  return { looked: false, removed: new Set(), attempted: new Set() };
}

/**
 * Takes values out of one record set, and nothing else.
 *
 * @returns the values that were there; the others were gone already.
 */
export async function removeValues(
  removal: Removal,
  progress: RemoveProgress,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const { account, receipts } = removal;
  const { removed, attempted } = progress;
  if (!progress.looked && account.provider.capabilities.writes === 'replace')
    await look(removal, progress, signal);
  for (let writes = 1; ; writes += 1) {
    const { looked } = progress;
    const there = stillThere(removal, progress);
    if (there.length === 0) return removed;
    const change = removalOf(removal, progress, there);
    try {
      const receipt = await applyToSeen(removal, progress, change, signal);
      const absent = new Set(receipt.absent);
      for (const value of there) if (!absent.has(value) || attempted.has(value)) removed.add(value);
      // A record id that is gone does not mean that the value is: it may have been put there anew, under another id.
      const doubtful = !looked && receipts.length > 0 && absent.size > 0;
      if (!doubtful) return removed;
    } catch (error) {
      if (isDnsError(error) && error.outcomeUnknown) for (const value of there) attempted.add(value);
      if (!mayLookAndRepeat(error) || writes === MAX_WRITES) throw error;
      if (writes > 1) await pauseBetweenWrites(writes, signal);
    }
    await look(removal, progress, signal);
  }
}

/** The values that are still to go. Those that a lost removal took away count as removed. */
export function stillThere({ values }: Removal, progress: RemoveProgress): readonly string[] {
  const { looked, seen, removed, attempted } = progress;
  if (!looked) return values;
  const there = values.filter((value) => seen?.values.includes(value));
  for (const value of attempted) if (!there.includes(value)) removed.add(value);
  return there;
}

export function removalOf(
  { key, receipts }: Removal,
  { looked, seen }: RemoveProgress,
  values: readonly string[],
): ValueChange {
  return { key, add: [], remove: values, ttl: seen?.ttl ?? 0, receipts: looked ? [] : receipts };
}

async function look(removal: Removal, progress: RemoveProgress, signal: AbortSignal): Promise<void> {
  progress.seen = await lookAt(removal, signal);
  progress.looked = true;
}
