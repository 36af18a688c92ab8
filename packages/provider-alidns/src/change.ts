import {
  type Call,
  DnsError,
  isDnsError,
  type Json,
  type Receipt,
  type RecordSet,
  relativeName,
  type ValueChange,
  type Zone,
} from '@domainproof/core';
import type { Api } from './api.js';
import { manifest } from './manifest.js';
import { type RecordIds, readStoredSet, recordIdsOf } from './records.js';
import { isRecordId, recordId, valueParameters } from './wire.js';

/**
 * One call for each value, one after the other, in the order of the change: the vendor refuses a second change in a zone while
 * one is running. There is never a look before an add, since the vendor refuses what exists; and none before
 * a removal whose record id is in a receipt.
 */
export async function applyChange(
  api: Api,
  zone: Zone,
  current: RecordSet | undefined,
  change: ValueChange,
  call: Call,
): Promise<Receipt> {
  const progress: Progress = { recordIds: new Map(), present: [], absent: [], writes: 0 };
  try {
    for (const value of change.add) await add(api, zone, current, change, value, progress, call);
    if (change.remove.length > 0) await removeAll(api, zone, current, change, progress, call);
  } catch (error) {
    throw progress.writes > 0 && isDnsError(error) ? halfDone(error, change, progress) : error;
  }
  const { recordIds, present, absent } = progress;
  return { settled: true, present, absent, native: { recordIds: Object.fromEntries(recordIds) } };
}

interface Progress {
  /** Of the records that this change made. */
  recordIds: Map<string, string>;
  present: string[];
  absent: string[];
  /** Writes that the vendor carried out. */
  writes: number;
}

async function add(
  api: Api,
  zone: Zone,
  current: RecordSet | undefined,
  { key, ttl }: ValueChange,
  value: string,
  progress: Progress,
  call: Call,
): Promise<void> {
  if (current?.values.includes(value)) {
    progress.present.push(value);
    return;
  }
  try {
    const answer = await api.send(
      'AddDomainRecord',
      {
        DomainName: zone.id,
        RR: relativeName(key.name, zone.name),
        Type: key.type,
        ...valueParameters(key.type, value),
        TTL: current && current.values.length > 0 ? current.ttl : ttl,
        Line: key.line,
      },
      call,
    );
    progress.writes += 1;
    progress.recordIds.set(value, recordId(answer));
  } catch (error) {
    if (!isDnsError(error) || error.vendorCode !== 'DomainRecordDuplicate') throw error;
    progress.present.push(value);
  }
}

async function removeAll(
  api: Api,
  zone: Zone,
  current: RecordSet | undefined,
  { key, remove, receipts = [] }: ValueChange,
  progress: Progress,
  call: Call,
): Promise<void> {
  const kept = idsInReceipts(receipts);
  let known = recordIdsOf(current);
  if (!known && remove.some((value) => !kept.has(value)))
    known = (await readStoredSet(api, zone, key, call)).recordIds;
  for (const value of remove) {
    let removed = false;
    for (const id of idsToDelete(value, known, kept)) {
      if (!(await deleteRecord(api, id, call))) continue;
      progress.writes += 1;
      removed = true;
    }
    if (!removed) progress.absent.push(value);
  }
}

/** What was read just now wins over a receipt: under an id of it, someone may have put another value meanwhile. */
function idsToDelete(
  value: string,
  known: RecordIds | undefined,
  kept: ReadonlyMap<string, string>,
): readonly string[] {
  const listed = known?.get(value);
  if (listed) return listed;
  const id = kept.get(value);
  const hasOtherValue = id !== undefined && known && [...known.values()].some((ids) => ids.includes(id));
  return id === undefined || hasOtherValue ? [] : [id];
}

/** False if the record is gone already. */
async function deleteRecord(api: Api, id: string, call: Call): Promise<boolean> {
  try {
    await api.send('DeleteDomainRecord', { RecordId: id }, call);
    return true;
  } catch (error) {
    if (isDnsError(error) && error.vendorCode === 'DomainRecordNotBelongToUser') return false;
    throw error;
  }
}

/** Ids by value from the receipts of earlier changes. They come from a journal on disk, so their shape is checked. */
function idsInReceipts(receipts: readonly Json[]): Map<string, string> {
  const ids = new Map<string, string>();
  for (const receipt of receipts) {
    const { recordIds } = (receipt ?? {}) as { recordIds?: unknown };
    for (const [value, id] of Object.entries(recordIds ?? {})) if (isRecordId(id)) ids.set(value, id);
  }
  return ids;
}

/** Repeated as a whole, the change would take its own values for somebody else's: its outcome has to be looked at first. */
function halfDone(error: DnsError, { add, remove }: ValueChange, { writes }: Progress): DnsError {
  return new DnsError(
    error.code,
    `${error.message} Before that, ${writes} of ${add.length + remove.length} values of the same change were written.`,
    { ...error, provider: manifest.id, outcomeUnknown: true, cause: error.cause },
  );
}
