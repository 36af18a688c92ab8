import { DnsError, type DnsErrorCode, isWithin, type ValueChange, type Zone } from '@domainproof/core';
import { capabilities } from './capabilities.js';
import { manifest } from './manifest.js';
import { vendorLine } from './vendor-set.js';

/**
 * Refuses, before any call, what the vendor would refuse.
 *
 * @throws DnsError `INVALID_NAME`, `UNSUPPORTED` (type, line), `INVALID_VALUE`, `QUOTA_EXCEEDED`, `RECORD_CONFLICT`, `TTL_OUT_OF_RANGE`
 */
export function checkChange(zone: Zone, { key, add, ttl }: ValueChange): void {
  const { types, limits } = capabilities;
  if (!isWithin(key.name, zone.name))
    throw refusal('INVALID_NAME', `${key.name} does not lie in the zone ${zone.name}`);
  if (!types.includes(key.type))
    throw refusal('UNSUPPORTED', `Public zones of Huawei Cloud have no records of type ${key.type}.`, {
      hint: `They have: ${types.join(', ')}.`,
    });
  if (!/^[0-9a-zA-Z_-]{1,64}$/.test(vendorLine(key.line)))
    throw refusal('UNSUPPORTED', `"${key.line}" is not a line code of Huawei Cloud.`, {
      hint: 'Leave the line away for the default line, or give a code such as Dianxin.',
    });
  if (add.length === 0) return;
  if (!Number.isInteger(ttl) || ttl < limits.ttl.min || ttl > limits.ttl.max)
    throw refusal(
      'TTL_OUT_OF_RANGE',
      `The TTL ${ttl} is not a whole number of seconds from ${limits.ttl.min} to ${limits.ttl.max}.`,
    );
  const count = new Set(add).size;
  if (count > mostValues(key.type)) throw tooMany(key, count);
  if (key.type === 'TXT') for (const value of add) checkText(key.name, value);
}

/** Most values that one record set of this type holds. */
export function mostValues(type: string): number {
  return type === 'CNAME' ? 1 : capabilities.limits.valuesPerSet;
}

/** The refusal of more values than one set holds. */
export function tooMany({ name, type }: ValueChange['key'], count: number): DnsError {
  if (type === 'CNAME')
    return refusal('RECORD_CONFLICT', `${name} would get ${count} CNAME targets, and a name holds one.`, {
      hint: 'Remove the CNAME that is there first, if nothing needs it.',
    });
  return refusal(
    'QUOTA_EXCEEDED',
    `${name} ${type} would get ${count} values, and one record set holds at most ${mostValues(type)}.`,
    { hint: 'Remove values that nobody needs any more.' },
  );
}

function checkText(name: string, value: string): void {
  const { txtBytes, txtForbidden } = capabilities.limits;
  const bytes = Buffer.byteLength(value);
  if (bytes === 0 || bytes > txtBytes)
    throw refusal(
      'INVALID_VALUE',
      `The TXT value for ${name} has ${bytes} bytes, and Huawei Cloud takes 1 to ${txtBytes}.`,
    );
  const forbidden = [...(txtForbidden?.characters ?? '')].find((character) => value.includes(character));
  if (forbidden)
    throw refusal('INVALID_VALUE', `The TXT value for ${name} holds ${forbidden}: ${txtForbidden?.reason}`);
}

function refusal(code: DnsErrorCode, message: string, details: { hint?: string } = {}): DnsError {
  return new DnsError(code, message, { ...details, provider: manifest.id });
}
