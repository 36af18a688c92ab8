import type { Journal, Unlock } from '../journal/journal.js';
import { setId } from './request.js';
import type { SetAddress } from './write.js';

/**
 * Keeps writers apart where the vendor's API cannot: per zone if it refuses a second change while one runs, per record set
 * if a write replaces the whole set.
 */
export async function lockOf(
  { account, zone, key }: SetAddress,
  journal: Journal,
  signal: AbortSignal,
): Promise<Unlock> {
  const { serialPerZone, writes } = account.provider.capabilities;
  if (serialPerZone) return journal.lock(`${account.id} ${zone.name}`, signal);
  if (writes === 'replace')
    return journal.lock(setId({ ...key, provider: account.id, zone: zone.name }), signal);
  return async () => {};
}
