import { isDnsError } from '../errors.js';
import { applyTogether, lookAtAll } from './batch.js';
import { type Removal, type RemoveProgress, removalOf, stillThere } from './remove.js';

/** One set of a batch: not `isDone`, it is left to `removeValues`. */
export interface RemoveJob {
  readonly removal: Removal;
  readonly progress: RemoveProgress;
  isDone: boolean;
}

/**
 * Takes values out of many record sets of one zone: all are read, and what is there is taken out in a batch. Whatever a
 * batch cannot bring to its end is left for `removeValues`, with what is known of it.
 *
 * @throws what comes after the signal fired
 */
export async function removeTogether(jobs: readonly RemoveJob[], signal: AbortSignal): Promise<void> {
  const { account, zone } = (jobs[0] as RemoveJob).removal;
  try {
    await look(jobs, signal);
  } catch (error) {
    if (!isDnsError(error) || signal.aborted) throw error;
    return; // Set by set, the same failure is met again or not.
  }
  const changes = jobs.flatMap((job) => {
    const values = stillThere(job.removal, job.progress);
    job.isDone = values.length === 0;
    return job.isDone
      ? []
      : { job, values, change: removalOf(job.removal, job.progress, values), current: job.progress.seen };
  });
  const outcomes = await applyTogether(account, zone, changes, signal);
  const doubtful: RemoveJob[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const { job, values } = changes[index] as (typeof changes)[number];
    const { removed, attempted } = job.progress;
    if (isDnsError(outcome)) {
      if (outcome.outcomeUnknown) for (const value of values) attempted.add(value);
      doubtful.push(job);
    } else {
      for (const value of values) if (!outcome.absent?.includes(value)) removed.add(value);
      job.isDone = true;
    }
  }
  try {
    await look(doubtful, signal);
  } catch (error) {
    if (!isDnsError(error) || signal.aborted) throw error;
    // What was read before the batch is not what is there now.
    for (const { progress } of doubtful) Object.assign(progress, { looked: false, seen: undefined });
  }
}

async function look(jobs: readonly RemoveJob[], signal: AbortSignal): Promise<void> {
  const sets = await lookAtAll(
    jobs.map(({ removal }) => removal),
    signal,
  );
  for (const [index, { progress }] of jobs.entries()) {
    progress.seen = sets[index];
    progress.looked = true;
  }
}
