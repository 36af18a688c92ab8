import { isDnsError } from '../errors.js';
import { sleep } from '../sleep.js';
import {
  type AddOutcome,
  type AddProgress,
  additionOf,
  holdsAll,
  noteReceipt,
  noteSeen,
  noteUnknown,
  outcomeOf,
} from './add.js';
import { applyTogether, lookAtAll } from './batch.js';
import { assertNoConflict } from './conflict.js';
import type { SetRequest } from './request.js';
import { FIRST_LOOK_MS, isPending, nextPause, notServedInTime, servedOnly } from './settle.js';

/** One set of a batch, and how far it has come: without outcome and error it is left to `addValues`. */
export interface AddJob {
  readonly request: SetRequest;
  readonly progress: AddProgress;
  outcome?: AddOutcome;
  error?: unknown;
}

/**
 * Puts values into many record sets of one zone: all are read, what is missing is written in a batch, and what was written is
 * looked at together until it is served. Whatever a batch cannot bring to its end is left for `addValues`, with what is known of it.
 *
 * @throws what comes after the signal fired; the progress of each job tells what may have been written
 */
export async function addTogether(jobs: readonly AddJob[], signal: AbortSignal): Promise<void> {
  const { account, zone } = (jobs[0] as AddJob).request;
  try {
    await look(jobs, signal);
  } catch (error) {
    if (!isDnsError(error) || signal.aborted) throw error;
    return; // Set by set, the same failure is met again or not.
  }
  const changes = jobs.flatMap((job) => {
    const values = noteSeen(job.request, job.progress);
    if (values.length === 0) return [];
    try {
      assertNoConflict(job.request, job.progress.seen);
    } catch (error) {
      job.error = error;
      return [];
    }
    return { job, values, change: additionOf(job.request, values), current: job.progress.seen };
  });
  const outcomes = await applyTogether(account, zone, changes, signal).catch((error) => {
    // What was carried out before is not told then.
    for (const { job, values } of changes) for (const value of values) job.progress.mine.add(value);
    throw error;
  });
  for (const [index, outcome] of outcomes.entries()) {
    const { job, values } = changes[index] as (typeof changes)[number];
    if (!isDnsError(outcome)) noteReceipt(job.progress, values, outcome);
    else if (outcome.outcomeUnknown) noteUnknown(job.progress, values, outcome);
  }
  const replaces = account.provider.capabilities.writes === 'replace';
  const written = new Set(changes.map(({ job }) => job));
  const isOpen = (job: AddJob) => job.error === undefined && job.outcome === undefined;
  for (const job of jobs.filter(isOpen)) {
    const { request, progress } = job;
    const isDone = written.has(job)
      ? !replaces && progress.receipt?.settled
      : !isPending(progress.seen) && progress.seen?.unserved === undefined;
    if (isDone) job.outcome = outcomeOf(request, progress, undefined);
  }
  await lookUntilServed(jobs.filter(isOpen), signal);
}

async function lookUntilServed(jobs: readonly AddJob[], signal: AbortSignal): Promise<void> {
  let waiting = jobs;
  let pauseMs = jobs.some(isPendingJob) ? FIRST_LOOK_MS : 0;
  try {
    while (waiting.length > 0) {
      if (pauseMs > 0) await sleep(pauseMs, signal);
      await look(waiting, signal);
      for (const job of waiting) judge(job);
      waiting = waiting.filter((job) => job.error === undefined && isOnItsWay(job));
      pauseMs = nextPause(pauseMs);
    }
  } catch (error) {
    if (!isDnsError(error)) throw error;
    for (const job of waiting) {
      if (signal.aborted) job.error = error.code === 'TIMEOUT' ? notServedInTime(job.request, error) : error;
      else job.progress.seen = undefined; // What was read before the batch is not what is there now.
    }
  }
}

function judge(job: AddJob): void {
  const { request, progress } = job;
  try {
    const isComplete = noteSeen(request, progress).length === 0;
    if (isComplete && !isPending(progress.seen) && !asksReceipt(job))
      job.outcome = outcomeOf(request, progress, servedOnly(request, progress.seen));
  } catch (error) {
    job.error = error;
  }
}

function isPendingJob({ progress: { receipt, seen } }: AddJob): boolean {
  return receipt ? !receipt.settled : isPending(seen);
}

/** The adapter tells by the receipt, and not by the set, whether it is served; `addValues` asks. */
function asksReceipt({ request, progress: { receipt } }: AddJob): boolean {
  return receipt?.settled === false && request.account.provider.capabilities.writes !== 'replace';
}

/** The values are there, and the vendor will serve them. What lacks a value is written by `addValues`. */
function isOnItsWay({ request, progress: { seen } }: AddJob): boolean {
  return seen !== undefined && holdsAll(seen, request) && isPending(seen);
}

async function look(jobs: readonly AddJob[], signal: AbortSignal): Promise<void> {
  const sets = await lookAtAll(
    jobs.map(({ request }) => request),
    signal,
  );
  for (const [index, job] of jobs.entries()) job.progress.seen = sets[index];
}
