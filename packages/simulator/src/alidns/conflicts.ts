import { ApiError } from './errors.js';
import type { Content, DnsRecord, Domain } from './store.js';

/** Records of one RR, type and line. */
const MAX_VALUES = 90;
/** What may stand beside a CNAME at the apex. */
const BESIDE_APEX_CNAME: readonly string[] = ['MX', 'TXT'];

/**
 * Whether `content` fits beside the domain's records, `self` (the record that it replaces) left out.
 *
 * @throws ApiError `DomainRecordDuplicate`, `DomainRecordConflict` or `QuotaExceeded.Record`.
 */
export function checkConflicts(domain: Domain, content: Content, self?: DnsRecord): void {
  const { rr, type, line, value } = content;
  const beside = [...(domain.byRR.get(rr) ?? [])].filter((record) => record !== self && record.line === line);
  const same = beside.filter((record) => record.type === type);
  if (same.some((record) => isSameValue(type, record.value, value)))
    throw new ApiError('DomainRecordDuplicate');
  if (beside.some((record) => excludes(record.type, type, rr === '@')))
    throw new ApiError('DomainRecordConflict');
  // Several CNAMEs of one name take turns by weight, which the free edition lacks.
  if (type === 'CNAME' && same.length > 0 && domain.edition !== 'ultimate')
    throw new ApiError('DomainRecordConflict');
  if (same.length >= MAX_VALUES) throw new ApiError('QuotaExceeded.Record');
}

function excludes(left: string, right: string, isApex: boolean): boolean {
  if (left === right || (left !== 'CNAME' && right !== 'CNAME')) return false;
  return !(isApex && BESIDE_APEX_CNAME.includes(left === 'CNAME' ? right : left));
}

/** Texts are compared exactly, host names and addresses without regard to case. */
function isSameValue(type: string, left: string, right: string): boolean {
  return type === 'TXT' || type === 'CAA' ? left === right : left.toLowerCase() === right.toLowerCase();
}
