import type { DnsErrorCode } from '@domainproof/core';

/** What one error code of the vendor means here. */
export interface ErrorRow {
  /** As in `Code` of the vendor's answer; a final `*` stands for any rest. */
  vendorCode: string;
  code: DnsErrorCode;
  /** What the operator can do; `{action}` is the call that failed. */
  hint?: string;
}

const ALLOW =
  'Allow the RAM action alidns:{action} on the domain (acs:alidns:*:*:domain/NAME), and on acs:alidns:*:*:instance/* if it is bound to a paid edition; alidns:DescribeDomains needs acs:alidns:*:*:*.';
const LOCKED =
  'The domain or the record is locked by the vendor or by security rules: look at it in the Alibaba Cloud DNS console.';
const LINE =
  'Choose a line code that DescribeSupportLines lists for the domain: which ones can be used depends on its edition, and the free one has the basic lines only.';
const KEY = 'Check the AccessKey id and secret, and that the key is enabled in the RAM console.';
const BUG = 'This is a defect of the adapter or of the endpoint: report it with the request id.';

/**
 * Codes from the error pages of the Alibaba Cloud DNS API (2015-01-09), from its common errors, and from answers that users
 * have posted publicly. An exact row wins over one with `*`; any code that contains `Throttling` is handled before.
 */
export const ERROR_TABLE: readonly ErrorRow[] = [
  {
    vendorCode: 'DomainRecordDuplicate',
    code: 'RECORD_CONFLICT',
    hint: 'The same record is there already.',
  },
  {
    vendorCode: 'DomainRecordConflict',
    code: 'RECORD_CONFLICT',
    hint: 'A record excludes it: a CNAME must be alone at its name and line (at the zone apex, MX and TXT may stand beside it), and the free edition takes one CNAME there.',
  },
  {
    vendorCode: 'DomainRecordNotBelongToUser',
    code: 'RECORD_CONFLICT',
    hint: 'The record is gone, or belongs to another account.',
  },
  { vendorCode: 'DomainRecordLocked', code: 'FORBIDDEN', hint: LOCKED },
  { vendorCode: 'DomainForbidden', code: 'FORBIDDEN', hint: LOCKED },
  { vendorCode: 'RecordForbidden.*', code: 'FORBIDDEN', hint: LOCKED },
  { vendorCode: 'Forbidden.DomainExpired', code: 'FORBIDDEN', hint: LOCKED },
  { vendorCode: 'Forbidden.DomainLocked', code: 'FORBIDDEN', hint: LOCKED },
  { vendorCode: 'Forbidden.RecordLocked', code: 'FORBIDDEN', hint: LOCKED },
  { vendorCode: 'Forbidden.RAM', code: 'FORBIDDEN', hint: ALLOW },
  { vendorCode: 'NoPermission', code: 'FORBIDDEN', hint: ALLOW },
  {
    vendorCode: 'InvalidDomainName.NoExist',
    code: 'ZONE_NOT_FOUND',
    hint: 'The account does not hold this domain: add it to Alibaba Cloud DNS, or use the credentials of the account that holds it.',
  },
  {
    vendorCode: 'IncorrectDomainUser',
    code: 'ZONE_NOT_FOUND',
    hint: 'Another account holds this domain: use its credentials. A hosted sub-domain is a zone of its own.',
  },
  { vendorCode: 'InvalidDomainName.*', code: 'INVALID_NAME', hint: 'Check the name of the domain.' },
  {
    vendorCode: 'InvalidRR.*',
    code: 'INVALID_NAME',
    hint: 'Check the part of the name before the domain; the free edition takes five levels at most.',
  },
  { vendorCode: 'SubDomainInvalid.Line', code: 'UNSUPPORTED', hint: LINE },
  { vendorCode: 'UnsupportedLine', code: 'UNSUPPORTED', hint: LINE },
  {
    vendorCode: 'SubDomainInvalid.*',
    code: 'INVALID_VALUE',
    hint: 'Check that the value fits the record type.',
  },
  {
    vendorCode: 'URLForwardError.*',
    code: 'INVALID_VALUE',
    hint: 'The value breaks the rules for URL forwarding.',
  },
  {
    vendorCode: 'QuotaExceeded.TTL',
    code: 'TTL_OUT_OF_RANGE',
    hint: 'The lowest TTL depends on the edition: 600 s for Free and Personal, 1 s for Ultimate; the highest is 86400 s.',
  },
  {
    vendorCode: 'QuotaExceeded.*',
    code: 'QUOTA_EXCEEDED',
    hint: 'Remove records that are no longer needed: a host record holds 90 of one type and line. More records per domain take a higher edition.',
  },
  { vendorCode: 'LastOperationNotFinished', code: 'BUSY' },
  { vendorCode: 'OperationThreadInUsed', code: 'BUSY' },
  { vendorCode: 'ServiceUnavailable', code: 'TRANSIENT' },
  { vendorCode: 'InternalError', code: 'TRANSIENT' },
  { vendorCode: 'UnKnownError', code: 'TRANSIENT' },
  // Signed anew, with a new nonce, the same call passes.
  { vendorCode: 'SignatureNonceUsed', code: 'TRANSIENT' },
  {
    vendorCode: 'SignatureDoesNotMatch',
    code: 'AUTH_INVALID',
    hint: 'Check the AccessKey secret: it does not belong to the id, or was copied with something missing.',
  },
  { vendorCode: 'IncompleteSignature', code: 'AUTH_INVALID', hint: KEY },
  { vendorCode: 'InvalidAccessKeyId*', code: 'AUTH_INVALID', hint: KEY },
  {
    vendorCode: 'InvalidSecurityToken.Expired',
    code: 'AUTH_EXPIRED',
    hint: 'The temporary credentials have ended: get new ones (id, secret and token together).',
  },
  {
    vendorCode: 'InvalidSecurityToken.*',
    code: 'AUTH_INVALID',
    hint: 'The security token does not belong to the AccessKey: give id, secret and token of the same session.',
  },
  {
    vendorCode: 'InvalidTimeStamp.*',
    code: 'AUTH_INVALID',
    hint: 'Set the clock of this machine: it is more than 15 minutes off.',
  },
  {
    vendorCode: 'InvalidAction.NotFound',
    code: 'PROTOCOL',
    hint: 'The endpoint does not know this call: check that it is one of Alibaba Cloud DNS.',
  },
  { vendorCode: 'Missing*', code: 'PROTOCOL', hint: BUG },
  { vendorCode: 'InvalidParameter*', code: 'PROTOCOL', hint: BUG },
  { vendorCode: 'DataFormatError', code: 'PROTOCOL', hint: BUG },
];

const BY_CODE = new Map(ERROR_TABLE.map((row) => [row.vendorCode, row]));
const PREFIXES = ERROR_TABLE.filter(({ vendorCode }) => vendorCode.endsWith('*'));

/** The row for a vendor code, or undefined for a code that nobody has met yet. */
export function errorRow(vendorCode: string): ErrorRow | undefined {
  if (vendorCode.includes('Throttling')) return { vendorCode, code: 'THROTTLED' };
  return (
    BY_CODE.get(vendorCode) ?? PREFIXES.find((row) => vendorCode.startsWith(row.vendorCode.slice(0, -1)))
  );
}
