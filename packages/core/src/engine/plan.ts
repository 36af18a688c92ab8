import type { PlannedChange } from '../client.js';
import { withRecord } from './failure.js';
import type { SetRequest } from './request.js';
import { assertNoConflict } from './write.js';

/**
 * What `ensureAll` would write to one record set. Reads only.
 *
 * @throws DnsError `RECORD_CONFLICT` if the values could not be added
 */
export async function planSet(request: SetRequest, signal: AbortSignal): Promise<PlannedChange> {
  const { account, zone, key, values, ttl } = request;
  try {
    const set = await account.run(signal, (call) => account.provider.readRecordSet(zone, key, call));
    const add = values.filter((value) => !set?.values.includes(value));
    if (add.length > 0) assertNoConflict(request, set);
    const shared = set !== undefined && set.values.length > 0;
    return {
      provider: account.id,
      zone: zone.name,
      key,
      action: add.length === 0 ? 'none' : shared ? 'merge' : 'create',
      add,
      present: values.filter((value) => !add.includes(value)),
      kept: set?.values.filter((value) => !values.includes(value)) ?? [],
      ttl: { ...ttl, effective: shared ? set.ttl : ttl.effective },
    };
  } catch (error) {
    throw withRecord(error, key);
  }
}
