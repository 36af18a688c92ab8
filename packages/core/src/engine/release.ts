import { isDnsError } from '../errors.js';
import type { Journal } from '../journal/journal.js';
import type { Lease, ReleaseReport } from '../lease.js';
import type { Json } from '../provider.js';
import { isWorthBatch } from './batch.js';
import { type RemoveJob, removeTogether } from './batch-remove.js';
import { withRecord } from './failure.js';
import { groupBy } from './group.js';
import { lockSets } from './locks.js';
import { newRemoval, removeValues } from './remove.js';
import { setId } from './request.js';
import type { Placement, ZoneFinder } from './zone-finder.js';

/**
 * Record ids of a lease are used without another look for this many milliseconds. Later, someone may have given the record
 * another value by hand, under the same id, and then it is not ours to delete.
 */
const RECEIPT_GOOD_FOR_MS = 3_600_000;

/** What became of one lease, or why it is still held. */
export type ReleasedLease = ReleaseReport | { lease: Lease; error: unknown };

/** The leases of one record set. */
interface ReleaseJob {
  leases: readonly [Lease, ...Lease[]];
  /** Those whose values are to go; the others' values are somebody else's. */
  mine: readonly Lease[];
  removed?: ReadonlySet<string>;
  error?: unknown;
}

/** What the journal holds at a moment. */
interface Held {
  byId: ReadonlyMap<string, Lease>;
  /** `valueId` of what its leases have created. */
  ours: ReadonlySet<string>;
}

interface Context {
  finder: ZoneFinder;
  journal: Journal;
  signal: AbortSignal;
  tell(lease: ReleasedLease): void;
  /** Take away also what was there before its lease. */
  force: boolean;
  /** The journal before anything was locked. */
  before: Held;
}

/**
 * Takes the leased values away, with one write for each record set, or fewer where the vendor has batches.
 * One failing set does not stop the others.
 *
 * @returns in the order of the leases
 * @throws only if the journal cannot be read, before anything else is done
 */
export async function releaseLeases(
  leases: readonly Lease[],
  force: boolean,
  given: Omit<Context, 'force' | 'before'>,
): Promise<ReleasedLease[]> {
  const before = await heldIn(given.journal);
  const context = { ...given, force, before };
  const facts = leases.map((lease) => before.byId.get(lease.id) ?? lease);
  const jobs = groupBy(facts, setId).map(
    (group): ReleaseJob => ({ leases: group, mine: mineOf(group, force, before) }),
  );
  await Promise.all(groupBy(jobs, zoneKey).map((group) => releaseInZone(group, context)));
  const outcomes = new Map(jobs.flatMap((job) => job.leases.map((lease) => [lease, ended(job, lease)])));
  return facts.map((lease) => outcomes.get(lease) as ReleasedLease);
}

/** Never rejects: failures end up in the jobs. */
async function releaseInZone(jobs: readonly ReleaseJob[], context: Context): Promise<void> {
  const kept = jobs.filter(({ mine }) => mine.length === 0);
  await endingIn(kept, async () => {
    await context.journal.drop(kept.flatMap(idsOf));
    for (const job of kept) job.removed = new Set();
  });
  const open = jobs.filter(({ mine }) => mine.length > 0);
  await endingIn(open, async () => {
    const values = open.flatMap(({ mine }) => mine).length;
    const together = open[0] && isWorthBatch(context.finder.account(open[0].leases[0].provider), values);
    const parts = together ? [open] : open.map((job) => [job]);
    await Promise.all(parts.map((part) => endingIn(part, () => releasePlaced(part, context))));
  });
  for (const job of jobs) for (const lease of job.leases) context.tell(ended(job, lease));
}

/** Work whose failure is that of each of its jobs. */
async function endingIn(jobs: readonly ReleaseJob[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    for (const job of jobs) if (!job.removed) job.error ??= error;
  }
}

