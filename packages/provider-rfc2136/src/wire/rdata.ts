import { isUtf8 } from 'node:buffer';
import { isIPv4, SocketAddress } from 'node:net';
import { DnsError, type RecordType, splitTxt } from '@domainproof/core';
import { TYPE, TYPES } from './codes.js';
import { nameOctets, nameText } from './name.js';

type KnownType = (typeof TYPES)[number];

/** @throws DnsError `UNSUPPORTED` */
export function typeNumber(type: RecordType): number {
  if ((TYPES as readonly string[]).includes(type)) return TYPE[type as KnownType];
  throw new DnsError('UNSUPPORTED', `${type} records are not written by dynamic update here.`, {
    hint: `Types: ${TYPES.join(', ')}.`,
  });
}

/**
 * RDATA of a canonical value.
 *
 * @throws DnsError `INVALID_VALUE`, `UNSUPPORTED`
 */
export function encodeRdata(type: RecordType, value: string): Buffer {
  const octets = encode(type, value);
  if (octets) return octets;
  throw new DnsError('INVALID_VALUE', `${JSON.stringify(value)} is not the value of a ${type} record.`);
}

function encode(type: RecordType, value: string): Buffer | undefined {
  switch (typeNumber(type)) {
    case TYPE.TXT:
      return Buffer.concat(splitTxt(value).map(characterString));
    case TYPE.CNAME:
      return value === '' ? undefined : nameOctets(value);
    case TYPE.MX:
      return mxOctets(value);
    case TYPE.A:
      return isIPv4(value) ? Buffer.from(value.split('.').map(Number)) : undefined;
    default:
      return ipv6Octets(value);
  }
}

function mxOctets(value: string): Buffer | undefined {
  const [, preference, host] = /^(\d{1,5}) (\S+)$/.exec(value) ?? [];
  const name = host && Number(preference) <= 0xffff ? nameOctets(host) : undefined;
  return name && Buffer.concat([Buffer.from([Number(preference) >> 8, Number(preference) & 0xff]), name]);
}

/** The canonical value. Text that is not UTF-8 is read as Latin-1: {@link isValue} does not take it for the same value. */
export function decodeRdata(type: RecordType, rdata: Buffer): string | undefined {
  switch (typeNumber(type)) {
    case TYPE.TXT: {
      const text = textOf(rdata);
      return text?.toString(isUtf8(text) ? 'utf8' : 'latin1');
    }
    case TYPE.CNAME:
      return rdata.length === 0 ? undefined : nameText(rdata);
    case TYPE.MX:
      return rdata.length < 3 ? undefined : `${rdata.readUInt16BE(0)} ${nameText(rdata.subarray(2))}`;
    case TYPE.A:
      return rdata.length === 4 ? rdata.join('.') : undefined;
    default:
      return rdata.length === 16 ? ipv6Text(rdata) : undefined;
  }
}

/** Whether an RDATA stands for a canonical value, however a text is split and a name is capitalised. */
export function isValue(type: RecordType, rdata: Buffer, value: string): boolean {
  return type === 'TXT'
    ? (textOf(rdata)?.equals(Buffer.from(value)) ?? false)
    : decodeRdata(type, rdata) === value;
}

function characterString(text: string): Buffer {
  const octets = Buffer.from(text);
  return Buffer.concat([Buffer.from([octets.length]), octets]);
}

/** The character strings joined; undefined if they do not fill the RDATA. */
function textOf(rdata: Buffer): Buffer | undefined {
  const strings: Buffer[] = [];
  for (let offset = 0; offset < rdata.length; ) {
    const end = offset + 1 + rdata[offset]!;
    if (end > rdata.length) return undefined;
    strings.push(rdata.subarray(offset + 1, end));
    offset = end;
  }
  return strings.length === 0 ? undefined : Buffer.concat(strings);
}

/** The URL parser writes every form of an address in full or shortened hexadecimal groups, and no IPv4 part. */
function ipv6Octets(value: string): Buffer | undefined {
  let groups: string;
  try {
    groups = new URL(`http://[${value}]/`).hostname.slice(1, -1);
  } catch {
    return undefined;
  }
  const [head = '', tail] = groups.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  return Buffer.from(
    [...before, ...(tail === undefined ? [] : zeros), ...after]
      .map((group) => group.padStart(4, '0'))
      .join(''),
    'hex',
  );
}

function ipv6Text(rdata: Buffer): string {
  const groups = rdata.toString('hex').match(/.{4}/g)!.join(':');
  return new SocketAddress({ address: groups, family: 'ipv6' }).address;
}
