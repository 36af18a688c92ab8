import { isIPv6 } from 'node:net';

/** Name servers that answer alike: those of a cloud, those that stand for any other operator, and the one above all. */
export type ServerGroup = 'huaweicloud' | 'alidns' | 'elsewhere' | 'parent';

/** The pair that each cloud gives a zone outside of the simulator too; the rest is named below `example`, which nobody can register. */
export const HOSTS: Readonly<Record<ServerGroup, readonly string[]>> = {
  huaweicloud: ['ns1.huaweicloud-dns.com.', 'ns1.huaweicloud-dns.cn.'],
  alidns: ['ns1.alidns.com.', 'ns2.alidns.com.'],
  elsewhere: ['ns1.elsewhere.example.', 'ns2.elsewhere.example.'],
  parent: ['ns.parent.example.'],
};

/** Seconds that the addresses of name servers may be cached. */
export const HOST_TTL = 3_600;

const COUNT = Object.values(HOSTS).flat().length;

/**
 * Lists of addresses to try in order: one for each server, which every Linux and Windows has on its loopback interface, and
 * fewer for systems that have 127.0.0.1 only. Servers then share an address.
 */
export const LOOPBACK_ADDRESSES: readonly (readonly string[])[] = [
  Array.from({ length: COUNT }, (_, index) => `127.0.53.${index + 1}`),
  ['127.0.0.1', '::1'],
  ['127.0.0.1'],
];

/** Gives every host an address. The servers of one group get different ones as long as there are two. */
export function assignAddresses(addresses: readonly string[]): Map<string, string> {
  const assigned = new Map<string, string>();
  for (const host of Object.values(HOSTS).flat())
    assigned.set(host, addresses[assigned.size % addresses.length]!);
  return assigned;
}

export function addressType(address: string): 'A' | 'AAAA' {
  return isIPv6(address) ? 'AAAA' : 'A';
}
