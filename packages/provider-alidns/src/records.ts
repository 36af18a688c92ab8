import {
  type Call,
  type Fqdn,
  isDnsError,
  type RecordKey,
  type RecordSet,
  relativeName,
  type Zone,
} from '@domainproof/core';
import type { Answer } from './answer.js';
import type { Api } from './api.js';
import { TTL } from './capabilities.js';
import { HeldRecords, Listed } from './held-records.js';
import { type Listing, pages } from './pages.js';
import { isPaused, recordName, recordType } from './wire.js';

const RECORDS: Listing = {
  operation: 'DescribeDomainRecords',
  outer: 'DomainRecords',
  inner: 'Record',
  key: ({ RecordId }) => RecordId,
  pageSize: 500,
};

/** One record set as the vendor has it: a record with an id of its own for each value. */
export interface StoredSet {
  set: RecordSet | undefined;
  held: HeldRecords;
}

/** Reads one record set. */
export async function readStoredSet(api: Api, zone: Zone, key: RecordKey, call: Call): Promise<StoredSet> {
  return storedSet(zone, key, new Listed(await recordsAt(api, zone, key.name, call)));
}

/**
 * Reads many record sets of one zone: out of a listing of the whole zone, or, where that would take more calls, name by
 * name. Records of every type are listed, since other types may exclude a set.
 */
export async function readRecordSets(
  api: Api,
  zone: Zone,
  keys: readonly RecordKey[],
  call: Call,
): Promise<(RecordSet | undefined)[]> {
  const names = new Set(keys.map(({ name }) => name));
  const whole = await recordsOf(api, zone, names, call);
  const listings = new Map<Fqdn, Listed>();
  for (const name of names) listings.set(name, whole ?? new Listed(await recordsAt(api, zone, name, call)));
  return keys.map((key) => storedSet(zone, key, listings.get(key.name) as Listed).set);
}

/** The whole zone, or undefined as soon as it turns out that asking for the names one by one takes fewer calls. */
async function recordsOf(
  api: Api,
  zone: Zone,
  names: ReadonlySet<Fqdn>,
  call: Call,
): Promise<Listed | undefined> {
  const canNarrow = [...names].every((name) => searchWord(zone, name) !== undefined);
  const found: Answer[] = [];
  if (names.size === 0) return new Listed(found);
  for await (const { entries, total } of pages(api, RECORDS, { DomainName: zone.id }, call)) {
    found.push(...entries);
    const pagesLeft = Math.ceil((total - found.length) / entries.length);
    if (canNarrow && pagesLeft > names.size) return undefined;
  }
  return new Listed(found);
}

/**
 * A set of which every record was paused in the console (`DISABLE`) is there, but not served. Beside records that are
 * served, the value of a paused one does not count as there; it is held all the same, so that removing it works.
 */
function storedSet(zone: Zone, key: RecordKey, listed: Listed): StoredSet {
  const onLine = listed.records
    .filter((record) => recordName(record, zone) === key.name)
    .filter(({ Line }) => (Line ?? 'default') === key.line);
  const stored = onLine.filter((record) => recordType(record) === key.type);
  const held = new HeldRecords(key.type, stored, listed);
  const conflicts = excluding(zone, key, onLine.filter(isServed));
  const served = stored.filter(isServed);
  const counted = served.length > 0 ? served : stored;
  if (counted.length === 0 && conflicts.length === 0) return { set: undefined, held };
  const ttls = counted.map((record) => Number(record.TTL)).filter(Number.isInteger);
  const ttl = ttls.length > 0 ? Math.min(...ttls) : TTL.default;
  const unserved = served.length === 0 ? stored[0]?.Status : undefined;
  return {
    set: {
      key,
      ttl,
      values: held.values(served.length > 0),
      native: held,
      conflicts,
      ...(unserved !== undefined && { unserved: String(unserved) }),
    },
    held,
  };
}

/** `native` of a record set that was read by this adapter. */
export function heldOf(set: RecordSet | undefined): HeldRecords | undefined {
  return set?.native instanceof HeldRecords ? set.native : undefined;
}

/**
 * Every record whose host record contains that of the name. `RRKeyWord` only narrows the listing: it matches parts of host
 * records, so all pages are read and compared here. DescribeSubDomainRecords would compare by itself, but its documents
 * disagree about the largest page, and about how a zone's own name is written.
 */
async function recordsAt(api: Api, zone: Zone, name: Fqdn, call: Call): Promise<Answer[]> {
  const found: Answer[] = [];
  const parameters = { DomainName: zone.id, RRKeyWord: searchWord(zone, name) };
  try {
    for await (const { entries } of pages(api, RECORDS, parameters, call)) found.push(...entries);
  } catch (error) {
    if (!isDnsError(error) || error.vendorCode !== 'InvalidRR.NoExist') throw error;
  }
  return found;
}

/** The console keeps Chinese labels in Unicode, which a search for A-labels does not meet: undefined then. */
function searchWord(zone: Zone, name: Fqdn): string | undefined {
  const hostRecord = relativeName(name, zone.name);
  return hostRecord.includes('xn--') ? undefined : hostRecord;
}

/** A CNAME excludes every other type on its line, except MX and TXT at the zone's own name (vendor's rules on conflicts). */
function excluding(zone: Zone, key: RecordKey, records: readonly Answer[]): RecordKey[] {
  const types = new Set(records.map(recordType));
  types.delete(key.type);
  const tolerated = key.name === zone.name ? ['MX', 'TXT'] : [];
  return [...types]
    .filter((type) => (key.type === 'CNAME' ? !tolerated.includes(type) : type === 'CNAME'))
    .filter(() => !tolerated.includes(key.type))
    .map((type) => ({ ...key, type }));
}

function isServed(record: Answer): boolean {
  return !isPaused(record);
}
