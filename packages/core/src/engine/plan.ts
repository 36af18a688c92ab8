import type { PlannedChange } from '../client.js';
import type { RecordSet } from '../provider.js';
import { lookAtAll } from './batch.js';
import { assertNoConflict } from './conflict.js';
import { withRecord } from './failure.js';
import { groupBy } from './group.js';
import { type SetRequest, zoneId } from './request.js';

/**
 * What `ensureAll` would write, record set by record set. Reads only.
 *
 * @throws DnsError `RECORD_CONFLICT` if the values could not be added
 */
export async function planSets(
  requests: readonly SetRequest[],
  signal: AbortSignal,
): Promise<readonly PlannedChange[]> {
  const changes = new Map<SetRequest, PlannedChange>();
  await Promise.all(
    groupBy(requests, zoneId).map(async (group) => {
      const sets = await lookAtAll(group, signal).catch((error) => {
        throw withRecord(error, group[0].key);
      });
      for (const [index, request] of group.entries()) changes.set(request, planSet(request, sets[index]));
    }),
  );
  return requests.map((request) => changes.get(request) as PlannedChange);
}

function planSet(request: SetRequest, set: RecordSet | undefined): PlannedChange {
  const { account, zone, key, values, ttl } = request;
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
}
