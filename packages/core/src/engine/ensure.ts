import { isDnsError } from '../errors.js';
import type { Journal } from '../journal/journal.js';
import type { Lease } from '../lease.js';
import type { Json } from '../provider.js';
import { type AddOutcome, addValues, newProgress } from './add.js';
import { isWorthBatch } from './batch.js';
import { type AddJob, addTogether } from './batch-add.js';
import { withRecord } from './failure.js';
import { groupBy } from './group.js';
import { lockSets } from './locks.js';
import { type SetRequest, setId, zoneId } from './request.js';

/** What one value of a set request starts from: the lease of an earlier call that made the value, or a new one. */
interface Intent {
  lease: Lease;
  isNew: boolean;
}

interface EnsureJob extends AddJob {
  /** None before the set is locked. */
  intents: readonly Intent[];
  leases?: readonly Lease[];
}

/** What became of one set request: a lease for each of its values, or why there is none. */
export type EnsuredSet =
  | { request: SetRequest; leases: readonly Lease[] }
  | { request: SetRequest; error: unknown };

/**
 * Carries out set requests: intents into the journal first, then the writes, then the leases as they turned out.
 * One failing set does not stop the others.
 *
 * @param tell told of each set when it has ended
 * @returns in the order of the requests
 */
export async function ensureSets(
  requests: readonly SetRequest[],
  journal: Journal,
  signal: AbortSignal,
  tell: (set: EnsuredSet) => void,
): Promise<EnsuredSet[]> {
  const jobs: EnsureJob[] = requests.map((request) => ({ request, intents: [], progress: newProgress() }));
  await Promise.all(
    groupBy(jobs, ({ request }) => zoneId(request)).map((group) => {
      const values = group.flatMap(({ request }) => request.values).length;
      const together = isWorthBatch(group[0].request.account, values) ? [group] : group.map((job) => [job]);
      return Promise.all(together.map((part) => ensureLocked(part, journal, signal, tell)));
    }),
  );
  return jobs.map(ended);
}

/** Ensures sets of one zone while no other writer of this journal touches them. Never rejects: failures end up in the jobs. */
async function ensureLocked(
  jobs: readonly EnsureJob[],
  journal: Journal,
  signal: AbortSignal,
  tell: (set: EnsuredSet) => void,
): Promise<void> {
  try {
    const unlock = await lockSets(
      jobs.map(({ request }) => request),
      journal,
      signal,
    );
    try {
      await intend(jobs, journal);
      try {
        if (jobs.length > 1) await addTogether(jobs, signal);
        await finishEach(jobs, signal);
      } catch (error) {
        for (const job of jobs) if (!job.outcome) job.error ??= error;
      }
      const results = jobs.filter(({ outcome }) => outcome).map((job) => ({ job, ...concluded(job) }));
      await journal.put(results.flatMap(({ changed }) => changed));
      for (const { job, leases } of results) job.leases = leases;
      // Within the lock, so that a writer that comes after it does not take the intent for a lease that holds.
      await journal.drop(jobs.flatMap(cameToNothing));
    } finally {
      await unlock();
    }
  } catch (error) {
    for (const job of jobs) if (!job.leases) job.error ??= error;
  }
  for (const job of jobs) tell(ended(job));
}

async function finishEach(jobs: readonly EnsureJob[], signal: AbortSignal): Promise<void> {
  const finish = async (job: EnsureJob) => {
    try {
      job.outcome = await addValues(job.request, job.progress, signal);
    } catch (error) {
      job.error = error;
    }
  };
  const open = jobs.filter(({ outcome, error }) => !outcome && error === undefined);
  const [first] = open;
  if (first?.request.account.provider.capabilities.serialPerZone) for (const job of open) await finish(job);
  else await Promise.all(open.map(finish));
}

/** The leases of a set as they turned out, and those of them that the journal does not know like this. */
function concluded({ request, intents, outcome }: EnsureJob): { leases: Lease[]; changed: Lease[] } {
  const { present, ttl, receipt } = outcome as AddOutcome;
  const native: Json = { zone: request.zone.id, ...(receipt === undefined ? {} : { receipt }) };
  const leases = intents.map(({ lease, isNew }) => {
    const created = !present.has(lease.value);
    // A value that an earlier lease made, and that is there still, stays with the facts of that lease.
    return created || isNew
      ? { ...lease, created, createdAt: now(), ttl: { ...lease.ttl, effective: ttl }, native }
      : { ...lease, created };
  });
  return { leases, changed: leases.filter(({ created }, index) => created || intents[index]?.isNew) };
}

/**
 * Within the lock: meanwhile no other writer releases an earlier lease that is used again here, nor takes an intent that
 * may come to nothing for a lease that holds.
 */
async function intend(jobs: readonly EnsureJob[], journal: Journal): Promise<void> {
  const held = await madeBefore(journal);
  for (const job of jobs)
    job.intents = job.request.values.map((value) => intentFor(job.request, value, held));
  await journal.put(jobs.flatMap(({ intents }) => newLeases(intents)));
}

async function madeBefore(journal: Journal): Promise<ReadonlyMap<string, Lease>> {
  const made = (await journal.all()).filter(({ created }) => created);
  return new Map(made.map((lease) => [valueId(lease), lease]));
}

function intentFor(request: SetRequest, value: string, held: ReadonlyMap<string, Lease>): Intent {
  const { account, zone, key, ttl } = request;
  const subject = { ...key, value, provider: account.id, zone: zone.name };
  const earlier = held.get(valueId(subject));
  if (earlier) return { lease: earlier, isNew: false };
  const id = `${account.id}-${crypto.randomUUID()}`;
  const native = { zone: zone.id };
  return { lease: { version: 1, id, ...subject, ttl, created: true, createdAt: now(), native }, isNew: true };
}

function newLeases(intents: readonly Intent[]): Lease[] {
  return intents.filter(({ isNew }) => isNew).map(({ lease }) => lease);
}

function valueId(lease: Parameters<typeof setId>[0] & { value: string }): string {
  return `${setId(lease)} ${lease.value}`;
}

function now(): string {
  return new Date().toISOString();
}

/** The new leases of a set that failed, of values that it certainly did not write: they may be somebody else's. */
function cameToNothing({ error, intents, progress: { mine } }: EnsureJob): string[] {
  if (!isDnsError(error)) return [];
  return newLeases(intents)
    .filter(({ value }) => !mine.has(value))
    .map(({ id }) => id);
}

function ended({ request, leases, error }: EnsureJob): EnsuredSet {
  return leases ? { request, leases } : { request, error: withRecord(error, request.key) };
}
