import { isDnsError } from '../errors.js';
import type { Journal } from '../journal/journal.js';
import type { Lease, ReleaseReport } from '../lease.js';
import type { Json, RecordKey, Zone } from '../provider.js';
import { withRecord } from './failure.js';
import { lockOf } from './locks.js';
import { setId } from './request.js';
import { removeValues } from './write.js';
import type { Placement, ZoneFinder } from './zone-finder.js';

/**
 * Record ids of a lease are used without another look for this many milliseconds. Later, someone may have given the record
 * another value by hand, under the same id, and then it is not ours to delete.
 */
const RECEIPT_GOOD_FOR_MS = 3_600_000;

/**
 * Takes the leased values away, with one write for each record set.
 * One failing set does not stop the others; the first failure is thrown when all have ended.
 *
 * @returns one report for each lease, in their order.
 */
export async function releaseLeases(
  leases: readonly Lease[],
  force: boolean,
  finder: ZoneFinder,
  journal: Journal,
  signal: AbortSignal,
): Promise<ReleaseReport[]> {
  const held = await journal.all();
  const known = new Map(held.map((lease) => [lease.id, lease]));
  const facts = leases.map((lease) => known.get(lease.id) ?? lease);
  const groups = new Map<string, [Lease, ...Lease[]]>();
  for (const lease of facts) {
    const group = groups.get(setId(lease));
    if (group) group.push(lease);
    else groups.set(setId(lease), [lease]);
  }
  const outcomes = new Map<Lease, ReleaseReport['outcome']>();
  const results = await Promise.allSettled(
    [...groups.values()].map(async (group) => {
      const mine = group.filter((lease) => force || isOurs(lease, held));
      const removed =
        mine.length > 0 ? await releaseSet(mine as [Lease, ...Lease[]], finder, journal, signal) : new Set();
      for (const lease of group)
        outcomes.set(lease, !mine.includes(lease) ? 'kept' : removed.has(lease.value) ? 'removed' : 'absent');
      await journal.drop(group.map(({ id }) => id));
    }),
  );
  const failed = results.findIndex(({ status }) => status === 'rejected');
  if (failed >= 0)
    throw withRecord(
      (results[failed] as PromiseRejectedResult).reason,
      ([...groups.values()][failed] as [Lease])[0],
    );
  return facts.map((lease) => ({ lease, outcome: outcomes.get(lease) as ReleaseReport['outcome'] }));
}

async function releaseSet(
  leases: readonly [Lease, ...Lease[]],
  finder: ZoneFinder,
  journal: Journal,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const [{ name, type, line, provider, zone: zoneName, native }] = leases;
  const key: RecordKey = { name, type, line };
  const values = [...new Set(leases.map(({ value }) => value))];
  const receipts = leases.flatMap(freshReceipt);
  const remove = async ({ account, zone }: Placement) => {
    const unlock = await lockOf({ account, zone, key }, journal, signal);
    try {
      return await removeValues({ account, zone, key }, values, receipts, signal);
    } finally {
      await unlock();
    }
  };
  const account = finder.account(provider);
  const zoneId = fact(native, 'zone');
  if (typeof zoneId === 'string') {
    // The lease knows the zone's id: no need to ask for it, unless the zone was made anew since.
    const zone: Zone = { id: zoneId, name: zoneName, status: 'active' };
    try {
      return await remove({ account, zone });
    } catch (error) {
      if (!isDnsError(error, 'ZONE_NOT_FOUND')) throw error;
    }
  }
  return remove(await finder.find({ name, provider, zone: zoneName }, signal));
}

/** Made by this lease, or by another one of the same journal. */
function isOurs(lease: Lease, held: readonly Lease[]): boolean {
  return (
    lease.created ||
    held.some((other) => other.created && other.value === lease.value && setId(other) === setId(lease))
  );
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