/** A lease knows its zone's id, so the zone is not asked for, unless it was made anew since. */
async function releasePlaced(jobs: readonly ReleaseJob[], context: Context): Promise<void> {
  const { finder, signal } = context;
  const [{ provider, zone: zoneName, name, native }] = (jobs[0] as ReleaseJob).leases;
  const id = fact(native, 'zone');
  if (typeof id === 'string') {
    const zone = { id, name: zoneName, status: 'active' } as const;
    const placement = { account: finder.account(provider), zone };
    await releaseLocked(jobs, placement, context);
    if (jobs.some(({ error }) => isDnsError(error, 'ZONE_NOT_FOUND'))) finder.forget(placement);
  }
  const homeless = jobs.filter(
    ({ removed, error }) => !removed && (!error || isDnsError(error, 'ZONE_NOT_FOUND')),
  );
  if (homeless.length === 0) return;
  for (const job of homeless) job.error = undefined;
  await releaseLocked(homeless, await finder.find({ name, provider, zone: zoneName }, signal), context);
}

async function releaseLocked(
  jobs: readonly ReleaseJob[],
  { account, zone }: Placement,
  { journal, signal, force, before }: Context,
): Promise<void> {
  const addressOf = ({ leases: [{ name, type, line }] }: ReleaseJob) => ({
    account,
    zone,
    key: { name, type, line },
  });
  const unlock = await lockSets(jobs.map(addressOf), journal, signal);
  try {
    // Before the lock, a lease may have been the intent of a writer that found the value there, or failed, since.
    const held = await heldIn(journal);
    const hasEnded = ({ id }: Lease) => !force && before.byId.has(id) && !held.byId.has(id);
    const work = jobs.map((job) => {
      job.mine = mineOf(job.leases, force, held);
      const going = job.mine.filter((lease) => !hasEnded(lease));
      const values = [...new Set(going.map(({ value }) => value))];
      const receipts = going.flatMap((lease) => freshReceipt(held.byId.get(lease.id) ?? lease));
      const remove: RemoveJob = {
        removal: { ...addressOf(job), values, receipts },
        progress: newRemoval(),
        isDone: values.length === 0,
      };
      return { job, remove };
    });
    const finish = async ({ job, remove }: (typeof work)[number]) => {
      try {
        job.removed = remove.isDone
          ? remove.progress.removed
          : await removeValues(remove.removal, remove.progress, signal);
      } catch (error) {
        job.error = error;
      }
    };
    const open = work.map(({ remove }) => remove).filter(({ isDone }) => !isDone);
    if (open.length > 1) await removeTogether(open, signal);
    if (account.provider.capabilities.serialPerZone) for (const one of work) await finish(one);
    else await Promise.all(work.map(finish));
    const done = jobs.filter(({ removed }) => removed);
    // Within the lock, so that a writer that comes after it does not take the lease for one that still holds.
    await journal.drop(done.flatMap(idsOf)).catch((error) => {
      for (const job of done) Object.assign(job, { removed: undefined, error });
    });
  } finally {
    await unlock();
  }
}

async function heldIn(journal: Journal): Promise<Held> {
  const held = await journal.all();
  return {
    byId: new Map(held.map((lease) => [lease.id, lease])),
    ours: new Set(held.filter(({ created }) => created).map(valueId)),
  };
}

function mineOf(leases: readonly Lease[], force: boolean, { byId, ours }: Held): Lease[] {
  return leases.filter((lease) => force || (byId.get(lease.id) ?? lease).created || ours.has(valueId(lease)));
}

function ended({ leases, mine, removed, error }: ReleaseJob, lease: Lease): ReleasedLease {
  if (!removed) return { lease, error: withRecord(error, leases[0]) };
  if (!mine.includes(lease)) return { lease, outcome: 'kept' };
  return { lease, outcome: removed.has(lease.value) ? 'removed' : 'absent' };
}

function idsOf({ leases }: ReleaseJob): string[] {
  return leases.map(({ id }) => id);
}

function valueId(lease: Lease): string {
  return `${setId(lease)} ${lease.value}`;
}

function zoneKey({ leases: [{ provider, zone, native }] }: ReleaseJob): string {
  return `${provider} ${zone} ${fact(native, 'zone')}`;
}

function freshReceipt(lease: Lease): Json[] {
  const age = Date.now() - Date.parse(lease.createdAt);
  const receipt = fact(lease.native, 'receipt');
  return receipt !== undefined && age < RECEIPT_GOOD_FOR_MS ? [receipt] : [];
}

function fact(native: Json | undefined, name: string): Json | undefined {
  return native && typeof native === 'object' && !Array.isArray(native)
    ? (native as { [key: string]: Json })[name]
    : undefined;
}
