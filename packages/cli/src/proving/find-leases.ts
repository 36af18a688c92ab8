import { randomUUID } from 'node:crypto';
import {
  type CallOptions,
  type DesiredRecord,
  type DnsClient,
  isDnsError,
  type Journal,
  type Lease,
  type PlannedChange,
  toFqdn,
} from '@domainproof/core';

/** What to release, and the records whose values cannot be there, since another record at the name excludes them. */
export interface Found {
  leases: Lease[];
  excluded: readonly DesiredRecord[];
}

/** The journal's leases for the records; for a record without one, the value as it is found at the provider. */
export async function leasesOf(
  records: readonly DesiredRecord[],
  { client, journal }: { client: DnsClient; journal: Journal },
  settings: { provider?: string },
  options: CallOptions,
): Promise<Found> {
  const matches = await heldLeases(records, journal, settings);
  const unknown = records.filter((_, index) => matches[index]!.length === 0);
  const { leases, excluded } = await lookFor(unknown, client, options);
  const all = [...matches.flat(), ...leases];
  return { leases: [...new Map(all.map((lease) => [lease.id, lease])).values()], excluded };
}

/** The journal's leases for each of the records, in their order. */
export async function heldLeases(
  records: readonly DesiredRecord[],
  journal: Journal,
  settings: { provider?: string },
): Promise<Lease[][]> {
  const held = (await journal.all()).filter(
    ({ provider }) => settings.provider === undefined || provider === settings.provider,
  );
  return records.map((record) => held.filter((lease) => isFor(lease, record)));
}

/** Plans tell where values are; a conflict ends a plan as a whole, so then each record is looked at by itself. */
async function lookFor(
  records: readonly DesiredRecord[],
  client: DnsClient,
  options: CallOptions,
): Promise<Found> {
  if (records.length === 0) return { leases: [], excluded: [] };
  try {
    const { changes } = await client.plan(records, options);
    return { leases: changes.flatMap(leasesFrom), excluded: [] };
  } catch (error) {
    if (!isDnsError(error, 'RECORD_CONFLICT')) throw error;
    if (records.length === 1) return { leases: [], excluded: records };
  }
  const found = await Promise.all(records.map((record) => lookFor([record], client, options)));
  return {
    leases: found.flatMap(({ leases }) => leases),
    excluded: found.flatMap(({ excluded }) => excluded),
  };
}

/** Whether the lease holds the value of the record. */
export function isFor(lease: Lease, record: DesiredRecord): boolean {
  return (
    lease.name === record.name &&
    lease.type === record.type &&
    lease.value === record.value &&
    lease.line === (record.line ?? 'default') &&
    (record.zone === undefined || lease.zone === toFqdn(record.zone))
  );
}

/** Stands for values that no lease of the journal covers: whoever names a value exactly may have it removed. */
function leasesFrom({ provider, zone, key, add, present, ttl }: PlannedChange): Lease[] {
  return [...add, ...present].map((value) => ({
    version: 1,
    id: `${provider}-${randomUUID()}`,
    provider,
    zone,
    ...key,
    value,
    ttl,
    created: true,
    createdAt: new Date().toISOString(),
  }));
}
