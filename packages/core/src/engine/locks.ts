import type { Journal, Unlock } from '../journal/journal.js';
import { type SetAddress, setId } from './request.js';

/**
 * Keeps the writers of one journal apart, of this process and of others: per zone where the vendor refuses a second change while
 * one runs, else per record set. Several locks are taken in one order, so that two callers never wait for each other.
 */
export async function lockSets(
  addresses: readonly SetAddress[],
  journal: Journal,
  signal: AbortSignal,
): Promise<Unlock> {
  const held: Unlock[] = [];
  const unlock = async () => {
    await Promise.all(held.map((free) => free()));
  };
  try {
    for (const key of [...new Set(addresses.map(lockKey))].sort()) held.push(await journal.lock(key, signal));
    return unlock;
  } catch (error) {
    await unlock();
    throw error;
  }
}

function lockKey({ account, zone, key }: SetAddress): string {
  return account.provider.capabilities.serialPerZone
    ? `${account.id} ${zone.name}`
    : setId({ ...key, provider: account.id, zone: zone.name });
}
