import { type Fqdn, isWithin, toFqdn } from '@domainproof/core';
import type { Message, ResourceRecord } from '../wire/message.js';

/** A zone and the hosts that serve it, as a resolver or the zone above tells it. */
export interface ZoneCut {
  zone: Fqdn;
  hosts: readonly Fqdn[];
  /** Addresses that came with a referral, for hosts below the zone that gave it. */
  glue: ReadonlyMap<Fqdn, readonly string[]>;
}

/**
 * What an authoritative answer about a name says of the zone that holds it.
 * `here`: the asked server serves the name itself. `below`: a referral to a zone below. `apex-below`: the server also holds a
 * zone below, and answered from it. Undefined: the answer has no authority.
 */
export type Bearing = { kind: 'here' } | { kind: 'below'; cut: ZoneCut } | { kind: 'apex-below'; zone: Fqdn };

/** Reads an answer about `name` of a server that was asked as one of `zone`. */
export function bearingOf(message: Message, zone: Fqdn, name: Fqdn): Bearing | undefined {
  const leadsOn = (owner: string) =>
    owner !== zone && isWithin(owner as Fqdn, zone) && isWithin(name, owner as Fqdn);
  if (message.authoritative) {
    if (message.rcode !== 'NOERROR' && message.rcode !== 'NXDOMAIN') return undefined;
    const apex = [...message.answers, ...message.authority].find(
      (record) => record.type === 'SOA' && leadsOn(record.name),
    );
    // The owner is `name` or its ancestor, so it is a good name.
    return apex ? { kind: 'apex-below', zone: apex.name as Fqdn } : { kind: 'here' };
  }
  if (message.rcode !== 'NOERROR' || message.answers.length > 0) return undefined;
  const referral = message.authority.find((record) => record.type === 'NS' && leadsOn(record.name));
  if (!referral) return undefined;
  const child = referral.name as Fqdn;
  const hosts = nameServersOf(message.authority, child);
  return hosts.length > 0
    ? { kind: 'below', cut: { zone: child, hosts, glue: glueOf(message, hosts, zone) } }
    : undefined;
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

/** Addresses in the additional section, for hosts within `bailiwick` only: a server knows nothing of others. */
export function glueOf(message: Message, hosts: readonly Fqdn[], bailiwick: Fqdn): Map<Fqdn, string[]> {
  const glue = new Map<Fqdn, string[]>();
  for (const host of hosts) {
    if (!isWithin(host, bailiwick)) continue;
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
