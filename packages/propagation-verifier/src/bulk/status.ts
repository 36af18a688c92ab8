import type { ServerStatus } from '../types/index.js';
import type { Reading } from '../waiting/match.js';
import type { BulkRecord } from './record.js';

/** What a reading says about all values of a record, byte by byte. */
export function statusOf({ status, found }: Reading, { values, expectation }: BulkRecord): ServerStatus {
  if (found.length === 0) return status;
  const expected = values.map((value) => Buffer.from(value));
  const isExpected = (value: Buffer) => expected.some((one) => one.equals(value));
  const present = expected.filter((value) => found.some((one) => one.equals(value))).length;
  if (present === 0) return 'different';
  if (present < expected.length) return 'partial';
  return expectation.match === 'exactSet' && !found.every(isExpected) ? 'extra' : 'visible';
}
