import {
  abortError,
  ancestors,
  canonicalValue,
  type DesiredRecord,
  type DnsClient,
  type DnsError,
  type Fqdn,
  isDnsError,
  isWithin,
  toFqdn,
} from '@domainproof/core';
import type {
  Delegation,
  DiagnosedFinding,
  Expectation,
  RecordReport,
  Report,
  Verifier,
} from '@domainproof/propagation-verifier';
import { expectationsOf } from './expectations.js';

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

/** The report of a wait that could not begin, as no resolver answered. */
function resolverUnreachable(
  expectations: readonly Expectation[],
  reason: DnsError,
  elapsedMs: number,
): Report {
  const finding: DiagnosedFinding = {
    evidence: [],
    code: 'RESOLVER_UNREACHABLE',
    severity: 'fatal',
    message: reason.message,
    remedy: reason.hint ?? 'Name a resolver that this machine can reach: --resolver IP:PORT.',
  };
  const records = expectations.map(
    ({ name, type, value }): RecordReport => ({
      name: toFqdn(name),
      type,
      value: canonicalValue(type, [value].flat()[0] ?? ''),
      values: [value].flat().map((one) => canonicalValue(type, one)),
      zone: null,
      visible: false,
      verdict: 'unknown',
      chain: [],
      perspectives: [],
      elapsedMs,
      servers: [],
      findings: [finding],
    }),
  );
  return { ok: false, elapsedMs, questions: 0, records };
}
