import type { ReleaseReport, ReleaseResult } from '@domainproof/core';
import type { Session } from '../connection.js';
import { isFor, leasesOf } from '../proving/find-leases.js';
import { failingApart } from './apart.js';
import type { Request } from './request.js';

type Outcome = ReleaseReport['outcome'];

/**
 * Takes the values of all requests away, with one write for each record set. It goes on also if nobody waits any more: what is left behind
 * is worse than a call too many.
 */
export async function cleanUpTogether(
  requests: readonly Request<Outcome>[],
  { client, journal }: Pick<Session, 'client' | 'journal'>,
): Promise<void> {
  const parts = await failingApart(requests, async (some) => {
    const records = some.map(({ record }) => record);
    const { leases } = await leasesOf(records, { client, journal }, {}, {});
    return { requests: some as Request<Outcome>[], leases };
  });
  const leases = parts.flatMap((part) => part.leases);
  const results = await client.releaseEach(leases);
  for (const request of parts.flatMap((part) => part.requests)) {
    const own = results.filter((_, index) => isFor(leases[index]!, request.record));
    conclude(request, own);
  }
}

/** Without a lease there was nothing to take away: another record at the name excludes the value. */
function conclude(request: Request<Outcome>, results: readonly ReleaseResult[]): void {
  const failed = results.find(({ error }) => error);
  if (failed) {
    request.reject(failed.error);
    return;
  }
  const outcomes = results.map(({ report }) => report!.outcome);
  request.resolve((['removed', 'kept'] as const).find((outcome) => outcomes.includes(outcome)) ?? 'absent');
}
