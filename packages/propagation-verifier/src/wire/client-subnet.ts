import { DnsError } from '@domainproof/core';
import { addressOctets } from './address.js';
import { OPTION } from './codes.js';

/** Address families as IANA numbers them. */
const IPV4 = 1;
const IPV6 = 2;
const HEAD_OCTETS = 8;

/**
 * The option of RFC 7871 section 6 for `192.0.2.0/24` or `2001:db8::/56`: no more octets than the prefix needs, and zero
 * bits after it.
 *
 * @throws DnsError `INVALID_VALUE`
 */
export function subnetOption(text: string): Buffer {
  const [, ip = '', digits = ''] = /^([^/]*)\/(\d{1,3})$/.exec(text) ?? [];
  const address = addressOctets(ip);
  const prefix = Number(digits);
  if (!address || prefix > address.length * 8)
    throw new DnsError('INVALID_VALUE', `The client subnet ${JSON.stringify(text)} is not a network.`, {
      hint: 'Give an address and the length of its prefix: 192.0.2.0/24 or 2001:db8::/56.',
    });
  const octets = Math.ceil(prefix / 8);
  const option = Buffer.alloc(HEAD_OCTETS + octets);
  option.writeUInt16BE(OPTION.CLIENT_SUBNET, 0);
  option.writeUInt16BE(4 + octets, 2);
  option.writeUInt16BE(address.length === 4 ? IPV4 : IPV6, 4);
  option[6] = prefix;
  address.copy(option, HEAD_OCTETS, 0, octets);
  if (prefix % 8 !== 0) option[option.length - 1]! &= 0xff << (8 - (prefix % 8));
  return option;
}
