import {
  type Call,
  type Fqdn,
  isDnsError,
  type RecordKey,
  type RecordSet,
  relativeName,
  toFqdn,
  type Zone,
} from '@domainproof/core';
import type { Answer } from './answer.js';
import type { Api } from './api.js';
import { TTL } from './capabilities.js';
import { type Listing, pages } from './pages.js';
import { recordId, recordValue } from './wire.js';

const RECORDS: Listing = {
  operation: 'DescribeDomainRecords',
  outer: 'DomainRecords',
  inner: 'Record',
  id: 'RecordId',
  pageSize: 500,
};

/** Record ids by canonical value, of paused records too. One value in two spellings has two ids. */
export type RecordIds = ReadonlyMap<string, readonly string[]>;

/** One record set as the vendor has it: a record with an id of its own for each value. */
export interface StoredSet {
  set: RecordSet | undefined;
  recordIds: RecordIds;
}

/**
 * Reads one record set. A record that was paused in the console (`DISABLE`) is not served, so its value does not count as
 * there; its id is known, so that removing the value takes the paused record away too.
 */
export async function readStoredSet(api: Api, zone: Zone, key: RecordKey, call: Call): Promise<StoredSet> {
  const all = await recordsAt(api, zone, key.name, call);
  const onLine = all.filter(({ Line }) => (Line ?? 'default') === key.line);
  const stored = onLine.filter((record) => typeOf(record) === key.type);
  const served = stored.filter(isEnabled);
  const recordIds = idsByValue(key.type, stored);
  const values = [...new Set(served.map((record) => recordValue(key.type, record)))];
  const conflicts = excluding(zone, key, onLine.filter(isEnabled));
  if (values.length === 0 && conflicts.length === 0) return { set: undefined, recordIds };
  const ttls = served.map((record) => Number(record.TTL)).filter(Number.isInteger);
  const ttl = ttls.length > 0 ? Math.min(...ttls) : TTL.default;
  return { set: { key, ttl, values, native: recordIds, conflicts }, recordIds };
}

/** `native` of a record set that was read by this adapter. */
export function recordIdsOf(set: RecordSet | undefined): RecordIds | undefined {
  return set?.native instanceof Map ? set.native : undefined;
}

/**
 * Every record of exactly this name. `RRKeyWord` only narrows the listing: it matches parts of host records, so all pages
 * are read and compared here. DescribeSubDomainRecords would compare by itself, but its documents disagree about the
 * largest page, and about how a zone's own name is written.
 */
async function recordsAt(api: Api, zone: Zone, name: Fqdn, call: Call): Promise<Answer[]> {
  const hostRecord = relativeName(name, zone.name);
  // The console keeps Chinese labels in Unicode, which a search for A-labels does not meet.
  const narrowed = hostRecord.includes('xn--') ? {} : { RRKeyWord: hostRecord };
  const found: Answer[] = [];
  try {
    for await (const page of pages(api, RECORDS, { DomainName: zone.id, ...narrowed }, call))
      found.push(...page.filter((record) => nameOf(record, zone) === name));
  } catch (error) {
    if (!isDnsError(error) || error.vendorCode !== 'InvalidRR.NoExist') throw error;
  }
  return found;
}

function idsByValue(type: string, records: readonly Answer[]): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const record of records) {
    const value = recordValue(type, record);
    ids.set(value, [...(ids.get(value) ?? []), recordId(record)]);
  }
  return ids;
}

/** A CNAME excludes every other type on its line, except MX and TXT at the zone's own name (vendor's rules on conflicts). */
function excluding(zone: Zone, key: RecordKey, records: readonly Answer[]): RecordKey[] {
  const types = new Set(records.map(typeOf));
  types.delete(key.type);
  const tolerated = key.name === zone.name ? ['MX', 'TXT'] : [];
  return [...types]
    .filter((type) => (key.type === 'CNAME' ? !tolerated.includes(type) : type === 'CNAME'))
    .filter(() => !tolerated.includes(key.type))
    .map((type) => ({ ...key, type }));
}

function nameOf({ RR }: Answer, zone: Zone): Fqdn | undefined {
  if (RR === '@') return zone.name;
  try {
    return toFqdn(`${RR}.${zone.name}`);
  } catch {
    return undefined;
  }
}

function typeOf({ Type }: Answer): string {
  return String(Type).toUpperCase();
}

/** Documents write `Disable`, answers say `DISABLE`. */
function isEnabled({ Status }: Answer): boolean {
  return String(Status).toUpperCase() !== 'DISABLE';
}
