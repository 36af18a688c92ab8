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
 * Changes to different sets of one zone, together. Those that may be tried again are, as long as they are enough for a batch.
 * A failure of the whole becomes the error of each change: the caller looks, and goes on set by set.
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
  const outcomes: (Receipt | DnsError)[] = [];
  let open = changes.map((prepared, index) => ({ prepared, index }));
  let attempts = 0;
  try {
    if (open.length > 0)
      await account.run(signal, async (call) => {
        attempts += 1;
        // As in `applyToSeen`: what was read before the pause may not be what is there now.
        const sets =
          attempts > 1 && provider.capabilities.writes === 'replace'
            ? await provider.readRecordSets?.(
                zone,
                open.map(({ prepared }) => prepared.change.key),
                call,
              )
            : open.map(({ prepared }) => prepared.current);
        const current = open.map(({ prepared: { change } }, position) => ({
          change,
          current: sets?.[position],
        }));
        const answers = await provider.applyChanges?.(zone, current, call);
        if (answers?.length !== open.length) throw brokenBatch(account, 'applyChanges', true);
        for (const [position, answer] of answers.entries())
          outcomes[open[position]?.index as number] = answer;
        const again = open.filter(({ index }) => mayBeRepeated(outcomes[index]));
        if (!isWorthBatch(account, again.length)) return;
        open = again;
        throw outcomes[again[0]?.index as number];
      });
  } catch (error) {
    if (!isDnsError(error) || signal.aborted) throw error;
    // The key may write records one by one and still lack the permission for batches: this is asked once.
    if (error.code === 'FORBIDDEN' || error.code === 'UNSUPPORTED') account.batchRefused = true;
    for (const { index } of open) outcomes[index] = error;
  }
  return outcomes;
}

function mayBeRepeated(outcome: Receipt | DnsError | undefined): boolean {
  return isDnsError(outcome) && outcome.retryable && !outcome.outcomeUnknown;
}

function brokenBatch(account: Account, method: string, outcomeUnknown: boolean): DnsError {
  return new DnsError('PROTOCOL', `The adapter's ${method} answered for another number of record sets.`, {
    provider: account.id,
    outcomeUnknown,
    retryable: outcomeUnknown,
  });
}
