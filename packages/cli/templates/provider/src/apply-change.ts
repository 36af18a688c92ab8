import {
  type Call,
  DnsError,
  isDnsError,
  type Json,
  quoteTxt,
  type Receipt,
  type RecordSet,
  type ValueChange,
  type Zone,
} from '@domainproof/core';
import { textField } from './answer.js';
import type { Api } from './api.js';
import { manifest } from './manifest.js';
import { type Ids, readRecordSet } from './read-record-set.js';

/** What a change has done so far. */
interface Progress {
  /** The id of the record that each added value got. It goes into the lease, so that the value can be removed without a search. */
  ids: Record<string, string>;
  present: string[];
  absent: string[];
  writes: number;
}

/**
 * The third of the three: adds and removes exactly the given values; every other value stays. What is there already, or gone already, is
 * no error: the receipt tells it.
 */
export async function applyChange(
  api: Api,
  zone: Zone,
  current: RecordSet | undefined,
  change: ValueChange,
  call: Call,
): Promise<Receipt> {
  const progress: Progress = { ids: {}, present: [], absent: [], writes: 0 };
  try {
    for (const value of change.add) await add(api, zone, current, change, value, progress, call);
    if (change.remove.length > 0) await remove(api, zone, current, change, progress, call);
  } catch (error) {
    if (!isDnsError(error) || progress.writes === 0) throw error;
    // Some of the change was carried out: the engine must look before it goes on.
    throw new DnsError(error.code, error.message, { ...error, outcomeUnknown: true, cause: error });
  }
  const { ids, present, absent } = progress;
  return { settled: true, present, absent, native: ids };
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
  // A set that others share keeps its TTL.
  const shared = current !== undefined && current.values.length > 0;
  // VENDOR: the fields of a new record.
  const body = {
    name: key.name.slice(0, -1),
    type: key.type,
    ttl: shared ? current.ttl : ttl,
    content: key.type === 'TXT' ? quoteTxt(value) : value,
  };
  try {
    const answer = await api({ operation: 'CreateRecord', zone: zone.id, body }, call);
    progress.writes += 1;
    const details = { provider: manifest.id, operation: 'CreateRecord', outcomeUnknown: true };
    progress.ids[value] = textField(answer, 'id', details);
  } catch (error) {
    if (!isDnsError(error) || error.vendorCode !== 'record_exists') throw error;
    progress.present.push(value);
  }
}

async function remove(
  api: Api,
  zone: Zone,
  current: RecordSet | undefined,
  { key, remove: values, receipts = [] }: ValueChange,
  progress: Progress,
  call: Call,
): Promise<void> {
  let known = (current?.native as Ids | undefined) ?? idsOf(receipts);
  if (values.some((value) => !known.has(value)) && !current)
    known = ((await readRecordSet(api, zone, key, call))?.native as Ids | undefined) ?? new Map();
  for (const value of values) {
    let isGone = true;
    for (const record of known.get(value) ?? []) {
      if (!(await deleteRecord(api, zone, record, call))) continue;
      isGone = false;
      progress.writes += 1;
    }
    if (isGone) progress.absent.push(value);
  }
}

/** False if it is gone already. */
async function deleteRecord(api: Api, zone: Zone, record: string, call: Call): Promise<boolean> {
  try {
    await api({ operation: 'DeleteRecord', zone: zone.id, record }, call);
    return true;
  } catch (error) {
    if (isDnsError(error) && error.vendorCode === 'record_not_found') return false;
    throw error;
  }
}

/** The ids that the receipts of earlier changes kept. They have been in a file, so nothing is taken for granted. */
function idsOf(receipts: readonly Json[]): Ids {
  const ids = new Map<string, string[]>();
  for (const receipt of receipts)
    for (const [value, id] of Object.entries(receipt ?? {})) if (typeof id === 'string') ids.set(value, [id]);
  return ids;
}
