import type { Page } from './paging.js';
import type { RecordSet, Zone } from './store.js';

/** How the API shows what the store holds. */
export class Views {
  readonly #projectId: string;
  readonly #baseUrl: string;

  /** @param baseUrl Scheme and host that the request came to: links in answers start with it. */
  constructor(projectId: string, baseUrl: string) {
    this.#projectId = projectId;
    this.#baseUrl = baseUrl;
  }

  zone(zone: Zone) {
    return {
      id: zone.id,
      name: zone.name,
      description: '',
      email: `hostmaster@${zone.name.slice(0, -1)}`,
      ttl: 300,
      serial: 1,
      masters: [],
      status: zone.status,
      pool_id: '00000000570e54ee01570e9939b20019',
      project_id: this.#projectId,
      zone_type: 'public',
      created_at: formatTime(zone.createdAt),
      updated_at: null,
      record_num: zone.sets.size,
      enterprise_project_id: '0',
      links: { self: this.#link(`/v2/zones/${zone.id}`) },
    };
  }

  /** The servers that the parent points to, and those that it should. */
  domainNameServers(zone: Zone, nameServers: readonly string[]) {
    const expected = nameServers.map((host) => host.replace(/\.$/, ''));
    return {
      all_hw_dns: zone.isDelegated,
      include_hw_dns: zone.isDelegated,
      dns_servers: zone.isDelegated ? expected : [],
      expected_dns_servers: expected,
      domain_name: zone.name,
    };
  }

  /** The older version names the times otherwise, and has neither line nor weight. */
  recordSet(set: RecordSet, version: 'v2' | 'v2.1') {
    const created = formatTime(set.createdAt);
    const updated = set.updatedAt === undefined ? null : formatTime(set.updatedAt);
    return {
      id: set.id,
      name: set.name,
      description: set.description,
      type: set.type,
      ttl: set.ttl,
      // The service's order is its own: clients must not rely on that of their request.
      records: [...set.records].reverse(),
      status: set.status,
      default: set.isDefault,
      zone_id: set.zone.id,
      zone_name: set.zone.name,
      project_id: this.#projectId,
      links: { self: this.#link(`/${version}/zones/${set.zone.id}/recordsets/${set.id}`) },
      ...(version === 'v2'
        ? { create_at: created, update_at: updated }
        : {
            line: set.line,
            weight: set.weight ?? 1,
            health_check_id: null,
            alias_target: null,
            created_at: created,
            updated_at: updated,
          }),
    };
  }

  /** `links`, the items under their own name, and `metadata`. */
  list<T>(
    name: 'zones' | 'recordsets',
    path: string,
    query: string,
    page: Page<T>,
    view: (item: T) => unknown,
  ) {
    const next = page.next === undefined ? {} : { next: this.#link(`${path}?${page.next}`) };
    return {
      links: { self: this.#link(query === '' ? path : `${path}?${query}`), ...next },
      [name]: page.items.map(view),
      metadata: { total_count: page.totalCount },
    };
  }

  #link(path: string): string {
    return `${this.#baseUrl}${path}`;
  }
}

/** `yyyy-MM-ddTHH:mm:ss.SSS`, without a zone letter. */
export function formatTime(time: number): string {
  return new Date(time).toISOString().slice(0, -1);
}
