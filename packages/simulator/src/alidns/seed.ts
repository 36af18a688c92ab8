import { domainToASCII } from 'node:url';
import type { PublishedZone, Publisher } from '../publication.js';
import type { SimulatedRecordSet, SimulatedZone } from '../scenario.js';
import { checkAgainstOthers, minTtl } from './records.js';
import { DEFAULT_LINE, type Domain, ownerName, publishedId, type Store } from './store.js';
import { checkRr, checkValue, servedValue } from './values.js';

const DEFAULT_TTL = 600;

/** Puts a domain with its records into the account, served at once. */
export function seedDomain(
  store: Store,
  publisher: Publisher,
  scenario: SimulatedZone,
  now: number,
): PublishedZone {
  const name = bare(scenario.name);
  if (store.domains.has(name))
    throw new Error(`The simulated Alibaba Cloud account holds the domain ${name} already.`);
  const disabled = scenario.status === 'disabled';
  const domain = store.addDomain(name, scenario.edition ?? 'free', disabled, now);
  const published: PublishedZone = { id: publishedId(domain), name: `${name}.`, cloud: 'alidns' };
  if (!disabled) publisher.addZone(published);
  for (const record of scenario.records ?? []) {
    try {
      seedRecord(store, domain, record, now);
    } catch (error) {
      throw new Error(
        `Record ${record.name} ${record.type} of the simulated domain ${name}: ${(error as Error).message}`,
      );
    }
  }
  return published;
}

function seedRecord(
  store: Store,
  domain: Domain,
  record: NonNullable<SimulatedZone['records']>[number],
  now: number,
): void {
  const [first = '', ...rest] = record.value.split(' ');
  const isMx = record.type === 'MX';
  const content = {
    rr: checkRr(hostRecord(record.name, domain.name), domain.name),
    type: record.type,
    value: checkValue(record.type, isMx ? rest.join(' ') : record.value),
    ttl: Math.max(record.ttl ?? DEFAULT_TTL, minTtl(domain)),
    line: record.line ?? DEFAULT_LINE,
    priority: isMx ? Number(first) : undefined,
  };
  checkAgainstOthers(domain, content);
  const id = store.newId();
  store.put({ ...content, id, domain, enabled: true, remark: undefined, createdAt: now, updatedAt: now });
}

/** What the account holds under a domain, one entry for each host record, type and line. */
export function accountRecords(store: Store, zone: string): SimulatedRecordSet[] {
  const domain = store.domains.get(bare(zone));
  if (!domain) throw new Error(`The simulated Alibaba Cloud account does not hold the domain ${bare(zone)}`);
  const sets = new Map<string, SimulatedRecordSet>();
  for (const record of domain.records.values()) {
    const { rr, type, line, ttl, enabled } = record;
    const status = enabled ? 'ENABLE' : 'DISABLE';
    const key = `${rr} ${type} ${line} ${status}`;
    const values = [...(sets.get(key)?.values ?? []), servedValue(record)].sort();
    sets.set(key, { name: ownerName(domain, rr), type, line, ttl, values, status });
  }
  return [...sets.values()];
}

function bare(name: string): string {
  return domainToASCII(name.replace(/\.$/, '')) || name.toLowerCase().replace(/\.$/, '');
}

function hostRecord(name: string, domain: string): string {
  const text = name.toLowerCase().replace(/\.$/, '');
  if (text === '' || text === '@' || text === domain) return '@';
  return text.endsWith(`.${domain}`) ? text.slice(0, -(domain.length + 1)) : text;
}
