import type { Fqdn } from '@domainproof/core';

export interface NameServer {
  host: Fqdn;
  /** Every IPv4 and IPv6 address; empty if none can be found, so that nobody can ask this host. */
  addresses: readonly string[];
  /** There may be more addresses: the servers that should know did not say when they were asked. */
  isLost?: true;
  /** The side that names this host, if the other does not; absent if both do, or if only one side is known. */
  in?: 'parent' | 'child';
  /** The host name is a CNAME, which it must not be (RFC 2181 section 10.3): some resolvers do not follow it. */
  isAlias?: true;
}

export interface Delegation {
  zone: Fqdn;
  /** The servers to ask: those that the zone above names, and those that the zone itself names besides. */
  nameServers: readonly NameServer[];
  /** What the zone above says; absent if its servers could not be asked (port 53 closed), and a resolver's word was taken. */
  parent?: ParentSide;
  /** Name server hosts in the zone's own NS records; absent if no server of the zone gave them. */
  child?: readonly Fqdn[];
  /** There are more hosts or addresses than are listed: at most 16 hosts and 32 addresses are asked, and 64 hosts shown of each side. */
  truncated?: true;
}

export interface ParentSide {
  zone: Fqdn;
  /** As its servers answer: one that also holds the zone below gives the NS records of that. */
  hosts: readonly Fqdn[];
  /** A DS record stands above: the zone must be signed. Undefined if that could not be asked. */
  signed?: boolean;
}
