import { isIPv4, isIPv6 } from 'node:net';
import type { Answer, OptAnswer } from 'dns-packet';
import { isWireName } from './names.js';

/** What stands in a record after its TTL, in the form that the wire library takes. */
export type Rdata = Exclude<Answer, OptAnswer>['data'];

/** One record set, ready for the wire. */
export interface ServedData {
  /** Seconds. */
  ttl: number;
  data: readonly Rdata[];
}

/** Longest character string of a TXT record in bytes (RFC 1035 section 3.3). */
const TXT_STRING = 255;

/**
 * The data of one value. TXT: raw text, cut into strings of 255 bytes.
 *
 * @throws RangeError for a value that does not fit its type, and for a type that name servers here do not serve.
 */
export function toRdata(type: string, value: string): Rdata {
  switch (type) {
    case 'TXT':
    case 'SPF':
      return textStrings(value);
    case 'A':
      if (isIPv4(value)) return value;
      break;
    case 'AAAA':
      if (isIPv6(value)) return value;
      break;
    case 'CNAME':
    case 'NS':
    case 'PTR':
      if (isWireName(value)) return value;
      break;
    case 'MX':
      return mx(value);
    case 'SRV':
      return srv(value);
    case 'CAA':
      return caa(value);
    default:
      throw new RangeError(`The simulated name servers do not serve records of type ${type}.`);
  }
  throw invalid(type, value);
}

function textStrings(value: string): Buffer[] {
  const bytes = Buffer.from(value);
  const strings: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += TXT_STRING)
    strings.push(bytes.subarray(start, start + TXT_STRING));
  return strings.length > 0 ? strings : [bytes];
}

function mx(value: string): Rdata {
  const [, preference, exchange] = /^(\d{1,5}) +(\S+)$/.exec(value) ?? [];
  if (!isUint16(preference) || !isWireName(exchange!)) throw invalid('MX', value);
  return { preference: Number(preference), exchange: exchange! };
}

function srv(value: string): Rdata {
  const [, priority, weight, port, target] = /^(\d{1,5}) +(\d{1,5}) +(\d{1,5}) +(\S+)$/.exec(value) ?? [];
  if (!isUint16(priority) || !isUint16(weight) || !isUint16(port) || !isWireName(target!))
    throw invalid('SRV', value);
  return { priority: Number(priority), weight: Number(weight), port: Number(port), target: target! };
}

function caa(value: string): Rdata {
  const [, flags, tag, quoted, bare] =
    /^(\d{1,3}) +([a-z0-9]{1,15}) +(?:"([^"]*)"|(\S+))$/i.exec(value) ?? [];
  if (flags === undefined || Number(flags) > 255) throw invalid('CAA', value);
  return { flags: Number(flags), tag: tag as 'issue', value: quoted ?? bare ?? '' };
}

function isUint16(digits: string | undefined): boolean {
  return digits !== undefined && Number(digits) <= 65_535;
}

function invalid(type: string, value: string): RangeError {
  return new RangeError(`${JSON.stringify(value)} is not the value of a ${type} record.`);
}
