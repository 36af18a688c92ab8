import { canonicalValue, type Fqdn, type RecordKey, type RecordType, type Zone } from '@domainproof/core';
import type { JsonObject } from './api/body.js';
import { id, MalformedAnswer, name, seconds, text } from './api/fields.js';

/** A record set as the vendor holds it. */
export interface VendorSet {
  id: string;
  name: Fqdn;
  type: string;
  /** The vendor's line code, `default_view` for the default line. */
  line: string;
  /** Seconds. */
  ttl: number;
  status: string;
  /** Each value in the vendor's own form, which is sent back as it came, and in canonical form. */
  values: readonly { own: string; canonical: string }[];
}

/**
 * What a status means for the values of a set. The words are the vendor's; one that is not known counts as served.
 *
 * `pending`: accepted, on its way to the name servers. `leaving`: its values will be gone. `unserved`: paused, frozen or failed.
 */
export function stateOf({
  status,
}: Pick<VendorSet, 'status'>): 'served' | 'pending' | 'leaving' | 'unserved' {
  if (status === 'PENDING_DELETE') return 'leaving';
  if (status.startsWith('PENDING_')) return 'pending';
  return ['ERROR', 'DISABLE', 'FREEZE', 'ILLEGAL', 'POLICE'].includes(status) ? 'unserved' : 'served';
}

/** One entry of a list, or undefined if its name is not wanted. */
export function vendorSet(item: JsonObject, isWanted: (name: Fqdn) => boolean): VendorSet | undefined {
  const owner = name(item);
  if (!owner || !isWanted(owner)) return undefined;
  const type = text(item, 'type');
  const records = item.records ?? [];
  if (!Array.isArray(records) || !records.every((own) => typeof own === 'string'))
    throw new MalformedAnswer('"records" is not a list of texts');
  return {
    id: id(item),
    name: owner,
    type,
    line: item.line === undefined || item.line === null ? vendorLine('default') : text(item, 'line'),
    ttl: seconds(item, 'ttl'),
    status: text(item, 'status'),
    values: records.map((own: string) => ({ own, canonical: canonicalOr(type, own) })),
  };
}

/** `default` is the vendor's `default_view`; other lines are the vendor's codes already. */
export function vendorLine(line: string): string {
  return line === 'default' ? 'default_view' : line;
}

export function isUnder(key: RecordKey, set: VendorSet): boolean {
  return set.type === key.type && set.line === vendorLine(key.line);
}

/** On one line, a CNAME stands beside no other type, except for the NS and SOA at the top of the zone. */
export function excludes(set: VendorSet, key: RecordKey, zone: Zone): boolean {
  if (set.line !== vendorLine(key.line) || set.type === key.type || stateOf(set) === 'leaving') return false;
  if (key.name === zone.name && (isApexType(set.type) || isApexType(key.type))) return false;
  return set.type === 'CNAME' || key.type === 'CNAME';
}

/** Distinct canonical values of all sets that are there to stay. */
export function heldValues(sets: readonly VendorSet[]): string[] {
  const staying = sets.filter((set) => stateOf(set) !== 'leaving');
  return [...new Set(staying.flatMap(({ values }) => values.map(({ canonical }) => canonical)))];
}

/** True if the sets are served. A paused set beside a served one is somebody's decision, and final. */
export function isSettled(sets: readonly VendorSet[]): boolean {
  const states = sets.map(stateOf);
  return states.includes('served') && !states.includes('pending') && !states.includes('leaving');
}

function isApexType(type: string): boolean {
  return type === 'NS' || type === 'SOA';
}

/** A value of others that we would refuse (`""`) still has to be compared and kept, so it stands for itself. */
function canonicalOr(type: RecordType, own: string): string {
  try {
    return canonicalValue(type, own);
  } catch {
    return own;
  }
}
