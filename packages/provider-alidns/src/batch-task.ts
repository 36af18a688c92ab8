import { setTimeout as wait } from 'node:timers/promises';
import { abortError, type Call, DnsError, isDnsError, type Zone } from '@domainproof/core';
import type { Answer } from './answer.js';
import type { Api } from './api.js';
import { presentable } from './failure.js';
import { manifest } from './manifest.js';
import { type Listing, pages } from './pages.js';
import { isRecordId, recordName, recordType, recordValue } from './wire.js';

export type BatchType = 'RR_ADD' | 'RR_DEL';

/** One record to add or to delete, in the vendor's words. */
export interface BatchEntry {
  Rr: string;
  Type: string;
  Value: string;
  Line: string;
  Ttl?: number;
  Priority?: string | number;
}

/** What became of one entry. `unknown`: the task is done, but says nothing about this one. */
export type EntryOutcome =
  | { kind: 'done'; recordId?: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'unknown' };

/** How a running task is asked for, in milliseconds. */
export interface Polling {
  firstPauseMs: number;
  longestPauseMs: number;
  /** All pauses together; a task that runs on then is given up. */
  totalMs: number;
}

export const POLLING: Polling = { firstPauseMs: 200, longestPauseMs: 5_000, totalMs: 180_000 };

const DETAILS: Listing = {
  operation: 'DescribeBatchResultDetail',
  outer: 'BatchResultDetails',
  inner: 'BatchResultDetail',
  key: ({ Rr, Type, Value, Line, Priority, RecordId }) =>
    JSON.stringify([Rr, Type, Value, Line, Priority, RecordId]),
  pageSize: 100,
};

/**
 * Has the vendor add or delete up to 200 records in one task, and waits for its end.
 *
 * @returns in the order of the entries
 * @throws DnsError of the call itself, with a known outcome where the vendor refused it; `outcomeUnknown` where the task
 * was taken, and what became of it cannot be told
 */
export async function runBatch(
  api: Api,
  zone: Zone,
  type: BatchType,
  entries: readonly BatchEntry[],
  call: Call,
  polling: Polling,
): Promise<EntryOutcome[]> {
  // All in one form: 200 entries are too long for a URL, and without the entries the type means nothing.
  const form: Record<string, string | number | undefined> = { Type: type };
  for (const [index, entry] of entries.entries())
    for (const [field, value] of Object.entries({ Domain: zone.id, ...entry }))
      form[`DomainRecordInfo.${index + 1}.${field}`] = value;
  const started = await api.send('OperateBatchDomain', form, call, 'form');
  try {
    const task = { TaskId: taskIdOf(started), BatchType: type };
    const { succeeded, failed } = await finished(api, task, call, polling);
    const isAllDone = failed === 0 && succeeded >= entries.length;
    // Only the details know record ids, and these only matter of records that came to be.
    if (isAllDone && type === 'RR_DEL') return entries.map(() => ({ kind: 'done' }));
    const details = await detailsOf(api, zone, task, call).catch((error) => {
      if (!isAllDone) throw error;
      return new Map<string, EntryOutcome>();
    });
    return entries.map((entry) => outcomeOf(details.get(keyOf(entry, zone)), isAllDone));
  } catch (error) {
    throw isDnsError(error) ? ofUnknownOutcome(error) : error;
  }
}

interface Task {
  [parameter: string]: string;
  TaskId: string;
  BatchType: BatchType;
}

function taskIdOf({ TaskId }: Answer): string {
  const id = String(TaskId);
  if (/^\d{1,20}$/.test(id)) return id;
  throw broken('OperateBatchDomain', 'has no usable TaskId');
}

