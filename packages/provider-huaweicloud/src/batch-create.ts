import { setTimeout as delay } from 'node:timers/promises';
import { abortError, type Call, DnsError, isDnsError, type ValueChange, type Zone } from '@domainproof/core';
import { isObject, type JsonObject } from './api/body.js';
import { name } from './api/fields.js';
import type { Api } from './api/request.js';
import { meaningOfCode } from './api/vendor-error.js';
import { manifest } from './manifest.js';
import { setsAtNames } from './record-set.js';
import { isUnder, stateOf, type VendorSet, vendorLine } from './vendor-set.js';
import { newSet, type Written } from './write.js';
import { zoneId } from './zone-id.js';

/** Milliseconds before the first look at a task; then longer each time, up to the cap. */
const FIRST_MS = 250;
const GROWTH = 1.6;
const CAP_MS = 4_000;
/** More than half an hour goes by in fewer looks; the caller's deadline comes long before. */
const MAX_LOOKS = 500;
/** How often a look may fail before the sets themselves have to tell. */
const MAX_FAILED_LOOKS = 5;

/** A set that is to be created with these values. */
export interface Creation {
  change: ValueChange;
  values: readonly string[];
}

/**
 * Creates at most 2000 sets of one zone by the vendor's asynchronous task ("Batch creating record sets"; a zone has one
 * task at a time). A task tells which of its items failed, but neither the ids nor the states of the others, so the sets
 * are listed when it has ended.
 *
 * @returns in their order, the set as it is now, or why it is not there
 * @throws DnsError `BUSY` while another task runs in the zone; with `outcomeUnknown` when the task was begun, and nothing
 * can be told of it.
 */
export async function createMany(
  api: Api,
  zone: Zone,
  creations: readonly Creation[],
  call: Call,
): Promise<(Written | DnsError)[]> {
  const recordsets = creations.map(({ change, values }) => newSet(change, values));
  const request = { operation: 'BatchCreateTask', zoneId: zoneId(zone), body: { recordsets } } as const;
  const task = await api(request, call, ({ task_id }) => task_id);
  try {
    const failures = await failuresOf(api, zone, task, call);
    const names = new Set(creations.map(({ change }) => change.key.name));
    const sets = await setsAtNames(api, zone, names, call);
    return creations.map((creation) => {
      const { name, type, line } = creation.change.key;
      const code = failures.get(entryId(name, type, vendorLine(line)));
      if (code !== undefined) return notCreated(creation, code);
      return sets.get(name)?.find((set) => holds(set, creation)) ?? unclear(creation);
    });
  } catch (error) {
    if (!isDnsError(error)) throw error;
    throw new DnsError(error.code, error.message, { ...error, outcomeUnknown: true, cause: error.cause });
  }
}

/** Waits until the task has ended, as far as the vendor lets it be seen, and tells the codes of the items that failed. */
async function failuresOf(
  api: Api,
  zone: Zone,
  task: unknown,
  call: Call,
): Promise<ReadonlyMap<string, string>> {
  let pauseMs = FIRST_MS;
  let failedLooks = 0;
  for (let looks = 0; looks < MAX_LOOKS && failedLooks < MAX_FAILED_LOOKS; looks += 1) {
    await sleep(pauseMs, call.signal);
    pauseMs = Math.min(pauseMs * GROWTH, CAP_MS);
    try {
      const failures = await api({ operation: 'ShowBatchCreateTask', zoneId: zoneId(zone) }, call, (body) =>
        isRunning(body, task) ? undefined : readFailures(body, task),
      );
      if (failures) return failures;
    } catch (error) {
      if (!isDnsError(error) || !error.retryable) break;
      failedLooks += 1;
      pauseMs = Math.max(pauseMs, error.retryAfterMs ?? 0);
    }
  }
  return new Map();
}

/** The task that is shown is the zone's latest: another one than ours began after ours had ended. */
function isRunning({ task_id, status }: JsonObject, task: unknown): boolean {
  return task_id === task && typeof status === 'string' && /^(pending|running|processing)/i.test(status);
}

function readFailures({ task_id, error_items }: JsonObject, task: unknown): ReadonlyMap<string, string> {
  const items = task_id === task && Array.isArray(error_items) ? error_items.filter(isObject) : [];
  return new Map(
    items.map((item) => {
      const code = typeof item.error_code === 'string' ? item.error_code : '';
      return [entryId(String(name(item)), item.type, item.line ?? vendorLine('default')), code];
    }),
  );
}

function entryId(...parts: unknown[]): string {
  return parts.join(' ');
}

function holds(set: VendorSet, { change, values }: Creation): boolean {
  if (!isUnder(change.key, set) || stateOf(set) === 'leaving') return false;
  return values.every((value) => set.values.some(({ canonical }) => canonical === value));
}

function notCreated({ change }: Creation, vendorCode: string): DnsError {
  const known = /^[A-Z]{2,8}\.\d{4}$/.test(vendorCode) ? vendorCode : undefined;
  const { code, hint } = meaningOfCode(known);
  const why = known ? ` (${known})` : '';
  return new DnsError(code, `Huawei Cloud did not create ${change.key.name} ${change.key.type}${why}.`, {
    provider: manifest.id,
    operation: 'BatchCreateTask',
    vendorCode: known,
    hint,
  });
}

/** It may come yet: the task said nothing of it, or was not heard of. */
function unclear({ change: { key } }: Creation): DnsError {
  return new DnsError('TRANSIENT', `Huawei Cloud has not created ${key.name} ${key.type} yet.`, {
    provider: manifest.id,
    operation: 'BatchCreateTask',
    outcomeUnknown: true,
  });
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    throw abortError(signal, { provider: manifest.id, operation: 'BatchCreateTask' });
  }
}
