import { BlockList, isIP } from 'node:net';
import { UsageError } from '../errors.js';

export interface ListenAddress {
  /** An IP address. */
  host: string;
  /** 0: one that is free. */
  port: number;
}

/** The port of DNS with that of HTTP in mind: no service is registered for it. */
export const DEFAULT_LISTEN = '127.0.0.1:8053';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** @throws UsageError unless the text is an IP address and a port: `127.0.0.1:8053`, `[::1]:8053`; port 0 takes a free one */
export function parseListen(text: string): ListenAddress {
  const [, v6, v4, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? v4 ?? '';
  const port = Number(digits);
  if (isIP(host) !== (v6 === undefined ? 4 : 6) || !(port <= 65_535))
    throw new UsageError(
      `--listen takes an IP address and a port, not "${text}".`,
      `For this machine only 127.0.0.1:8053 or [::1]:8053, for all networks 0.0.0.0:8053; port 0 takes a free one.`,
    );
  return { host, port };
}

/** Whether only programs of this machine get there. */
export function isLoopback({ host }: ListenAddress): boolean {
  return LOOPBACK.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

export function urlOf({ host, port }: ListenAddress): string {
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}
