import { DnsError, type Zone } from '@domainproof/core';
import { isId } from './api/fields.js';
import { manifest } from './manifest.js';

/**
 * The zone's id as it goes into the path of a request.
 *
 * @throws DnsError `ZONE_NOT_FOUND` for a zone id that is none, which a damaged journal could bring here.
 */
export function zoneId(zone: Zone): string {
  if (isId(zone.id)) return zone.id;
  throw new DnsError('ZONE_NOT_FOUND', `The zone ${zone.name} has an id that is none of Huawei Cloud's.`, {
    provider: manifest.id,
    hint: 'Look the zone up anew.',
  });
}
