import type { PublishedZone, Publisher, ServedSet } from '../publication.js';
import { DelayLine } from './delay-line.js';
import type { Delegations } from './delegations.js';
import { HOSTS } from './hosts.js';
import type { NameServer } from './name-server.js';
import { isWireName, isWithin } from './names.js';
import { toRdata } from './rdata.js';
import { Zone } from './zone.js';

/** Milliseconds from the acceptance of a write until each of a cloud's two name servers serves it. */
export type ServerDelays = Readonly<Record<PublishedZone['cloud'], readonly [number, number]>>;

interface PublisherOptions {
  servers: readonly NameServer[];
  delaysMs: ServerDelays;
  delegations: Delegations;
  /** Seconds. */
  negativeTtl: number;
}

/** Carries what a cloud holds to the cloud's name servers. */
export class ZonePublisher implements Publisher {
  readonly #zones = new Map<string, PublishedZone>();
  readonly #lines: readonly { server: NameServer; line: DelayLine }[];
  readonly #delegations: Delegations;
  readonly #negativeTtl: number;
  #atOnce = false;

  constructor({ servers, delaysMs, delegations, negativeTtl }: PublisherOptions) {
    this.#delegations = delegations;
    this.#negativeTtl = negativeTtl;
    this.#lines = servers.flatMap((server) => {
      if (server.group !== 'huaweicloud' && server.group !== 'alidns') return [];
      const delayMs = delaysMs[server.group][HOSTS[server.group].indexOf(server.host)]!;
      return [{ server, line: new DelayLine(delayMs) }];
    });
  }

  /** @throws RangeError if the cloud's servers hold a zone of this name already. */
  addZone(zone: PublishedZone): void {
    const { name, cloud } = zone;
    if (!isWireName(name) || name === '.') throw new RangeError(`${JSON.stringify(name)} cannot be a zone.`);
    if (this.#serversOf(zone).some(({ server }) => server.zone(name)))
      throw new RangeError(`The name servers of ${cloud} hold the zone ${name} already.`);
    this.#zones.set(zone.id, zone);
    for (const { server } of this.#serversOf(zone))
      server.addZone(new Zone({ name, nameServers: HOSTS[cloud], negativeTtl: this.#negativeTtl }));
    this.#delegations.refresh(name);
  }

  /** At once on every server, with all that it holds. The delegation stays, as it would at the registrar. */
  removeZone(id: string): void {
    const zone = this.#zones.get(id);
    if (!zone) return;
    this.#zones.delete(id);
    for (const { server } of this.#serversOf(zone)) server.removeZone(zone.name);
  }

  /** @throws RangeError for an unknown zone, a name outside it, and a value that no record of the type can hold. */
  publish(zoneId: string, { name, type, ttl, values }: ServedSet): void {
    const zone = this.#zones.get(zoneId);
    if (!zone) throw new RangeError(`No zone with the id ${zoneId} is published.`);
    if (!isWireName(name) || !isWithin(name, zone.name))
      throw new RangeError(`${JSON.stringify(name)} is not a name in the zone ${zone.name}`);
    // SOA and NS of the apex are the name servers' own word, whatever a console lists.
    if (name === zone.name && (type === 'SOA' || type === 'NS')) return;
    const set = { ttl, data: values.map((value) => toRdata(type, value)) };
    for (const { server, line } of this.#serversOf(zone)) {
      const served = server.zone(zone.name);
      const change = () => served?.replace(name, type, set);
      if (this.#atOnce) change();
      else line.push(change);
    }
  }

  /** What is published while `work` runs is served without delay: the records that a zone starts with. */
  atOnce<T>(work: () => T): T {
    this.#atOnce = true;
    try {
      return work();
    } finally {
      this.#atOnce = false;
    }
  }

  close(): void {
    for (const { line } of this.#lines) line.close();
  }

  #serversOf(zone: PublishedZone): readonly { server: NameServer; line: DelayLine }[] {
    return this.#lines.filter(({ server }) => server.group === zone.cloud);
  }
}
