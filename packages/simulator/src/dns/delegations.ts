import { HOSTS, type ServerGroup } from './hosts.js';
import type { NameServer } from './name-server.js';
import { isWithin, parentOf, upwards } from './names.js';
import { Zone } from './zone.js';

/**
 * What a registrar does, and the owner of a zone for the zones below it: it points names to groups of servers. The pointer stands in the
 * zone above, on the servers that this zone itself is pointed to; if no hosted zone is above, in the top-level domain.
 */
export class Delegations {
  readonly #servers: readonly NameServer[];
  readonly #parent: NameServer;
  readonly #negativeTtl: number;
  readonly #targets = new Map<string, ServerGroup>();

  constructor(servers: readonly NameServer[], negativeTtl: number) {
    this.#servers = servers;
    this.#parent = servers.find((server) => server.group === 'parent')!;
    this.#negativeTtl = negativeTtl;
    this.#addParentZone('.');
  }

  /** Which servers a zone is pointed to. */
  target(zone: string): ServerGroup | undefined {
    return this.#targets.get(zone);
  }

  /** Points a zone to servers, whether they hold it already or not. A top-level domain that is new comes into being. */
  delegate(zone: string, group: ServerGroup): void {
    this.#targets.set(zone, group);
    this.addTopLevel([...upwards(zone)].at(-2)!);
    this.refresh(zone);
  }

  addTopLevel(name: string): void {
    if (!this.#parent.zone(name)) this.#addParentZone(name);
  }

  /** Puts the pointers to a zone and to the zones below it where they belong; needed after servers have begun to hold it. */
  refresh(zone: string): void {
    for (const name of this.#targets.keys()) if (isWithin(name, zone)) this.#place(name);
  }

  #place(zone: string): void {
    const target = this.#targets.get(zone)!;
    const above = [...upwards(parentOf(zone)!)];
    const holder = above.find((name) => this.#targets.has(name) || this.#parent.zone(name));
    for (const name of above)
      for (const server of this.#servers) {
        const isHolder = name === holder && server.group === (this.#targets.get(name) ?? 'parent');
        server.zone(name)?.delegate(zone, isHolder ? HOSTS[target] : []);
      }
  }

  #addParentZone(name: string): void {
    this.#parent.addZone(new Zone({ name, nameServers: HOSTS.parent, negativeTtl: this.#negativeTtl }));
  }
}
