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
import { checkChange, mostValues, tooMany } from './check-change.js';
import { manifest } from './manifest.js';
import { forget, readRecordSet, setsUnder } from './record-set.js';
import { heldValues, isSettled, stateOf, type VendorSet } from './vendor-set.js';
import { createSet, deleteSet, replaceValues, type Written } from './write.js';

/**
 * Adds values to one set under the key and takes values out of every set that holds them, with one request for each set
 * that changes. Adding to what was not read creates a set; taking away reads first if nothing was read.
 *
 * @throws DnsError `RECORD_CONFLICT` if the set was created or deleted by someone else meanwhile, `ZONE_INACTIVE` for adding
 * to a set that the vendor does not serve, what `checkChange` refuses, and what the vendor says.
 */
export async function applyChange(
  api: Api,
  zone: Zone,
  current: RecordSet | undefined,
  change: ValueChange,
  call: Call,
): Promise<Receipt> {
  checkChange(zone, change);
  try {
    return await writeChange(api, zone, current, change, call);
  } catch (error) {
    if (isDnsError(error, 'BUSY')) forget(current);
    throw error;
  }
}

async function writeChange(
  api: Api,
  zone: Zone,
  current: RecordSet | undefined,
  change: ValueChange,
  call: Call,
): Promise<Receipt> {
  const { key } = change;
  const mustRead = current === undefined && change.remove.length > 0;
  const sets = current || mustRead ? await setsUnder(api, zone, key, current, call) : [];
  const staying = sets.filter((set) => stateOf(set) !== 'leaving');
  const held = heldValues(staying);
  const present = change.add.filter((value) => held.includes(value));
  const missing = [...new Set(change.add)].filter((value) => !held.includes(value));
  const target = missing.length > 0 ? targetOf(staying, change, missing.length) : undefined;

  let written: Written | undefined;
  if (target)
    written = await toSet(target, () =>
      replaceValues(api, zone, key, target, kept(target, change), missing, call),
    );
  else if (missing.length > 0) written = await create(api, zone, change, missing, sets, call);
  const removed = new Set(target ? taken(target, change) : []);
  for (const set of staying) {
    const values = taken(set, change);
    if (set === target || values.length === 0) continue;
    if (await shrink(api, zone, set, change, call)) for (const value of values) removed.add(value);
  }
  const recordSetId = written?.id ?? staying.find((set) => concerns(set, change))?.id;
  return {
    // What was taken away has nothing left to be served.
    settled: written ? stateOf(written) === 'served' : present.length === 0 || isSettled(staying),
    present,
    absent: change.remove.filter((value) => !removed.has(value)),
    ...(recordSetId === undefined ? {} : { native: { recordSetId } }),
  };
}

/** The set that takes the new values, or undefined if there is none and one is to be created. */
function targetOf(sets: readonly VendorSet[], change: ValueChange, count: number): VendorSet | undefined {
  const [first] = sets;
  if (!first) return undefined;
  const open = sets.filter((set) => stateOf(set) !== 'unserved');
  if (open.length === 0) throw notServed(first, change);
  const sizeWith = (set: VendorSet) => kept(set, change).length + count;
  const roomy = open.find((set) => sizeWith(set) <= mostValues(change.key.type));
  if (!roomy) throw tooMany(change.key, Math.min(...open.map(sizeWith)));
  return roomy;
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
    throw new DnsError(
      'BUSY',
      `The record set ${change.key.name} ${change.key.type} is still being deleted.`,
      {
        ...error,
        retryable: true,
        hint: undefined,
        cause: error,
      },
    );
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

/** A write to a set that was on its way when it was read: a refusal that does not tell its reason is about that. */
async function toSet<T>(set: VendorSet, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isUntold(error) || stateOf(set) === 'served' || stateOf(set) === 'unserved') throw error;
    throw new DnsError('BUSY', error.message, { ...error, retryable: true, hint: undefined, cause: error });
  }
}

/** Takes values out of one set, and the set away with its last value. False if it was gone already. */
async function shrink(
  api: Api,
  zone: Zone,
  set: VendorSet,
  change: ValueChange,
  call: Call,
): Promise<boolean> {
  const rest = kept(set, change);
  try {
    await toSet(set, async () => {
      if (rest.length > 0) await replaceValues(api, zone, change.key, set, rest, [], call);
      else await deleteSet(api, zone, set, call);
    });
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** The values that stay, byte for byte as the vendor gave them. */
function kept(set: VendorSet, { remove }: ValueChange): string[] {
  return set.values.filter(({ canonical }) => !remove.includes(canonical)).map(({ own }) => own);
}

/** The canonical values of a set that are to go. */
function taken(set: VendorSet, { remove }: ValueChange): string[] {
  return set.values.map(({ canonical }) => canonical).filter((value) => remove.includes(value));
}

function concerns(set: VendorSet, { add, remove }: ValueChange): boolean {
  return set.values.some(({ canonical }) => add.includes(canonical) || remove.includes(canonical));
}

function notServed({ status }: VendorSet, { key }: ValueChange): DnsError {
  const hints: Readonly<Record<string, string>> = {
    DISABLE: 'It was paused: enable it in the console, or delete it if nothing needs it.',
    ERROR: "Delete it in the console, and ask the vendor's support if that does not help.",
  };
  return new DnsError(
    'ZONE_INACTIVE',
    `Huawei Cloud holds ${key.name} ${key.type}, but does not serve it (status ${status}).`,
    {
      provider: manifest.id,
      hint: hints[status] ?? 'It was frozen: check arrears and notices of the account in the console.',
    },
  );
}
