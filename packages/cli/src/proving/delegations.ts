import {
  abortError,
  ancestors,
  type DesiredRecord,
  type DnsClient,
  type Fqdn,
  isDnsError,
  isWithin,
  toFqdn,
} from '@domainproof/core';
import type { Delegation, Report, Verifier } from '@domainproof/propagation-verifier';
import { expectationsOf, resolverUnreachable } from '../visibility.js';

/**
 * Looks up who serves the names before anything is written: a dead resolver or an unregistered domain leaves nothing behind.
 * One name of each zone is enough.
 *
 * @returns the delegations, or the report to end with if no resolver answers
 * @throws DnsError `ZONE_NOT_FOUND`
 */
export async function findDelegations(
  verifier: Verifier,
  client: DnsClient,
  records: readonly DesiredRecord[],
  signal: AbortSignal,
): Promise<readonly Delegation[] | Report> {
  const startedAt = performance.now();
  // Registries delegate at two labels or below, so names that differ there lie in different zones and are looked up side by side.
  const families = new Map<string, Map<Fqdn, DesiredRecord>>();
  for (const record of records) {
    const name = toFqdn(record.name);
    const family = ancestors(name).at(-2) ?? name;
    families.set(family, (families.get(family) ?? new Map()).set(name, record));
  }
  try {
    const found = await Promise.all(
      [...families.values()].map(async (names) => {
        const delegations: Delegation[] = [];
        for (const [name, record] of names)
          if (!delegations.some(({ zone }) => isWithin(name, zone)))
            delegations.push(await findDelegation(verifier, client, record, signal));
        return delegations;
      }),
    );
    return found.flat();
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    if (!isDnsError(error, 'TIMEOUT')) throw error;
    return resolverUnreachable(expectationsOf(records), error, Math.round(performance.now() - startedAt));
  }
}

async function findDelegation(
  verifier: Verifier,
  client: DnsClient,
  record: DesiredRecord,
  signal: AbortSignal,
): Promise<Delegation> {
  try {
    return await verifier.delegation(record.name, { zone: record.zone, signal });
  } catch (error) {
    if (!isDnsError(error, 'ZONE_NOT_FOUND') || record.zone !== undefined) throw error;
    // A private resolver may know the hosted zone, and nothing of the names above it.
    const { changes } = await client.plan([record], { signal });
    return verifier.delegation(record.name, { zone: changes[0]?.zone, signal });
  }
}
