import { domainToUnicode } from 'node:url';
import { ancestors, type Call, type Fqdn, isWithin, type Limits, toFqdn, type Zone } from '@domainproof/core';
import type { Answer } from './answer.js';
import type { Api } from './api.js';
import { TTL } from './capabilities.js';
import { type Listing, pages } from './pages.js';

const DOMAINS: Listing = {
  operation: 'DescribeDomains',
  outer: 'Domains',
  inner: 'Domain',
  key: ({ DomainName }) => DomainName,
  pageSize: 100,
};

/**
 * Lowest TTL in seconds by `VersionCode` (vendor's page on TTL). Editions that are not here are left to the server's judgement.
 */
const LOWEST_TTL: ReadonlyMap<unknown, number> = new Map([
  ['mianfei', 600],
  ['version_personal', 600],
  ['version_enterprise_basic', 60],
  ['version_enterprise_advanced', 1],
]);

/** All zones of the account, one page at a time. */
export async function* listZones(api: Api, call: Call): AsyncGenerator<Zone> {
  for await (const { entries } of pages(api, DOMAINS, {}, call))
    yield* entries.flatMap((domain) => toZone(domain, call));
}

/** Every zone that ends in the last two labels of `name`: one search finds a zone, its hosted sub-zones and its neighbours. */
export async function findZones(api: Api, name: Fqdn, call: Call): Promise<Zone[]> {
  const family = ancestors(name).at(-2) ?? name;
  const keyWord = family.slice(0, -1);
  const found = await search(api, keyWord, family, call);
  const unicode = domainToUnicode(keyWord);
  // The vendor may keep an IDN in its Unicode form only, which a search for the A-labels does not meet.
  return found.length > 0 || unicode === keyWord ? found : search(api, unicode, family, call);
}

async function search(api: Api, keyWord: string, family: Fqdn, call: Call): Promise<Zone[]> {
  const zones: Zone[] = [];
  for await (const { entries } of pages(api, DOMAINS, { KeyWord: keyWord, SearchMode: 'LIKE' }, call))
    zones.push(...entries.flatMap((domain) => toZone(domain, call)));
  // The search also meets my-example.com and example.com.cn.
  return zones.filter((zone) => isWithin(zone.name, family));
}

/**
 * Always `active`: the listing has no field that says otherwise. A paid edition that has ended (`InstanceExpired`) goes on
 * being served with the limits of the free one; which these are then is left to the server.
 */
function toZone(domain: Answer, call: Call): Zone[] {
  const { DomainName, PunyCode, VersionCode, InstanceExpired } = domain;
  const name = fqdn(PunyCode) ?? fqdn(DomainName);
  if (name === undefined || typeof DomainName !== 'string') {
    call.log.warn('Alibaba Cloud DNS lists a domain without a usable name; it is left out.');
    return [];
  }
  const min = InstanceExpired === true ? undefined : LOWEST_TTL.get(VersionCode);
  const limits: Partial<Limits> | undefined = min === undefined ? undefined : { ttl: { ...TTL, min } };
  return [{ id: DomainName, name, status: 'active', ...(limits && { limits }), ...nameServers(domain) }];
}

function nameServers({ DnsServers }: Answer): Pick<Zone, 'nameServers'> {
  const list = (DnsServers as { DnsServer?: unknown } | null | undefined)?.DnsServer;
  if (!Array.isArray(list)) return {};
  return { nameServers: list.map(fqdn).filter((name) => name !== undefined) };
}

function fqdn(name: unknown): Fqdn | undefined {
  if (typeof name !== 'string' || name === '') return undefined;
  try {
    return toFqdn(name);
  } catch {
    return undefined;
  }
}
