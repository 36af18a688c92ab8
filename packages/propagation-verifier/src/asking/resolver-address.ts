import { DnsError } from '@domainproof/core';
import type { Endpoint } from '../transport/transport.js';

const DNS_PORT = 53;

/**
 * An IP address, with a port if it is not 53: `192.0.2.1:5300`, `[2001:db8::1]:5300`.
 *
 * @throws DnsError `INVALID_VALUE`
 */
export function parseResolver(text: string): Endpoint {
  // Loaded here: it takes as long to load as the rest of what a verifier needs before its first question.
  const { isIPv4, isIPv6 } = process.getBuiltinModule('node:net');
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>[\d.]+)):(?<port>\d{1,5})$/.exec(text);
  const address = match?.groups?.v6 ?? match?.groups?.v4 ?? text;
  const port = match ? Number(match.groups!.port) : DNS_PORT;
  // Node takes 15 ms to prepare the test for an IPv6 address, so it is left alone where there can be none.
  const isAddress = address.includes(':')
    ? !match?.groups?.v4 && isIPv6(address)
    : !match?.groups?.v6 && isIPv4(address);
  if (!isAddress || port < 1 || port > 65_535)
    throw new DnsError(
      'INVALID_VALUE',
      `The option "resolvers" holds "${text}", which is not the address of a resolver.`,
      {
        hint: 'Give an IP address, with a port if it is not 53: 192.0.2.1, 192.0.2.1:5300, 2001:db8::1 or [2001:db8::1]:5300.',
      },
    );
  return { address, port };
}
