import { setTimeout as delay } from 'node:timers/promises';
import {
  abortError,
  type Call,
  DnsError,
  isDnsError,
  type Receipt,
  type RecordSet,
  type ValueChange,
  type Zone,
} from '@domainproof/core';
import type { Api } from './api.js';
import { manifest } from './manifest.js';
import { nothing, onlyTheRemoved, type Plan, planOf } from './plan.js';
import { answeredSet } from './records.js';
import { type StoredSet, storedSetOf } from './stored-set.js';

/** Each attempt that fails means that another writer has come through meanwhile. */
const MAX_ATTEMPTS = 12;
/**
 * Of these, how many want the set exactly as it was read, so that the receipt is exact. Where many write to one set that may never
 * come true; later ones want no more than that the set is there, and each adds and deletes its own records all the same.
 */
const EXACT_ATTEMPTS = 3;
/** Milliseconds before the third attempt, at the most; longer each time. */
const PAUSE_MS = 10;

/**
 * One message if what is thought to be there is there: the set as it was read; nothing, where values are added; or only the values
 * that are to be removed. If not, the set is read and the change is tried on what was read; after some attempts that other writers
 * came between, the set only has to be there.
 *
 * @throws DnsError `RECORD_CONFLICT` if an alias, or something beside an alias, is in the way
 */
export async function applyChange(
  api: Api,
  zone: Zone,
  current: RecordSet | undefined,
  change: ValueChange,
  call: Call,
): Promise<Receipt> {
  if (call.signal.aborted) throw abortError(call.signal, { provider: manifest.id, operation: 'Update' });
  assertLine(change);
  let assumed = storedSetOf(current) ?? (change.add.length > 0 ? nothing(change) : onlyTheRemoved(change));
  let isRead = current !== undefined;
  let refuted: StoredSet | undefined;
  for (let attempt = 1; ; attempt += 1) {
    if (isRead) assertNoConflict(assumed, change);
    const plan = planOf(assumed, change);
    if (plan.updates.length === 0 && isRead) return plan.receipt;
    try {
      await api.update(zone.name, plan.prerequisites, plan.updates, call);
      return plan.receipt;
    } catch (error) {
      if (!isDnsError(error)) throw error;
      if (error.code !== 'RECORD_CONFLICT' || attempt === MAX_ATTEMPTS) throw withPresent(error, plan);
    }
    if (attempt > 1) await pause(attempt, call);
    const found = await answeredSet(api, zone, change.key, call);
    if (isRead && !found.isEmpty && found.equals(assumed)) {
      // A wildcard may answer for a name that holds nothing. Whether it does the next attempt finds out.
      refuted = found;
      assumed = nothing(change);
      isRead = false;
    } else {
      // Refuted, and no wildcard's: a set that the server is not good at matching.
      const isInexact = refuted?.equals(found) || attempt >= EXACT_ATTEMPTS;
      assumed = isInexact ? found.withoutComparison() : found;
      isRead = true;
    }
  }
}

/** @throws DnsError `UNSUPPORTED` */
export function assertLine({ key }: ValueChange): void {
  if (key.line === 'default') return;
  throw new DnsError('UNSUPPORTED', `Dynamic update knows no line "${key.line}".`, {
    provider: manifest.id,
    hint: 'Leave the line away.',
  });
}

/** @throws DnsError `RECORD_CONFLICT` */
export function assertNoConflict(assumed: StoredSet, { key, add }: ValueChange): void {
  if (add.length === 0) return;
  const isOtherAlias =
    key.type === 'CNAME' && assumed.records.length > 0 && !add.every((value) => assumed.holds(value));
  const culprit = isOtherAlias ? 'CNAME' : assumed.conflicts[0];
  if (culprit === undefined) return;
  throw new DnsError(
    'RECORD_CONFLICT',
    `A ${key.type} record cannot be added at ${key.name}: ${isOtherAlias ? 'another' : 'a'} ${culprit} record is there.`,
    { provider: manifest.id, operation: 'Update' },
  );
}

function withPresent(error: DnsError, { receipt }: Plan): DnsError {
  if (!error.outcomeUnknown || !receipt.present?.length) return error;
  return new DnsError(error.code, error.message, { ...error, present: receipt.present, cause: error.cause });
}

/** Random, so that writers that met do not meet again. */
async function pause(attempt: number, { signal }: Call): Promise<void> {
  await delay(Math.random() * PAUSE_MS * attempt, undefined, { signal }).catch(() => {
    throw abortError(signal, { provider: manifest.id });
  });
}
