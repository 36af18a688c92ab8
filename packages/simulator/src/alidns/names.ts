import { domainToASCII, domainToUnicode } from 'node:url';
import { ApiError } from './errors.js';

/** Domains here are lower-case A-labels without a final dot: `example.com`, `xn--fiqs8s.com`. */

const DOMAIN = /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$/;
const RR_LABEL = /^[\p{Script=Han}a-z0-9_]([\p{Script=Han}a-z0-9_-]{0,61}[\p{Script=Han}a-z0-9_])?$/u;
const MAX_NAME = 253;

/** Suffixes of two labels under which domains are registered; enough of them for the names that tests use. */
const LONG_SUFFIXES = new Set(['com.cn', 'net.cn', 'org.cn', 'gov.cn', 'edu.cn', 'co.uk', 'com.hk', 'co.jp']);

/** @throws ApiError `InvalidDomainName.Format`. */
export function toDomain(text: string): string {
  const name = text.toLowerCase().replace(/\.$/, '');
  const ascii = /^[\x20-\x7e]*$/.test(name) ? name : domainToASCII(name);
  if (!DOMAIN.test(ascii)) throw new ApiError('InvalidDomainName.Format');
  return ascii;
}

/** The Unicode form of an internationalised domain name; any other as it is. */
export function toUnicode(domain: string): string {
  return domain.includes('xn--') ? domainToUnicode(domain) : domain;
}

/** @throws ApiError `InvalidRR.Format`. */
export function checkRR(text: string, domain: string): string {
  const rr = text.toLowerCase();
  if (rr === '@') return rr;
  const labels = rr.split('.');
  const areLabels = labels.every((label, index) => RR_LABEL.test(label) || (index === 0 && label === '*'));
  if (!areLabels || ownerName(rr, domain).length - 1 > MAX_NAME) throw new ApiError('InvalidRR.Format');
  return rr;
}

/** The absolute name with its final dot, A-labels only, as the name servers know it. */
export function ownerName(rr: string, domain: string): string {
  if (rr === '@') return `${domain}.`;
  const ascii = rr
    .split('.')
    .map((label) => (/^[\x20-\x7e]*$/.test(label) ? label : domainToASCII(label)))
    .join('.');
  return `${ascii}.${domain}.`;
}

/** The part of a full name before the domain; undefined if it does not lie in it. `@.example.com` is the domain itself. */
export function relativeName(fullName: string, domain: string): string | undefined {
  const name = fullName.toLowerCase().replace(/\.$/, '');
  if (name === domain || name === `@.${domain}`) return '@';
  return name.endsWith(`.${domain}`) ? name.slice(0, -(domain.length + 1)) : undefined;
}

/** What the service takes for the domain of a full name if nobody says: public-suffix logic, whatever zones the account holds. */
export function mainDomain(fullName: string): string {
  const labels = fullName.toLowerCase().replace(/\.$/, '').split('.');
  const suffix = labels.slice(-2).join('.');
  return labels.slice(LONG_SUFFIXES.has(suffix) ? -3 : -2).join('.');
}
