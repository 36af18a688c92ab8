import { isIPv4, isIPv6 } from 'node:net';
import { invalidAttribute, type ServiceError } from './errors.js';

/** Record types of public zones that clients may create. */
export const RECORD_TYPES: readonly string[] = ['A', 'AAAA', 'MX', 'CNAME', 'TXT', 'SRV', 'NS', 'CAA'];

const MAX_VALUES = 50;
const MAX_STRING = 255;
const MAX_TXT = 4096;
const HOST = /^(?=.{1,254}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+$/i;
const CAA = /^(\d{1,3}) (issue|issuewild|iodef) "([^"\\]*)"$/;

/**
 * The `records` of a request as the service keeps them: host names with a final dot.
 *
 * @throws ServiceError `DNS.0308`, with the service's reason.
 */
export function checkRecords(type: string, records: unknown): string[] {
  if (!Array.isArray(records) || records.some((record) => typeof record !== 'string'))
    throw invalid('records must be a list of strings');
  const texts = records as string[];
  if (texts.length === 0 || texts.length > MAX_VALUES) throw invalid('1 to 50 records are allowed');
  if (type === 'CNAME' && texts.length > 1) throw invalid('CNAME allows one record only');
  const kept = texts.map((text) => checkRecord(type, text));
  if (new Set(kept).size < kept.length) throw invalid('records are duplicate');
  return kept;
}

function checkRecord(type: string, text: string): string {
  switch (type) {
    case 'A':
      if (!isIPv4(text)) throw invalid(`A record is not an IPv4 address`);
      return text;
    case 'AAAA':
      if (!isIPv6(text)) throw invalid(`AAAA record is not an IPv6 address`);
      return text;
    case 'TXT':
      return checkText(text);
    case 'CNAME':
    case 'NS':
      return checkHost(type, text);
    case 'MX': {
      const [priority = '', host = '', ...rest] = text.split(' ');
      if (!isNumber(priority, 65535) || rest.length > 0) throw invalid('MX record format is wrong');
      return `${priority} ${checkHost(type, host)}`;
    }
    case 'SRV': {
      const [priority = '', weight = '', port = '', host = '', ...rest] = text.split(' ');
      const numbers = [priority, weight, port];
      if (!numbers.every((part) => isNumber(part, 65535)) || rest.length > 0)
        throw invalid('SRV record format is wrong');
      return `${numbers.join(' ')} ${checkHost(type, host)}`;
    }
    default: {
      const match = CAA.exec(text);
      if (match === null || !isNumber(match[1] ?? '', 255)) throw invalid('CAA record format is wrong');
      return text;
    }
  }
}

/** One value is one or more quoted strings with one space between; nothing can be escaped. */
function checkText(text: string): string {
  if (!text.startsWith('"')) throw invalid('TXT records missing starting quotation mark');
  if (text.length < 2 || !text.endsWith('"')) throw invalid('TXT records missing ending quotation mark');
  if (text.includes('\\')) throw invalid('TXT records must not contain a backslash');
  if (Buffer.byteLength(text) > MAX_TXT) throw invalid('TXT record is longer than 4096');
  const strings = text.slice(1, -1).split('" "');
  for (const string of strings) {
    if (string === '') throw invalid('TXT record is empty');
    if (string.includes('"')) throw invalid('TXT records contain a quotation mark');
    if (Buffer.byteLength(string) > MAX_STRING) throw invalid('TXT character string is longer than 255');
  }
  return text;
}

function checkHost(type: string, host: string): string {
  const absolute = host.endsWith('.') ? host : `${host}.`;
  if (!HOST.test(absolute) || isIPv4(host)) throw invalid(`${type} record is not a domain name`);
  return absolute;
}

function isNumber(text: string, max: number): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= max;
}

function invalid(why: string): ServiceError {
  return invalidAttribute('DNS.0308', 'records', why);
}

/** A value as the name servers serve it: TXT raw, host names in lower case. */
export function servedValue(type: string, record: string): string {
  if (type === 'TXT') return record.slice(1, -1).split('" "').join('');
  return type === 'CAA' ? record : record.toLowerCase();
}

/** A raw TXT text, or any other value, in the form that the API takes. */
export function apiValue(type: string, value: string): string {
  if (type !== 'TXT') return value;
  const bytes = Buffer.from(value);
  const strings: string[] = [];
  // Cut at 255 bytes, but never inside a character of several bytes.
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + MAX_STRING, bytes.length);
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
    strings.push(bytes.toString('utf8', start, end));
    start = end;
  }
  return strings.map((string) => `"${string}"`).join(' ');
}
