import type { DesiredRecord, Fqdn, Lease } from '@domainproof/core';
import type { Delegation, DiagnosedFinding, Expectation, Operator } from '@domainproof/propagation-verifier';
import type { Session } from '../connection.js';
import { zonesDelegatedElsewhere } from '../delegation-check.js';
import { operatorOf, serversOfZone } from '../operator.js';
import type { Written } from './write-records.js';

/** What the verifier is to look for, and what is odd about the zones. */
export interface Awaited {
  expectations: Expectation[];
  /** By zone: it is delegated to servers that are not the provider's. */
  elsewhere: ReadonlyMap<string, DiagnosedFinding>;
}

/**
 * What the verifier is to look for, in the order of the records.
 *
 * @param isExact No other value may stand at a name than those that the records ask for there.
 */
export function expectationsOf(records: readonly DesiredRecord[], isExact = false): Expectation[] {
  return records.map(({ name, type, value, zone }) => ({
    name,
    type,
    value: isExact ? [value, ...valuesBeside(value, name, type, records)] : value,
    ...(isExact && { match: 'exactSet' as const }),
    ...(zone !== undefined && { zone }),
  }));
}

function valuesBeside(
  value: string,
  name: string,
  type: string,
  records: readonly DesiredRecord[],
): readonly string[] {
  const others = records.filter((other) => other.name === name && other.type === type);
  return [...new Set(others.map((other) => other.value))].filter((other) => other !== value);
}

/** What is to be seen of records that are written, in their order. @param isExact as in `expectationsOf` */
export async function expectationsFor(
  written: readonly Written[],
  delegations: readonly Delegation[],
  session: Pick<Session, 'providers' | 'title' | 'call'>,
  { signal, isExact }: { signal: AbortSignal; isExact?: boolean },
): Promise<Awaited> {
  const leases = written.map(({ lease }) => lease);
  const elsewhere = zonesDelegatedElsewhere(leases, delegations, session.providers);
  const operators = await operatorsOf(leases, elsewhere, session, signal);
  const expectations = expectationsOf(
    written.map(({ record }) => record),
    isExact,
  ).map((expectation, index) => ({
    ...expectation,
    zone: leases[index]!.zone,
    operator: operators[index],
  }));
  return { expectations, elsewhere };
}

/**
 * The operator of the provider that each lease was written at. Which servers it runs is asked only where the delegation leads
 * elsewhere: only those are asked besides.
 */
function operatorsOf(
  leases: readonly Lease[],
  elsewhere: ReadonlyMap<string, unknown>,
  { providers, title, call }: Pick<Session, 'providers' | 'title' | 'call'>,
  signal: AbortSignal,
): Promise<Operator[]> {
  const known = new Map<string, Promise<Operator>>();
  const find = async (id: string, zone: Fqdn) => {
    const provider = providers.find((candidate) => candidate.id === id)!;
    const servers = elsewhere.has(zone) ? await serversOfZone(provider, zone, call(signal)) : [];
    return operatorOf(provider, title(provider), servers);
  };
  const finding = leases.map(({ provider, zone }) => {
    const key = `${provider} ${zone}`;
    const operator = known.get(key) ?? find(provider, zone);
    known.set(key, operator);
    return operator;
  });
  return Promise.all(finding);
}
