import { DnsError, type Zone } from '@domainproof/core';
import { isId } from './api/fields.js';
import { manifest } from './manifest.js';

/**
 * Where the record sets of a zone are listed and created; one of them is at `/{id}` below.
 *
 * @throws DnsError `ZONE_NOT_FOUND` for a zone id that is none, which a damaged journal could bring here.
 */
export function recordSetsPath(zone: Zone): string {
  if (isId(zone.id)) return `/v2.1/zones/${zone.id}/recordsets`;
  throw new DnsError('ZONE_NOT_FOUND', `The zone ${zone.name} has an id that is none of Huawei Cloud's.`, {
    provider: manifest.id,
    hint: 'Look the zone up anew.',
  });
}
