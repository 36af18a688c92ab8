import { type Call, quoteTxt, type RecordKey, type ValueChange, type Zone } from '@domainproof/core';
import { isObject, type JsonObject } from './api/body.js';
import { id, text } from './api/fields.js';
import type { Api, ApiRequest } from './api/request.js';
import { type VendorSet, vendorLine } from './vendor-set.js';
import { zoneId } from './zone-id.js';

/** What a write was answered with: the set as it is on its way. */
export type Written = Pick<VendorSet, 'id' | 'status'>;

/** A new set. */
export function createSet(
  api: Api,
  zone: Zone,
  change: ValueChange,
  values: readonly string[],
  call: Call,
): Promise<Written> {
  const body = newSet(change, values);
  return api({ operation: 'CreateRecordSet', zoneId: zoneId(zone), body }, call, written);
}

/** A set with all its values, `kept` in the vendor's own form. What is not sent (TTL, line, weight) stays as it is. */
export function replaceValues(
  api: Api,
  zone: Zone,
  key: RecordKey,
  set: VendorSet,
  kept: readonly string[],
  added: readonly string[],
  call: Call,
): Promise<Written> {
  const request: ApiRequest = {
    operation: 'UpdateRecordSet',
    zoneId: zoneId(zone),
    recordSetId: set.id,
    body: { name: key.name, type: key.type, records: recordsOf(key, kept, added) },
  };
  return api(request, call, written);
}

export function deleteSet(api: Api, zone: Zone, set: VendorSet, call: Call): Promise<void> {
  const request: ApiRequest = { operation: 'DeleteRecordSet', zoneId: zoneId(zone), recordSetId: set.id };
  return api(request, call, () => undefined);
}

export interface Replacement {
  key: RecordKey;
  set: VendorSet;
  kept: readonly string[];
  added: readonly string[];
}

/**
 * `replaceValues` for at most 50 sets, all or nothing.
 *
 * @returns in their order, as far as the answer tells what it made of them; undefined for the others
 */
export function replaceValuesOfMany(
  api: Api,
  zone: Zone,
  replacements: readonly Replacement[],
  call: Call,
): Promise<(Written | undefined)[]> {
  const recordsets = replacements.map(({ key, set, kept, added }) => ({
    id: set.id,
    records: recordsOf(key, kept, added),
  }));
  const request: ApiRequest = {
    operation: 'BatchUpdateRecordSets',
    zoneId: zoneId(zone),
    body: { recordsets },
  };
  return api(request, call, (answer) => {
    const told = new Map(listed(answer)?.map((set) => [set.id, set]));
    return replacements.map(({ set }) => told.get(set.id));
  });
}

/**
 * Deletes at most 100 sets; those that are gone already count as deleted, and are left out of the answer.
 *
 * @returns the ids of those that were there
 */
export function deleteMany(
  api: Api,
  zone: Zone,
  sets: readonly VendorSet[],
  call: Call,
): Promise<ReadonlySet<string>> {
  const ids = sets.map((set) => set.id);
  const request: ApiRequest = {
    operation: 'BatchDeleteRecordSets',
    zoneId: zoneId(zone),
    body: { recordset_ids: ids },
  };
  return api(request, call, (answer) => new Set(listed(answer)?.map((set) => set.id) ?? ids));
}

/** The body that creates a set. No weight: one would make the set a weighted member, beside which the vendor takes no other. */
export function newSet({ key, ttl }: ValueChange, values: readonly string[]) {
  const { name, type, line } = key;
  return { name, type, ttl, records: recordsOf(key, [], values), line: vendorLine(line) };
}

function written(body: JsonObject): Written {
  return { id: id(body), status: text(body, 'status') };
}

/** The sets of a batch's answer, or undefined if it does not list them whole. */
function listed({ recordsets }: JsonObject): Written[] | undefined {
  return Array.isArray(recordsets) && recordsets.every(isWritten) ? recordsets : undefined;
}

function isWritten(item: unknown): item is Written {
  return isObject(item) && typeof item.id === 'string' && typeof item.status === 'string';
}

function recordsOf({ type }: RecordKey, kept: readonly string[], added: readonly string[]): string[] {
  return [...kept, ...added.map((value) => (type === 'TXT' ? quoteTxt(value) : value))];
}
