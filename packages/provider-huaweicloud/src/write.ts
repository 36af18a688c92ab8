import { type Call, quoteTxt, type RecordKey, type ValueChange, type Zone } from '@domainproof/core';
import type { JsonObject } from './api/body.js';
import { id, text } from './api/fields.js';
import type { Api, ApiRequest } from './api/request.js';
import { type VendorSet, vendorLine } from './vendor-set.js';
import { zoneId } from './zone-id.js';

/** What a write was answered with: the set as it is on its way. */
export type Written = Pick<VendorSet, 'id' | 'status'>;

/** A new set. No weight is sent: one would make the set a weighted member, beside which the vendor takes no other set. */
export function createSet(
  api: Api,
  zone: Zone,
  { key, ttl }: ValueChange,
  values: readonly string[],
  call: Call,
): Promise<Written> {
  const records = values.map((value) => vendorForm(key, value));
  const body = { name: key.name, type: key.type, ttl, records, line: vendorLine(key.line) };
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
  const records = [...kept, ...added.map((value) => vendorForm(key, value))];
  const body = { name: key.name, type: key.type, records };
  const request: ApiRequest = {
    operation: 'UpdateRecordSet',
    zoneId: zoneId(zone),
    recordSetId: set.id,
    body,
  };
  return api(request, call, written);
}

export function deleteSet(api: Api, zone: Zone, set: VendorSet, call: Call): Promise<void> {
  const request: ApiRequest = { operation: 'DeleteRecordSet', zoneId: zoneId(zone), recordSetId: set.id };
  return api(request, call, () => undefined);
}

function written(body: JsonObject): Written {
  return { id: id(body), status: text(body, 'status') };
}

function vendorForm({ type }: RecordKey, value: string): string {
  return type === 'TXT' ? quoteTxt(value) : value;
}
