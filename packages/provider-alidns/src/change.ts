import {
  type Call,
  DnsError,
  isDnsError,
  type Json,
  type Receipt,
  type RecordKey,
  type RecordSet,
  relativeName,
  type ValueChange,
  type Zone,
} from '@domainproof/core';
import type { Api } from './api.js';
import type { Held, HeldRecords } from './held-records.js';
import { manifest } from './manifest.js';
import { heldOf, readStoredSet } from './records.js';
import { isRecordId, recordId, valueParameters } from './wire.js';

/**
 * One call for each value, one after the other, in the order of the change: the vendor refuses a second change in a zone while
 * one is running. There is never a look before an add, since the vendor refuses what exists; and none before
 * a removal whose record id is in a receipt.
 *
 * @throws DnsError `ZONE_INACTIVE` if a value is there in a record that was paused
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
    throw isDnsError(error) ? failureOf(error, change, progress) : error;
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
  /** The set as it was read after a duplicate. */
  reread?: HeldRecords;
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
  if (isPresent(current, key, value)) {
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
        TTL: ttlBeside(current, ttl),
        Line: key.line,
      },
      call,
    );
    progress.writes += 1;
    progress.recordIds.set(value, recordId(answer));
  } catch (error) {
    if (!isDnsError(error) || error.vendorCode !== 'DomainRecordDuplicate') throw error;
    progress.reread ??= (await readStoredSet(api, zone, key, call)).held;
    if (progress.reread.isPaused(value)) throw paused(key, value);
    progress.present.push(value);
  }
}

/**
 * Whether the value is there and served.
 *
 * @throws DnsError `ZONE_INACTIVE` if its record was paused: the vendor refuses a second one beside it
 */
export function isPresent(current: RecordSet | undefined, key: RecordKey, value: string): boolean {
  if (heldOf(current)?.isPaused(value)) throw paused(key, value);
  return current?.values.includes(value) ?? false;
}

/** Seconds. A set that others share keeps its TTL. */
export function ttlBeside(current: RecordSet | undefined, ttl: number): number {
  return current && current.values.length > 0 ? current.ttl : ttl;
}

function paused({ name, type }: RecordKey, value: string): DnsError {
  return new DnsError(
    'ZONE_INACTIVE',
    `Alibaba Cloud DNS holds the ${type} record "${value}" at ${name}, but does not serve it (status DISABLE).`,
    {
      provider: manifest.id,
      hint: 'It was paused: enable it in the console, or delete it if nothing needs it.',
    },
  );
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
  let known = heldOf(current);
  if (!known && remove.some((value) => !kept.has(value)))
    known = (await readStoredSet(api, zone, key, call)).held;
  for (const value of remove) {
    let removed = false;
    for (const { id } of recordsToDelete(value, known, kept)) {
      if (!(await deleteRecord(api, id, call))) continue;
      progress.writes += 1;
      removed = true;
    }
    if (!removed) progress.absent.push(value);
  }
}

/** What was read just now wins over a receipt: under an id of it, someone may have put another value meanwhile. */
export function recordsToDelete(
  value: string,
  known: HeldRecords | undefined,
  kept: ReadonlyMap<string, string>,
): readonly (Held | Pick<Held, 'id'>)[] {
  const listed = known?.of(value) ?? [];
  if (listed.length > 0) return listed;
  const id = kept.get(value);
  return id === undefined || known?.hasId(id) ? [] : [{ id }];
}

/** False if the record is gone already. */
export async function deleteRecord(api: Api, id: string, call: Call): Promise<boolean> {
  try {
    await api.send('DeleteDomainRecord', { RecordId: id }, call);
    return true;
  } catch (error) {
    if (isDnsError(error) && error.vendorCode === 'DomainRecordNotBelongToUser') return false;
    throw error;
  }
}

/** Ids by value from the receipts of earlier changes. They come from a journal on disk, so their shape is checked. */
export function idsInReceipts(receipts: readonly Json[]): Map<string, string> {
  const ids = new Map<string, string>();
  for (const receipt of receipts) {
    const { recordIds } = (receipt ?? {}) as { recordIds?: unknown };
    for (const [value, id] of Object.entries(recordIds ?? {})) if (isRecordId(id)) ids.set(value, id);
  }
  return ids;
}

/** Repeated as a whole, the change would take its own values for somebody else's: its outcome has to be looked at first. */
function failureOf(error: DnsError, { add, remove }: ValueChange, { present, writes }: Progress): DnsError {
  if (writes === 0 && present.length === 0) return error;
  const message =
    writes === 0
      ? error.message
      : `${error.message} Before that, ${writes} of ${add.length + remove.length} values of the same change were written.`;
  const outcomeUnknown = writes > 0 || error.outcomeUnknown;
  const details = { ...error, provider: manifest.id, outcomeUnknown, present: [...present] };
  return new DnsError(error.code, message, { ...details, cause: error.cause });
}
