import { canonicalValue, DnsError, type Fqdn, type RecordType, toFqdn, type Zone } from '@domainproof/core';
import type { Answer } from './answer.js';
import { manifest } from './manifest.js';
import type { Parameters } from './sdk-client.js';

/** The canonical value of a record as the vendor lists it. What cannot be read as one is kept as it is. */
export function recordValue(type: RecordType, record: Answer): string {
  const value = String(record.Value ?? '');
  try {
    return canonicalValue(type, type === 'MX' ? `${record.Priority} ${value}` : absoluteTarget(type, value));
  } catch {
    return value;
  }
}

/** The name of a listed record, or undefined if it is no name at all. */
export function recordName({ RR }: Answer, zone: Zone): Fqdn | undefined {
  if (RR === '@') return zone.name;
  try {
    return toFqdn(`${RR}.${zone.name}`);
  } catch {
    return undefined;
  }
}

export function recordType({ Type }: Answer): string {
  return String(Type).toUpperCase();
}

/** Documents write `Disable`, answers say `DISABLE`. */
export function isPaused({ Status }: Answer): boolean {
  return String(Status).toUpperCase() === 'DISABLE';
}

/** The parameters that carry a canonical value: TXT raw, host names without their final dot, the preference of MX apart. */
export function valueParameters(type: RecordType, value: string): Parameters {
  switch (type) {
    case 'MX': {
      const [priority, host = ''] = value.split(' ');
      return { Value: withoutFinalDot(host), Priority: priority };
    }
    case 'CNAME':
    case 'NS':
    case 'SRV':
      return { Value: withoutFinalDot(value) };
    default:
      return { Value: value };
  }
}

/**
 * The id of a record: a decimal string beyond 2^53. As a JSON number it would have lost its last digits on the way, and
 * deleting by it could hit a record of someone else.
 *
 * @throws DnsError `PROTOCOL`
 */
export function recordId({ RecordId }: Answer): string {
  const id = Number.isSafeInteger(RecordId) ? String(RecordId) : RecordId;
  if (typeof id === 'string' && isRecordId(id)) return id;
  throw new DnsError('PROTOCOL', 'An answer of Alibaba Cloud DNS has no usable RecordId.', {
    provider: manifest.id,
  });
}

export function isRecordId(id: unknown): id is string {
  return typeof id === 'string' && /^[\w-]{1,64}$/.test(id);
}

function absoluteTarget(type: RecordType, value: string): string {
  return type === 'SRV' && !value.endsWith('.') ? `${value}.` : value;
}

function withoutFinalDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
