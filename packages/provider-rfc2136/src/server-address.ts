import { isIPv6 } from 'node:net';
import { DnsError } from '@domainproof/core';
import { manifest } from './manifest.js';

export interface ServerAddress {
  /** A host name or an address, without brackets. */
  host: string;
  port: number;
}

const DNS_PORT = 53;

/**
 * `host`, `host:port`, `192.0.2.1`, `2001:db8::1` or `[2001:db8::1]:port`.
 *
 * @param port if the text has none
 * @throws DnsError `UNSUPPORTED`
 */
export function parseServer(text: string, port: string | undefined): ServerAddress {
  const given = text.trim();
  if (isV6(given)) return { host: given, port: portNumber(port, text) };
  const match = /^(?:\[([^\]]+)\]|([^\s:[\]/]+))(?::(\d+))?$/.exec(given);
  const host = match?.[1] ?? match?.[2];
  if (!match || !host || (match[1] && !isV6(match[1])))
    throw unusable(
      text,
      'Give a host name or an address, with a port if it is not 53: ns1.example.com, 192.0.2.1:5353, [2001:db8::1]:53.',
    );
  return { host, port: portNumber(match[3] ?? port, text) };
}

/** As it is written down; for messages. */
export function serverText({ host, port }: ServerAddress): string {
  return `${isV6(host) ? `[${host}]` : host}:${port}`;
}

/** Node takes 15 ms to prepare its test for an IPv6 address, so it is left alone where there can be none. */
function isV6(text: string): boolean {
  return text.includes(':') && isIPv6(text);
}

function portNumber(port: string | undefined, server: string): number {
  const number = port === undefined ? DNS_PORT : Number(port);
  if (Number.isInteger(number) && number > 0 && number <= 65_535) return number;
  throw unusable(server, `The port ${JSON.stringify(port)} is not a number from 1 to 65535.`);
}

function unusable(server: string, hint: string): DnsError {
  return new DnsError('UNSUPPORTED', `${JSON.stringify(server)} does not name a DNS server.`, {
    provider: manifest.id,
    hint,
  });
}
