import { isIPv4, isIPv6 } from 'node:net';
import { ApiError } from './errors.js';

export const RECORD_TYPES: readonly string[] = ['A', 'AAAA', 'CNAME', 'MX', 'TXT', 'NS', 'SRV', 'CAA'];

/** Seconds. */
export const DEFAULT_TTL = 600;
const MAX_TTL = 86400;
const MAX_TXT = 512;
const HOST =
  /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;
const CAA = /^(\d{1,3}) (issue|issuewild|iodef) "([^"\\]*)"$/;

/** @throws ApiError `SubDomainInvalid.Type`. */
export function checkType(text: string): string {
  const type = text.toUpperCase();
  if (!RECORD_TYPES.includes(type)) throw new ApiError('SubDomainInvalid.Type');
  return type;
}

/**
 * A value as the service keeps it: TXT raw, host names without a final dot.
 *
 * @throws ApiError `SubDomainInvalid.Value`.
 */
export function checkValue(type: string, value: string): string {
  const kept = readValue(type, value);
  if (kept === undefined) throw new ApiError('SubDomainInvalid.Value');
  return kept;
}

function readValue(type: string, value: string): string | undefined {
  switch (type) {
    case 'A':
      return isIPv4(value) ? value : undefined;
    case 'AAAA':
      return isIPv6(value) ? value : undefined;
    case 'TXT':
      return value !== '' && Buffer.byteLength(value) <= MAX_TXT ? value : undefined;
    case 'CAA': {
      const flags = CAA.exec(value)?.[1];
      return flags !== undefined && Number(flags) <= 255 ? value : undefined;
    }
    case 'SRV': {
      const [priority = '', weight = '', port = '', target = '', ...rest] = value.split(' ');
      const numbers = [priority, weight, port];
      const areNumbers = numbers.every((part) => /^\d{1,5}$/.test(part) && Number(part) <= 65535);
      const host = readHost(target);
      return areNumbers && host !== undefined && rest.length === 0
        ? `${numbers.join(' ')} ${host}`
        : undefined;
    }
    default:
      return readHost(value);
  }
}

function readHost(value: string): string | undefined {
  const host = value.replace(/\.$/, '');
  return HOST.test(host) && !isIPv4(host) ? host : undefined;
}

/** @throws ApiError `QuotaExceeded.TTL`, which names the range of the edition. */
export function checkTtl(text: string | undefined, minTtl: number): number | undefined {
  if (text === undefined) return undefined;
  const ttl = /^\d{1,10}$/.test(text) ? Number(text) : -1;
  if (ttl < minTtl || ttl > MAX_TTL)
    throw new ApiError(
      'QuotaExceeded.TTL',
      `The specified TTL is invalid. A valid TTL must be in the range of ${minTtl} to ${MAX_TTL}.`,
    );
  return ttl;
}

/** MX has a priority and needs it; no other type has one. */
export function checkPriority(type: string, text: string | undefined): number | undefined {
  if (type !== 'MX') return undefined;
  const priority = /^\d{1,2}$/.test(text ?? '') ? Number(text) : 0;
  if (priority < 1 || priority > 50) throw new ApiError('SubDomainInvalid.Priority');
  return priority;
}

/** A value as the name servers serve it: TXT raw, host names absolute and in lower case. */
export function servedValue(type: string, value: string, priority: number | undefined): string {
  switch (type) {
    case 'MX':
      return `${priority ?? 10} ${value.toLowerCase()}.`;
    case 'CNAME':
    case 'NS':
    case 'SRV':
      return `${value.toLowerCase()}.`;
    case 'AAAA':
      return value.toLowerCase();
    default:
      return value;
  }
}
