import {
  type Call,
  type DnsProvider,
  type Fqdn,
  isDnsError,
  isWithin,
  toFqdn,
  type Zone,
} from '@domainproof/core';

/** Label of the records that are looked at and tried. */
export const CHECK_LABEL = '_domainproof-check';

/** Zones that are tried until one can be read: a policy may allow a few of many. */
const MOST_ZONES = 10;

/**
 * Makes the calls that reading takes: lists zones, and reads a record set that is probably not there.
 *
 * @param name Look at the zone that holds it, and no other one.
 * @param isRefusal Whether an error says that a permission is missing; it is what the caller wants to know, so it ends nothing.
 * @returns the zones that were found, at most ten
 * @throws DnsError for every other error
 */
export async function tryReads(
  provider: DnsProvider,
  name: Fqdn | undefined,
  call: Call,
  isRefusal: (error: unknown) => boolean,
): Promise<readonly Zone[]> {
  let zones: readonly Zone[] = [];
  try {
    zones = name === undefined ? await firstZones(provider, call) : await zonesOf(provider, name, call);
    for (const zone of zones) if (await canRead(provider, zone, call, isRefusal)) break;
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  return zones;
}

async function firstZones(provider: DnsProvider, call: Call): Promise<Zone[]> {
  const zones: Zone[] = [];
  for await (const zone of provider.listZones(call)) {
    zones.push(zone);
    if (zones.length === MOST_ZONES) break;
  }
  return zones;
}

async function zonesOf(provider: DnsProvider, name: Fqdn, call: Call): Promise<Zone[]> {
  const zones = await provider.findZones(name, call);
  const holding = zones.filter((zone) => isWithin(name, zone.name));
  return holding.sort((one, other) => other.name.length - one.name.length).slice(0, 1);
}

async function canRead(
  provider: DnsProvider,
  zone: Zone,
  call: Call,
  isRefusal: (error: unknown) => boolean,
): Promise<boolean> {
  const key = { name: toFqdn(`${CHECK_LABEL}.${zone.name}`), type: 'TXT', line: 'default' };
  try {
    await provider.readRecordSet(zone, key, call);
    return true;
  } catch (error) {
    if (!isDnsError(error) || !isRefusal(error)) throw error;
    return false;
  }
}
