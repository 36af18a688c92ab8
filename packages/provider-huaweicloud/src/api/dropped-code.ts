import { type Meaning, meaningOfStatus } from './error-table.js';
import type { Operation } from './operations.js';

/** What to do about a client that drops the codes of the DNS service. */
export const CODES_DROPPED =
  "The DNS client that was given drops the vendor's error code; give it the http client of this package's README to see it.";

/**
 * What a refusal means when only its HTTP status is left. The vendor's own client reads `error_code`, as the gateway sends
 * it, while the DNS service sends `code`; so a status without a code is the service's, and the call tells the rest.
 */
export function meaningOfBareStatus(operation: Operation, httpStatus: number): Meaning {
  const hint = CODES_DROPPED;
  switch (httpStatus) {
    case 400:
      return { code: 'PROTOCOL', hint };
    case 403:
      return {
        code: 'FORBIDDEN',
        hint: `A permission is missing, a quota is used up, or the account is frozen. ${hint}`,
        needsPermission: true,
      };
    case 404:
      if (operation === 'ListPublicZones') return meaningOfStatus(httpStatus);
      return addressesSets(operation)
        ? { code: 'RECORD_CONFLICT', hint: 'Someone else deleted the record set.' }
        : { code: 'ZONE_NOT_FOUND', hint: 'The zone was deleted, or belongs to another account.' };
    case 409:
      return { code: 'BUSY' };
    default:
      return meaningOfStatus(httpStatus);
  }
}

/** Calls that name record sets by their ids. */
function addressesSets(operation: Operation): boolean {
  return ['UpdateRecordSet', 'DeleteRecordSet', 'BatchUpdateRecordSets'].includes(operation);
}
