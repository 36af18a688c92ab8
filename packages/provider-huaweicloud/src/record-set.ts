import type { Call, Fqdn, RecordKey, RecordSet, Zone } from '@domainproof/core';
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
interface Native {
  sets: readonly VendorSet[];
}

/** The union of all sets under the key. */
export async function readRecordSet(
  api: Api,
  zone: Zone,
  key: RecordKey,
  call: Call,
): Promise<RecordSet | undefined> {
  return recordSetOf(zone, key, await setsAt(api, zone, key.name, call));
}

/** As `readRecordSet`, for many keys. */
export async function readRecordSets(
  api: Api,
  zone: Zone,
  keys: readonly RecordKey[],
  call: Call,
): Promise<(RecordSet | undefined)[]> {
  const sets = await setsAtNames(api, zone, new Set(keys.map(({ name }) => name)), call);
  return keys.map((key) => recordSetOf(zone, key, sets.get(key.name) ?? []));
}

/**
 * Sets that the vendor does not serve (paused, frozen, failed) are read like others, so that their values can be taken
 * away, but never count as settled; nothing can be added to them.
 */
function recordSetOf(zone: Zone, key: RecordKey, atName: readonly VendorSet[]): RecordSet | undefined {
  const sets = atName.filter((set) => isUnder(key, set));
  const conflicts = atName.filter((set) => excludes(set, key, zone)).map(({ type }) => ({ ...key, type }));
  if (sets.length === 0 && conflicts.length === 0) return undefined;
  const [first] = sets;
  const isUnserved = first && sets.every((set) => stateOf(set) === 'unserved');
  const native: Native = { sets };
  return {
    key,
    ttl: first?.ttl ?? capabilities.limits.ttl.default,
    values: heldValues(sets),
    settled: isSettled(sets),
    ...(isUnserved ? { unserved: first.status } : {}),
    native,
    conflicts,
  };
}

/** The sets under one key as they were read. */
export function nativeSets(current: RecordSet | undefined): readonly VendorSet[] {
  return (current?.native as Native | undefined)?.sets ?? [];
}

/** The sets under one key: those that were read before if they are given, else asked for. */
export async function setsUnder(
  api: Api,
  zone: Zone,
  key: RecordKey,
  current: RecordSet | undefined,
  call: Call,
): Promise<readonly VendorSet[]> {
  if (current) return nativeSets(current);
  return (await setsAt(api, zone, key.name, call)).filter((set) => isUnder(key, set));
}

/**
 * All sets with exactly these names, of every type and line, by name. A list of the zone costs one request for every 500
 * sets in it; where that is more than one for each name, the names are asked for one by one.
 */
export async function setsAtNames(
  api: Api,
  zone: Zone,
  names: ReadonlySet<Fqdn>,
  call: Call,
): Promise<ReadonlyMap<Fqdn, VendorSet[]>> {
  const found = new Map<Fqdn, VendorSet[]>([...names].map((name) => [name, []]));
  let isDear = names.size <= 1;
  if (!isDear)
    for await (const { entries, left } of listed(
      api,
      zone,
      sharedLabel(names),
      (name) => names.has(name),
      call,
    )) {
      for (const set of entries) found.get(set.name)?.push(set);
      isDear = left > names.size;
      if (isDear) break;
    }
  if (isDear) for (const name of names) found.set(name, await setsAt(api, zone, name, call));
  return found;
}

/**
 * All sets with exactly this name, of every type and line.
 *
 * Asked with `like` and the bare name, then compared here: no document says whether `search_mode=equal` wants the final
 * dot, and the wrong form would read as "nothing there" and leave records behind. The price: longer names come too.
 */
async function setsAt(api: Api, zone: Zone, name: Fqdn, call: Call): Promise<VendorSet[]> {
  const found: VendorSet[] = [];
  for await (const { entries } of listed(api, zone, name.slice(0, -1), (other) => other === name, call))
    found.push(...entries);
  return found;
}

/** The record sets of a zone whose name contains `part`, page after page; undefined: all of them. */
function listed(
  api: Api,
  zone: Zone,
  part: string | undefined,
  isWanted: (name: Fqdn) => boolean,
  call: Call,
) {
  const id = zoneId(zone);
  const filter: Record<string, string> = part === undefined ? {} : { name: part, search_mode: 'like' };
  return pages({
    field: 'recordsets',
    ask: (paging, read) =>
      api({ operation: 'ListRecordSets', zoneId: id, query: { ...filter, ...paging } }, call, read),
    parse: (item) => vendorSet(item, isWanted),
  });
}

/** The label that all names begin with, such as `_dnsauth`: it keeps the rest of a large zone out of the list. */
function sharedLabel(names: ReadonlySet<Fqdn>): string | undefined {
  const labels = new Set([...names].map((name) => name.slice(0, name.indexOf('.'))));
  const [label] = labels;
  return labels.size === 1 && label !== '*' ? label : undefined;
}
