import { type Call, type DnsProvider, type Fqdn, isDnsError, type Zone } from '@domainproof/core';
import type { Delegation, Operator } from '@domainproof/propagation-verifier';

/** A provider as somebody who runs name servers. */
export function operatorOf(provider: DnsProvider, title: string, nameServers: readonly string[]): Operator {
  const pattern = anyOf(provider.capabilities.nameServerPatterns);
  return { name: title, nameServers, ...(pattern && { pattern }) };
}

/**
 * Host names of the servers that a vendor runs for a zone of the account: what it lists with the zone, else the NS records at the
 * zone's apex. Empty if it tells neither; a vendor that cannot be asked is no reason to fail.
 */
export function serversOf(provider: DnsProvider, zone: Zone, call: Call): Promise<readonly string[]> {
  return orNone(call, async () => {
    if (zone.nameServers?.length) return zone.nameServers;
    if (!provider.capabilities.types.includes('NS')) return [];
    const key = { name: zone.name, type: 'NS', line: 'default' };
    return (await provider.readRecordSet(zone, key, call))?.values ?? [];
  });
}

/** As `serversOf`, for a zone of which only the name is known. */
export function serversOfZone(provider: DnsProvider, name: Fqdn, call: Call): Promise<readonly string[]> {
  return orNone(call, async () => {
    const zone = (await provider.findZones(name, call)).find((candidate) => candidate.name === name);
    return zone ? serversOf(provider, zone, call) : [];
  });
}

async function orNone({ signal }: Call, ask: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await ask();
  } catch (error) {
    if (signal.aborted || !isDnsError(error)) throw error;
    return [];
  }
}

/** Whether the delegation leads to servers of the operator, as far as it is known. */
export function mayServe({ nameServers, pattern }: Operator, delegation: Delegation | null): boolean {
  if (!delegation || (nameServers.length === 0 && !pattern)) return true;
  return delegation.nameServers.some(({ host }) => nameServers.includes(host) || pattern?.test(host));
}

/** Providers match host names without the final dot, the verifier's names have it. */
function anyOf(patterns: readonly RegExp[]): RegExp | undefined {
  if (patterns.length === 0) return undefined;
  const sources = patterns.map(({ source }) => `(?:${source.replace(/(?<!\\)\$/g, '\\.?$')})`);
  return new RegExp(sources.join('|'), 'i');
}
