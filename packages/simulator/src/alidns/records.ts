import { ApiError } from './errors.js';
import type { Parameters } from './parameters.js';
import { DEFAULT_LINE, type Domain, type DomainRecord, type Store } from './store.js';
import { checkRr, checkValue, RECORD_TYPES } from './values.js';

const DEFAULT_TTL = 600;
const MAX_TTL = 86_400;
/** Values that one host record, type and line may have. */
const MAX_VALUES = 90;
const LINE = /^[a-z0-9_-]{1,64}$/i;

type Content = Pick<DomainRecord, 'rr' | 'type' | 'value' | 'ttl' | 'line' | 'priority'>;

/** @throws ApiError `InvalidDomainName.NoExist` */
export function domainNamed(store: Store, name: string): Domain {
  const domain = store.domains.get(name.toLowerCase().replace(/\.$/, ''));
  if (domain) return domain;
  throw new ApiError(
    'InvalidDomainName.NoExist',
    'The specified domain name does not exist. Refresh the page and try again.',
  );
}

/** @throws ApiError `DomainRecordNotBelongToUser` */
export function recordWithId(store: Store, id: string): DomainRecord {
  const record = store.find(id);
  if (record) return record;
  throw new ApiError('DomainRecordNotBelongToUser', 'The DNS record does not exist in your account.');
}

/** The smallest TTL of an edition, in seconds. */
export function minTtl(domain: Domain): number {
  return domain.edition === 'free' ? 600 : 1;
}

/** What a client wrote about a record, checked by itself. @throws ApiError */
export function contentOf(parameters: Parameters, domain: Domain, prefix = ''): Content {
  const name = (long: string, short: string) => (prefix === '' ? long : `${prefix}${short}`);
  const type = parameters.required(name('Type', 'Type')).toUpperCase();
  if (!RECORD_TYPES.includes(type))
    throw new ApiError('InvalidParameter', 'The specified parameter Type is not valid.');
  const ttl = Number(parameters.get(name('TTL', 'Ttl')) ?? DEFAULT_TTL);
  if (!Number.isInteger(ttl) || ttl < minTtl(domain) || ttl > MAX_TTL)
    throw new ApiError(
      'QuotaExceeded.TTL',
      `The specified TTL is invalid. A valid TTL must be in the range of ${minTtl(domain)} to ${MAX_TTL}.`,
    );
  const line = parameters.get(name('Line', 'Line')) ?? DEFAULT_LINE;
  if (!LINE.test(line)) throw new ApiError('InvalidParameter', 'The specified parameter Line is not valid.');
  return {
    rr: checkRr(parameters.required(name('RR', 'Rr')), domain.name),
    type,
    value: checkValue(type, parameters.required(name('Value', 'Value'))),
    ttl,
    line,
    priority: type === 'MX' ? parameters.count(name('Priority', 'Priority'), 10, 50) : undefined,
  };
}

/**
 * Checks a record against the others of its name and line.
 *
 * @throws ApiError `DomainRecordDuplicate`, `DomainRecordConflict`, `QuotaExceeded.Record`
 */
export function checkAgainstOthers(domain: Domain, content: Content, own?: DomainRecord): void {
  const others = [...domain.records.values()].filter(
    (other) => other !== own && other.rr === content.rr && other.line === content.line,
  );
  const same = others.filter((other) => other.type === content.type);
  if (same.some((other) => other.value === content.value))
    throw new ApiError('DomainRecordDuplicate', 'The DNS record already exists.');
  if (others.some((other) => excludes(other.type, content.type, content.rr)))
    throw new ApiError('DomainRecordConflict', 'The DNS record conflicts with existing records.');
  if (same.length >= MAX_VALUES)
    throw new ApiError('QuotaExceeded.Record', 'The number of DNS records exceeds the limit.');
}

/** @throws ApiError `DomainForbidden` for a disabled domain */
export function assertWritable(domain: Domain): void {
  if (domain.disabled) throw new ApiError('DomainForbidden', 'The domain name is forbidden to be operated.');
}

/** A CNAME stands alone, but at the apex it may stand beside MX and TXT. */
function excludes(one: string, other: string, rr: string): boolean {
  if (one !== 'CNAME' && other !== 'CNAME') return false;
  const companion = one === 'CNAME' ? other : one;
  return !(rr === '@' && (companion === 'MX' || companion === 'TXT'));
}
