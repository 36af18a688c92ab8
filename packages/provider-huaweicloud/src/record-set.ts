import type { Call, RecordKey, RecordSet, Zone } from '@domainproof/core';
import { pages } from './api/pages.js';
import type { Api } from './api/request.js';
import { capabilities } from './capabilities.js';
import {
  excludes,
  heldValues,
  isSettled,
  isUnder,
  stateOf,
  type VendorSet,
  vendorSet,
} from './vendor-set.js';
import { zoneId } from './zone-id.js';

/** What `readRecordSet` leaves in `RecordSet.native` for `applyChange`. Several sets share one key if they are weighted. */
export interface Native {
  sets: readonly VendorSet[];
  /** The vendor said that something else is being done to the sets, so they are not what they were. */
  isStale?: boolean;
}

/**
 * The union of all sets under the key. Sets that the vendor does not serve (paused, frozen, failed) are read like others, so
 * that their values can be taken away, but never count as settled; nothing can be added to them.
 */
export async function readRecordSet(
  api: Api,
  zone: Zone,
  key: RecordKey,
  call: Call,
): Promise<RecordSet | undefined> {
  const all = await setsAt(api, zone, key, call);
  const sets = all.filter((set) => isUnder(key, set));
  const conflicts = all.filter((set) => excludes(set, key, zone)).map(({ type }) => ({ ...key, type }));
  if (sets.length === 0 && conflicts.length === 0) return undefined;
  if (sets.length > 0 && sets.every((set) => stateOf(set) === 'unserved'))
    call.log.warn(`Huawei Cloud holds ${key.name} ${key.type}, but does not serve it.`, {
      statuses: sets.map(({ status }) => status),
    });
  const native: Native = { sets };
  return {
    key,
    ttl: sets[0]?.ttl ?? capabilities.limits.ttl.default,
    values: heldValues(sets),
    settled: isSettled(sets),
    native,
    conflicts,
  };
}

/** Whoever keeps a set busy is writing other values into it: before the next attempt it is read anew. */
export function forget(current: RecordSet | undefined): void {
  const native = current?.native as Native | undefined;
  if (native) native.isStale = true;
}

/** The sets under one key: those that were read before if they are given and still hold, else asked for. */
export async function setsUnder(
  api: Api,
  zone: Zone,
  key: RecordKey,
  current: RecordSet | undefined,
  call: Call,
): Promise<readonly VendorSet[]> {
  const native = current?.native as Native | undefined;
  if (native && !native.isStale) return native.sets;
  return (await setsAt(api, zone, key, call)).filter((set) => isUnder(key, set));
}

/**
 * All sets with exactly the key's name, of every type and line.
 *
 * Asked with `like` and the bare name, then compared here: no document says whether `search_mode=equal` wants the final
 * dot, and the wrong form would read as "nothing there" and leave records behind. The price: longer names come too.
 */
async function setsAt(api: Api, zone: Zone, { name }: RecordKey, call: Call): Promise<VendorSet[]> {
  const id = zoneId(zone);
  const filter = { name: name.slice(0, -1), search_mode: 'like' };
  const sets = pages({
    field: 'recordsets',
    ask: (paging, read) =>
      api({ operation: 'ListRecordSets', zoneId: id, query: { ...filter, ...paging } }, call, read),
    parse: (item) => vendorSet(item, name),
  });
  const found: VendorSet[] = [];
  for await (const set of sets) found.push(set);
  return found;
}
