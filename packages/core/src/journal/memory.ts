import type { Lease } from '../lease.js';
import type { Journal } from './journal.js';
import { KeyedMutex } from './keyed-mutex.js';

/** A journal that ends with the process: for programs that release what they ensured, and for tests. */
export function memoryJournal(): Journal {
  const leases = new Map<string, Lease>();
  const mutex = new KeyedMutex();
  return {
    async put(added) {
      for (const lease of added) leases.set(lease.id, lease);
    },
    async drop(ids) {
      for (const id of ids) leases.delete(id);
    },
    async all() {
      return [...leases.values()];
    },
    lock: (key, signal) => mutex.lock(key, signal),
  };
}
