import {
  type Call,
  DnsError,
  isDnsError,
  type Receipt,
  type RecordKey,
  type RecordSet,
  type ValueChange,
  type Zone,
} from '@domainproof/core';
import type { Api } from './api/request.js';
import { isGone, isUntold } from './api/vendor-error.js';
import { checkChange } from './check-change.js';
import { planChange, receiptOf, type Step } from './plan.js';
import { readRecordSet, setsUnder } from './record-set.js';
import { stateOf, type VendorSet } from './vendor-set.js';
import { createSet, deleteSet, replaceValues, type Written } from './write.js';

/**
 * Adds values to one set under the key and takes values out of every set that holds them, with one request for each set
 * that changes. Adding to what was not read creates a set; taking away reads first if nothing was read.
 *
 * @throws DnsError `RECORD_CONFLICT` if the set was created or deleted by someone else meanwhile, what `checkChange` and
 * `planChange` refuse, and what the vendor says.
 */
export async function applyChange(
  api: Api,
  zone: Zone,
  current: RecordSet | undefined,
  change: ValueChange,
  call: Call,
): Promise<Receipt> {
  checkChange(zone, change);
  const mustRead = current === undefined && change.remove.length > 0;
  const sets = current || mustRead ? await setsUnder(api, zone, change.key, current, call) : [];
  const plan = planChange(sets, change);
  let written: Written | undefined;
  const removed: string[] = [];
  for (const step of plan.steps) {
    if (step.kind === 'create') written = await create(api, zone, change, step.values, sets, call);
    else if (step.kind === 'update' && step.added.length > 0)
      written = await rewrite(api, zone, change, step, call);
    else if (!(await shrink(api, zone, change, step, call))) continue;
    if (step.kind !== 'create') removed.push(...step.taken);
  }
  return receiptOf(plan, change, written, removed);
}

/**
 * Creates a set. While another one is being deleted the vendor refuses a new one in its place; that passes by itself.
 * A refusal that does not tell its reason is a conflict if something is in the way.
 */
async function create(
  api: Api,
  zone: Zone,
  change: ValueChange,
  values: readonly string[],
  leaving: readonly VendorSet[],
  call: Call,
): Promise<Written> {
  try {
    return await createSet(api, zone, change, values, call);
  } catch (error) {
    if (isUntold(error) && (await isInTheWay(api, zone, change.key, call)))
      throw new DnsError('RECORD_CONFLICT', `${error.message} A record set is in the way.`, {
        ...error,
        hint: undefined,
        cause: error,
      });
    if (leaving.length === 0 || !isDnsError(error, 'RECORD_CONFLICT')) throw error;
    const message = `The record set ${change.key.name} ${change.key.type} is still being deleted.`;
    throw new DnsError('BUSY', message, { ...error, retryable: true, hint: undefined, cause: error });
  }
}

/** False also if it cannot be told: then the refusal itself says more than the failed look. */
async function isInTheWay(api: Api, zone: Zone, key: RecordKey, call: Call): Promise<boolean> {
  try {
    return (await readRecordSet(api, zone, key, call)) !== undefined;
  } catch {
    return false;
  }
}

function rewrite(
  api: Api,
  zone: Zone,
  { key }: ValueChange,
  { set, kept, added }: Extract<Step, { kind: 'update' }>,
  call: Call,
): Promise<Written> {
  return toSet(set, () => replaceValues(api, zone, key, set, kept, added, call));
}

/** Takes values out of one set, and the set away with its last value. False if it was gone already. */
async function shrink(
  api: Api,
  zone: Zone,
  change: ValueChange,
  step: Exclude<Step, { kind: 'create' }>,
  call: Call,
): Promise<boolean> {
  try {
    if (step.kind === 'update') await rewrite(api, zone, change, step, call);
    else await toSet(step.set, () => deleteSet(api, zone, step.set, call));
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** A write to a set that was on its way when it was read: a refusal that does not tell its reason is about that. */
async function toSet<T>(set: VendorSet, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isUntold(error) || stateOf(set) !== 'pending') throw error;
    throw new DnsError('BUSY', error.message, { ...error, retryable: true, hint: undefined, cause: error });
  }
}
