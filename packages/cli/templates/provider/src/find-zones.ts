import { ancestors, type Call, type Fqdn, isWithin, toFqdn, type Zone } from '@domainproof/core';
import { type Answer, textField } from './answer.js';
import type { Api } from './api.js';
import { manifest } from './manifest.js';
import { entries } from './pages.js';

/**
 * The first of the three: every zone of the account that `name` lies in. VENDOR: one search where the API has one, else the whole list.
 * An error is an error, and never "no zone".
 */
export async function findZones(api: Api, name: Fqdn, call: Call): Promise<Zone[]> {
  const family = ancestors(name).at(-2) ?? name;
  const zones: Zone[] = [];
  // The search also meets my-example.com and example.com.cn.
  for await (const zone of search(api, { search: family.slice(0, -1) }, call))
    if (isWithin(name, zone.name)) zones.push(zone);
  return zones;
}

/** All zones of the account, for `domainproof zones`. */
export function listZones(api: Api, call: Call): AsyncGenerator<Zone> {
  return search(api, {}, call);
}

async function* search(api: Api, query: Readonly<Record<string, string>>, call: Call): AsyncGenerator<Zone> {
  for await (const entry of entries(api, { operation: 'ListZones', query }, call)) yield toZone(entry);
}

/** VENDOR: the fields of a zone. */
function toZone(entry: Answer): Zone {
  const details = { provider: manifest.id, operation: 'ListZones' };
  return {
    id: textField(entry, 'id', details),
    name: toFqdn(textField(entry, 'name', details)),
    status: entry.status === 'suspended' ? 'inactive' : 'active',
  };
}
