import type { Fqdn } from '@domainproof/core';

export interface NameServer {
  host: Fqdn;
  addresses: readonly string[];
}

export interface Delegation {
  zone: Fqdn;
  /** The servers to ask: those that the zone above names, and those that the zone itself names besides. */
  nameServers: readonly NameServer[];
  /** What the zone above says; absent if its servers could not be asked (port 53 closed), and a resolver's word was taken. */
  parent?: ParentSide;
  /** Name server hosts in the zone's own NS records; absent if no server of the zone gave them. */
  child?: readonly Fqdn[];
}

export interface ParentSide {
  zone: Fqdn;
  hosts: readonly Fqdn[];
  /** A DS record stands above: the zone must be signed. Undefined if that could not be asked. */
  signed?: boolean;
}
