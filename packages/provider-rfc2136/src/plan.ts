import { DnsError, type Receipt, type ValueChange } from '@domainproof/core';
import { capabilities } from './capabilities.js';
import { manifest } from './manifest.js';
import { isAbsent, isAsRead, isSetAbsent } from './prerequisites.js';
import { StoredSet } from './stored-set.js';
import { CLASS } from './wire/codes.js';
import type { ResourceRecord } from './wire/message.js';
import { encodeRdata, typeNumber } from './wire/rdata.js';

/** One change as an UPDATE, under an assumption of what is there that its prerequisites make sure of. */
export interface Plan {
  prerequisites: readonly ResourceRecord[];
  updates: readonly ResourceRecord[];
  receipt: Receipt;
}

/**
 * `assumed` is the set as it is thought to be. That it is exactly so is a prerequisite: then what the receipt says of values that
 * were there is true, and the added ones can have the TTL that the set has. Some servers (BIND) give the TTL of an added
 * record to the whole set.
 *
 * @throws DnsError `INVALID_VALUE`, `QUOTA_EXCEEDED`
 */
export function planOf(assumed: StoredSet, { key, add, remove, ttl }: ValueChange): Plan {
  const type = typeNumber(key.type);
  const present = add.filter((value) => assumed.holds(value));
  const absent = remove.filter((value) => !assumed.holds(value));
  const theirs = assumed.records.map((record) => record.ttl);
  const shared = theirs.length > 0 ? Math.min(...theirs) : ttl;
  const added = [...new Set(add)]
    .filter((value) => !present.includes(value))
    .map((value) => ({
      name: key.name,
      type,
      class: CLASS.IN,
      ttl: shared,
      rdata: encodeRdata(key.type, value),
    }));
  const removed = [...new Set(remove)]
    .flatMap((value) => assumed.recordsOf(value))
    .map(({ rdata }) => ({ name: key.name, type, class: CLASS.NONE, ttl: 0, rdata }));
  if (added.length > 0) assertRoom(assumed, added.length - removed.length);
  return {
    prerequisites: prerequisitesOf(assumed, added.length > 0),
    updates: [...removed, ...added],
    receipt: { settled: true, present, absent },
  };
}

function assertRoom({ key, records }: StoredSet, more: number): void {
  const { valuesPerSet } = capabilities.limits;
  if (records.length + more <= valuesPerSet) return;
  throw new DnsError(
    'QUOTA_EXCEEDED',
    `${key.name} holds ${records.length} ${key.type} records, and a set holds at most ${valuesPerSet}.`,
    { provider: manifest.id, hint: 'Take away those that are left over from earlier validations.' },
  );
}

function prerequisitesOf(assumed: StoredSet, adds: boolean): ResourceRecord[] {
  if (assumed.records.length > 0) return isAsRead(assumed);
  return adds ? isAbsent(assumed.key) : isSetAbsent(assumed.key);
}

/** Nothing at the name. */
export function nothing({ key }: ValueChange): StoredSet {
  return new StoredSet(key, []);
}

/** What a set looks like that holds the values to be removed, written as this package does, and nothing else. */
export function onlyTheRemoved({ key, remove }: ValueChange): StoredSet {
  const type = typeNumber(key.type);
  const records = [...new Set(remove)].map((value) => ({
    name: key.name,
    type,
    class: CLASS.IN,
    ttl: 0,
    rdata: encodeRdata(key.type, value),
  }));
  return new StoredSet(key, records);
}
