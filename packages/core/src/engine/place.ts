import type { DnsError } from '../errors.js';
import type { DesiredRecord } from '../lease.js';
import { expected } from './failure.js';
import {
  checkPlaced,
  checkSet,
  groupBySet,
  type Placed,
  type SetRequest,
  type TtlPolicy,
  toWanted,
} from './request.js';
import type { ZoneFinder } from './zone-finder.js';

/** How records find their zones. */
export interface Placing {
  finder: ZoneFinder;
  ttlPolicy: TtlPolicy;
  /** Told of each record whose zone is found. */
  tell(placed: Placed): void;
}

/**
 * What the records want of one record set each.
 *
 * @throws DnsError for the first record that is wrong or has no zone
 */
export async function placeAll(
  records: readonly DesiredRecord[],
  placing: Placing,
  signal: AbortSignal,
): Promise<SetRequest[]> {
  const wanted = records.map(toWanted);
  const placed = await Promise.all(
    wanted.map(async (one, index): Promise<Placed> => {
      const found = { ...(await placing.finder.find(one, signal)), wanted: one, index };
      placing.tell(found);
      return found;
    }),
  );
  for (const one of placed) checkPlaced(one, placing.ttlPolicy);
  const requests = groupBySet(placed, placing.ttlPolicy);
  for (const request of requests) checkSet(request);
  return requests;
}

/** As `placeAll`, but what is wrong with a record is kept for it alone, by its index. */
export async function placeEach(
  records: readonly DesiredRecord[],
  placing: Placing,
  signal: AbortSignal,
): Promise<{ requests: readonly SetRequest[]; errors: ReadonlyMap<number, DnsError> }> {
  const errors = new Map<number, DnsError>();
  const placed = await Promise.all(
    records.map(async (record, index): Promise<Placed | undefined> => {
      try {
        const wanted = toWanted(record);
        const found = { ...(await placing.finder.find(wanted, signal)), wanted, index };
        placing.tell(found);
        checkPlaced(found, placing.ttlPolicy);
        return found;
      } catch (error) {
        errors.set(index, expected(error));
        return undefined;
      }
    }),
  );
  const sound = placed.filter((one) => one !== undefined);
  const requests = groupBySet(sound, placing.ttlPolicy).filter((request) => {
    try {
      checkSet(request);
      return true;
    } catch (error) {
      for (const { index } of request.records) errors.set(index, expected(error));
      return false;
    }
  });
  return { requests, errors };
}
