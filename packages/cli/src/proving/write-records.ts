import type { CallOptions, DesiredRecord, Lease } from '@domainproof/core';
import type { Session } from '../connection.js';
import { nameLeftovers } from '../leftovers.js';
import type { Outcomes } from '../outcomes.js';

/** The longest time that writing may take, in milliseconds; a shorter time for the whole work holds for it too. */
export const WRITE_MS = 120_000;

/** A record with its lease. */
export interface Written {
  record: DesiredRecord;
  lease: Lease;
}

/**
 * Writes the records. Where some fail and others are written, the others go on.
 *
 * @returns the written records in their order, and why the rest is not there
 * @throws what the engine failed with, if nothing is written
 */
export async function writeRecords(
  records: readonly DesiredRecord[],
  { client, journal }: Pick<Session, 'client' | 'journal'>,
  outcomes: Outcomes,
  options: CallOptions,
): Promise<{ written: Written[]; failure?: unknown }> {
  try {
    const leases = await client.ensureAll(records, options);
    return { written: records.map((record, index) => ({ record, lease: leases[index]! })) };
  } catch (error) {
    const failure = outcomes.failure(records, error);
    const written = records.flatMap((record) => {
      const lease = outcomes.lease(record);
      return lease ? [{ record, lease }] : [];
    });
    if (written.length === 0 || options.signal?.aborted) throw failure;
    const failed = records.filter((record) => !outcomes.lease(record));
    return { written, failure: await nameLeftovers(journal, failed, failure) };
  }
}
