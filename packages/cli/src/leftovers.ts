import type { DesiredRecord, Journal } from '@domainproof/core';
import { LeftoverError } from './errors.js';

/**
 * Runs work that writes the records. If it fails or is interrupted, the error that comes out names the leases
 * of these records that the journal still holds, so that people can take them away.
 */
export async function withLeftovers<T>(
  journal: Journal,
  records: readonly DesiredRecord[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await nameLeftovers(journal, records, error);
  }
}

/** The error, with the leases of these records that the journal holds if there are any. */
export async function nameLeftovers(
  journal: Journal,
  records: readonly DesiredRecord[],
  error: unknown,
): Promise<unknown> {
  const asked = new Set(records.map(keyOf));
  const held = (await journal.all()).filter((lease) => lease.created && asked.has(keyOf(lease)));
  if (held.length === 0) return error;
  return new LeftoverError(
    error,
    held.map(({ id, name, type, value }) => ({ id, name, type, value })),
  );
}

function keyOf({
  name,
  type,
  value,
  line = 'default',
}: Pick<DesiredRecord, 'name' | 'type' | 'value' | 'line'>) {
  return JSON.stringify([name, type, value, line]);
}
