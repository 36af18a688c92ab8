import type { PublishedZone, Publisher } from '../publication.js';
import type { SeededRecord, SimulatedRecordSet, SimulatedZone } from '../scenario.js';
import { checkConflicts } from './conflicts.js';
import { DEFAULT_LINE } from './lines.js';
import { newId, publishedId, type RecordSet, type Store, type Zone } from './store.js';
import { checkNewRecordSet } from './validation.js';
import { apiValue, servedValue } from './values.js';

type SeededStatus = NonNullable<SeededRecord['status']>;

const SOA_TTL = 300;
const NS_TTL = 172800;
/** The API's word for each status of a seeded record. */
const STATUS = { active: 'ACTIVE', disabled: 'DISABLE', frozen: 'FREEZE', error: 'ERROR' } as const;

/** Puts a zone with its records into the account, all of them steady and served at once. */
export function seedZone(
  store: Store,
  publisher: Publisher,
  scenario: SimulatedZone,
  nameServers: readonly string[],
  now: number,
): PublishedZone {
  const name = absolute(scenario.name);
  if (findZone(store, name) !== undefined)
    throw new Error(`The simulated Huawei Cloud account holds the zone ${name} already.`);
  const status = scenario.status === 'disabled' ? 'DISABLE' : 'ACTIVE';
  const zone = store.addZone(name, status, scenario.delegated ?? true);
  const published: PublishedZone = { id: publishedId(zone), name, cloud: 'huaweicloud' };
  if (zone.status === 'ACTIVE') publisher.addZone(published);

  const servers = nameServers.map(absolute);
  const soa = `${servers[0] ?? name} hostmaster.${name} (1 7200 900 1209600 300)`;
  store.place(steady(zone, { name, type: 'SOA', ttl: SOA_TTL, records: [soa], isDefault: true }, now));
  store.place(steady(zone, { name, type: 'NS', ttl: NS_TTL, records: servers, isDefault: true }, now));
  for (const set of groupRecords(name, scenario.records ?? [])) {
    try {
      const content = checkNewRecordSet(zone, { ...set }, 'v2.1');
      checkConflicts(zone, content, 'DNS.0335', 'v2.1');
      const status = STATUS[statusOf(set.statuses)];
      store.place({ ...steady(zone, content, now), status, enabled: status !== 'DISABLE' });
    } catch (error) {
      store.zones.delete(zone.id);
      publisher.removeZone(published.id);
      throw new Error(
        `Record ${set.name} ${set.type} of the simulated zone ${name}: ${(error as Error).message}`,
      );
    }
  }
  return published;
}

/** What the account holds under a zone's name, the sets of the system left out. */
export function accountRecords(store: Store, zoneName: string): SimulatedRecordSet[] {
  const zone = findZone(store, absolute(zoneName));
  if (zone === undefined)
    throw new Error(`The simulated Huawei Cloud account does not hold the zone ${absolute(zoneName)}`);
  return [...zone.sets.values()]
    .filter((set) => !set.isDefault)
    .map(({ id, name, type, line, ttl, records, status }) => ({
      name,
      type,
      line,
      ttl,
      values: records.map((record) => servedValue(type, record)).sort(),
      ids: [id],
      records: [...records],
      status,
    }));
}

function findZone(store: Store, name: string): Zone | undefined {
  return [...store.zones.values()].find((zone) => zone.name === name);
}

function groupRecords(zone: string, records: NonNullable<SimulatedZone['records']>) {
  const sets = new Map<
    string,
    {
      name: string;
      type: string;
      line: string;
      ttl: number | undefined;
      records: string[];
      statuses: SeededStatus[];
    }
  >();
  for (const { name, type, value, ttl, line = DEFAULT_LINE, status = 'active' } of records) {
    const owner = ownerName(name, zone);
    const key = `${owner} ${type} ${line}`;
    const set = sets.get(key) ?? { name: owner, type, line, ttl, records: [], statuses: [] };
    set.records.push(apiValue(type, value));
    set.statuses.push(status);
    sets.set(key, set);
  }
  return sets.values();
}

/** @throws Error unless all values of the set have the same one. */
function statusOf([first, ...others]: readonly SeededStatus[]): SeededStatus {
  if (others.some((other) => other !== first)) throw new Error('the values of one set have one status');
  return first ?? 'active';
}

function ownerName(name: string, zone: string): string {
  const lower = name.toLowerCase();
  if (lower === '@' || lower === '') return zone;
  const full = absolute(lower);
  return full === zone || full.endsWith(`.${zone}`) ? full : `${full}${zone}`;
}

function absolute(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower : `${lower}.`;
}

function steady(
  zone: Zone,
  content: Pick<RecordSet, 'name' | 'type' | 'ttl' | 'records'> & Partial<RecordSet>,
  createdAt: number,
): RecordSet {
  return {
    line: DEFAULT_LINE,
    description: '',
    weight: undefined,
    isDefault: false,
    ...content,
    id: newId(),
    zone,
    status: 'ACTIVE',
    enabled: true,
    createdAt,
    updatedAt: undefined,
    served: undefined,
  };
}