/** The counts of the task at its end. Only reading, so a question that fails may be asked again. */
async function finished(api: Api, task: Task, call: Call, polling: Polling) {
  const { firstPauseMs, longestPauseMs, totalMs } = polling;
  let pauseMs = firstPauseMs;
  for (
    let waitedMs = 0;
    waitedMs < totalMs;
    waitedMs += pauseMs, pauseMs = nextPause(pauseMs, longestPauseMs)
  ) {
    await pause(pauseMs, call);
    let answer: Answer;
    try {
      answer = await api.send('DescribeBatchResultCount', task, call);
    } catch (error) {
      if (!isDnsError(error) || !error.retryable) throw error;
      pauseMs = Math.max(pauseMs, error.retryAfterMs ?? 0);
      continue;
    }
    const counts = countsOf(answer, task);
    if (counts) return counts;
  }
  throw new DnsError('TIMEOUT', `The batch task ${task.TaskId} has not ended after ${totalMs} ms.`, {
    provider: manifest.id,
    operation: 'DescribeBatchResultCount',
  });
}

function nextPause(pauseMs: number, longestPauseMs: number): number {
  return Math.min(pauseMs * 1.5, longestPauseMs);
}

async function pause(ms: number, { signal }: Call): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => {
    throw abortError(signal, { provider: manifest.id, operation: 'DescribeBatchResultCount' });
  });
}

/** Undefined while the task runs (0), and as long as the vendor does not know of it (-1). */
function countsOf({ Status, TaskId, SuccessCount, FailedCount, Reason }: Answer, task: Task) {
  if (TaskId !== undefined && String(TaskId) !== task.TaskId)
    throw broken('DescribeBatchResultCount', 'is about another task');
  switch (Number(Status ?? Number.NaN)) {
    case -1:
    case 0:
      return undefined;
    case 1:
      return { succeeded: Number(SuccessCount), failed: Number(FailedCount) };
    case 2:
      throw new DnsError('TRANSIENT', `The batch task ${task.TaskId} failed: ${said(Reason)}`, {
        provider: manifest.id,
        operation: 'DescribeBatchResultCount',
      });
    default:
      throw broken('DescribeBatchResultCount', 'has an unknown Status');
  }
}

async function detailsOf(api: Api, zone: Zone, task: Task, call: Call): Promise<Map<string, EntryOutcome>> {
  const outcomes = new Map<string, EntryOutcome>();
  for await (const { entries } of pages(api, DETAILS, task, call))
    for (const row of entries) {
      const key = keyOf(row, zone);
      // Two rows of one record that disagree say nothing.
      outcomes.set(key, outcomes.has(key) ? { kind: 'unknown' } : outcomeIn(row));
    }
  return outcomes;
}

/** The vendor may spell a row's name and value in its own way, so both are compared in their canonical forms. */
function keyOf(row: Answer | BatchEntry, zone: Zone): string {
  const record = { ...row, RR: row.Rr };
  const type = recordType(record);
  return JSON.stringify([recordName(record, zone), type, recordValue(type, record), row.Line ?? 'default']);
}

function outcomeIn({ Status, RecordId, Reason }: Answer): EntryOutcome {
  const status = String(Status).toLowerCase();
  if (status === 'true' || status === 'success')
    return { kind: 'done', ...(isRecordId(RecordId) && { recordId: RecordId }) };
  return status === 'false' || status === 'fail'
    ? { kind: 'refused', reason: said(Reason) }
    : { kind: 'unknown' };
}

/** Where the counts say that all is done, the details add ids only. */
function outcomeOf(detail: EntryOutcome | undefined, isAllDone: boolean): EntryOutcome {
  if (!isAllDone) return detail ?? { kind: 'unknown' };
  return detail?.kind === 'done' ? detail : { kind: 'done' };
}

function said(reason: unknown): string {
  return typeof reason === 'string' && reason !== '' ? presentable(reason, []) : 'no reason was given';
}

function broken(operation: string, what: string): DnsError {
  return new DnsError('PROTOCOL', `The answer to ${operation} ${what}.`, {
    provider: manifest.id,
    operation,
  });
}

function ofUnknownOutcome(error: DnsError): DnsError {
  return new DnsError(error.code, error.message, { ...error, outcomeUnknown: true, cause: error.cause });
}
