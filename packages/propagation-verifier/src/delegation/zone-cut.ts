import { type Fqdn, isWithin, toFqdn } from '@domainproof/core';
import type { Message, ResourceRecord } from '../wire/message.js';

export const ROOT = '.' as Fqdn;

/** A zone and the hosts that serve it, as a resolver or the zone above tells it. */
export interface ZoneCut {
  zone: Fqdn;
  hosts: readonly Fqdn[];
  /** Addresses that came with a referral, for hosts below the zone that gave it. */
  glue: ReadonlyMap<Fqdn, readonly string[]>;
  /** The zone that referred here, and the address of its server that did. Absent if a resolver told of this zone. */
  above?: { zone: Fqdn; address: string };
  /** The answer to the question for the zone's own NS records, if it has been asked. */
  own?: Message;
  /** Seconds that the NS records live. */
  ttl: number;
}

/**
 * What an authoritative answer about a name says of the zone that holds it.
 * `here`: the asked server serves the name itself. `below`: a referral to a zone below. `apex-below`: the server also holds a
 * zone below, and answered from it. Undefined: the answer has no authority.
 */
export type Bearing = { kind: 'here' } | { kind: 'below'; cut: ZoneCut } | { kind: 'apex-below'; zone: Fqdn };

/** Reads an answer about `name` of a server that was asked as one of `zone`. A lead that does not go down towards the name is none. */
export function bearingOf(message: Message, zone: Fqdn, name: Fqdn): Bearing | undefined {
  const leadsOn = (owner: string) => owner !== zone && covers(zone, owner) && covers(owner as Fqdn, name);
  const { answers, authority, authoritative, rcode } = message;
  if (authoritative && rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') return undefined;
  if (authoritative) {
    const apex =
      [...answers, ...authority].find((record) => record.type === 'SOA' && leadsOn(record.name)) ??
      answers.find((record) => record.type === 'NS' && leadsOn(record.name));
    // The owner is `name` or its ancestor, so it is a good name.
    if (apex) return { kind: 'apex-below', zone: apex.name as Fqdn };
  } else if (rcode !== 'NOERROR' || answers.length > 0) return undefined;
  const referral = authority.find((record) => record.type === 'NS' && leadsOn(record.name));
  const cut = referral && answers.length === 0 ? cutOf(message, referral.name as Fqdn, zone) : undefined;
  // Some servers set the authoritative bit on their referrals too.
  if (cut) return { kind: 'below', cut };
  return authoritative ? { kind: 'here' } : undefined;
}

function cutOf(message: Message, child: Fqdn, zone: Fqdn): ZoneCut | undefined {
  const hosts = nameServersOf(message.authority, child);
  if (hosts.length === 0) return undefined;
  return { zone: child, hosts, glue: glueOf(message, hosts, zone), ttl: ttlOf(message.authority, child) };
}

/** True if the name is the zone's or lies below it; the root covers all. */
export function covers(zone: Fqdn, name: string): boolean {
  return zone === ROOT || isWithin(name as Fqdn, zone);
}

/** Targets of the NS records of `zone`; those that are no host names are left out. */
export function nameServersOf(records: readonly ResourceRecord[], zone: Fqdn): Fqdn[] {
  const hosts = new Set<Fqdn>();
  for (const record of records) {
    if (record.type !== 'NS' || record.name !== zone) continue;
    try {
      hosts.add(toFqdn(record.target));
    } catch {
      // A target that is no host name (`.` among them) leads nowhere.
    }
  }
  return [...hosts];
}

/** Seconds that the NS records of `zone` live. */
export function ttlOf(records: readonly ResourceRecord[], zone: Fqdn): number {
  const own = records.filter((record) => record.type === 'NS' && record.name === zone);
  return Math.min(...own.map(({ ttl }) => ttl));
}

/** Addresses in the additional section, for hosts within `bailiwick` only: a server knows nothing of others. */
export function glueOf(message: Message, hosts: readonly Fqdn[], bailiwick: Fqdn): Map<Fqdn, string[]> {
  const glue = new Map<Fqdn, string[]>();
  for (const host of hosts) {
    if (!covers(bailiwick, host)) continue;
    const addresses = addressesIn(message.additional.filter((record) => record.name === host));
    if (addresses.length > 0) glue.set(host, addresses);
  }
  return glue;
}

/** Every address among the records, once. */
export function addressesIn(records: readonly ResourceRecord[]): string[] {
  const addresses = records.flatMap((record) =>
    record.type === 'A' || record.type === 'AAAA' ? [record.address] : [],
  );
  return [...new Set(addresses)];
}

/** The owner of the SOA record that comes with a negative answer: the zone that denies. */
export function denyingZone(message: Message): string | undefined {
  return message.authority.find((record) => record.type === 'SOA')?.name;
}
