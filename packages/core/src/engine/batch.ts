import { DnsError, isDnsError } from '../errors.js';
import type { PreparedChange, Receipt, RecordSet, Zone } from '../provider.js';
import type { Account } from './account.js';
import { lookAt } from './look.js';
import type { SetAddress } from './request.js';

/** True if so many values of one zone take fewer calls in a batch than one after the other. */
export function isWorthBatch(account: Account, values: number): boolean {
  const { batch } = account.provider.capabilities;
  return batch !== false && values >= batch.from && !account.batchRefused;
}

/** Several sets of one zone as they are now, with one question if that takes fewer calls. */
export async function lookAtAll(
  addresses: readonly SetAddress[],
  signal: AbortSignal,
): Promise<readonly (RecordSet | undefined)[]> {
  const [first] = addresses;
  if (!first) return [];
  const { account, zone } = first;
  const { provider } = account;
  if (!provider.readRecordSets || addresses.length === 1)
    return Promise.all(addresses.map((address) => lookAt(address, signal)));
  const keys = addresses.map(({ key }) => key);
  const sets = await account.run(signal, async (call) => provider.readRecordSets?.(zone, keys, call));
  if (sets?.length === keys.length) return sets;
  throw brokenBatch(account, 'readRecordSets', false);
}

/**
 * Changes to different sets of one zone, in one call of the adapter. A failure of the whole becomes the error of each change:
 * the caller looks, and goes on set by set.
 *
 * @throws what is no `DnsError`, and whatever comes after the signal fired
 */
export async function applyTogether(
  account: Account,
  zone: Zone,
  changes: readonly PreparedChange[],
  signal: AbortSignal,
): Promise<readonly (Receipt | DnsError)[]> {
  const { provider } = account;
  if (changes.length === 0) return [];
  try {
    const outcomes = await account.run(signal, async (call) => provider.applyChanges?.(zone, changes, call));
    if (outcomes?.length === changes.length) return outcomes;
    throw brokenBatch(account, 'applyChanges', true);
  } catch (error) {
    if (!isDnsError(error) || signal.aborted) throw error;
    // The key may write records one by one and still lack the permission for batches: this is asked once.
    if (error.code === 'FORBIDDEN' || error.code === 'UNSUPPORTED') account.batchRefused = true;
    return changes.map(() => error);
  }
}

function brokenBatch(account: Account, method: string, outcomeUnknown: boolean): DnsError {
  return new DnsError('PROTOCOL', `The adapter's ${method} answered for another number of record sets.`, {
    provider: account.id,
    outcomeUnknown,
    retryable: outcomeUnknown,
  });
}
