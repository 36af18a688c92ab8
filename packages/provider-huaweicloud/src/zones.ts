import { ancestors, type Call, type Fqdn, isWithin, type Zone } from '@domainproof/core';
import type { JsonObject } from './api/body.js';
import { id, name } from './api/fields.js';
import { entriesOf } from './api/pages.js';
import type { Api } from './api/request.js';

/** Every zone that ends in the last two labels of `asked`, so that one answer serves all names below them. */
export async function findZones(api: Api, asked: Fqdn, call: Call): Promise<Zone[]> {
  const family = ancestors(asked).at(-2) ?? asked;
  const found: Zone[] = [];
  // `like` matches substrings (my-example.com too), and tools in the field send it the name without the final dot.
  const filter = { name: family.slice(0, -1), search_mode: 'like' };
  for await (const zone of publicZones(api, filter, call)) if (isWithin(zone.name, family)) found.push(zone);
  return found;
}

export function listZones(api: Api, call: Call): AsyncIterable<Zone> {
  return publicZones(api, {}, call);
}

function publicZones(api: Api, filter: Readonly<Record<string, string>>, call: Call): AsyncGenerator<Zone> {
  return entriesOf({
    field: 'zones',
    ask: (paging, read) => {
      const query = { type: 'public', ...filter, ...paging };
      return api({ operation: 'ListPublicZones', query }, call, read);
    },
    parse: zoneOf,
  });
}

/** Undefined for private zones and for names that no record of ours can lie in. */
function zoneOf(item: JsonObject): Zone | undefined {
  const zoneName = name(item);
  if (!zoneName || (item.zone_type ?? 'public') !== 'public') return undefined;
  // A zone that is being changed goes on being served as it was.
  const served = item.status === 'ACTIVE' || item.status === 'PENDING_UPDATE';
  return { id: id(item), name: zoneName, status: served ? 'active' : 'inactive' };
}
