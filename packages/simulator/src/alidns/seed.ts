import type { PublishedZone, Publisher } from '../publication.js';
import type { SeededRecord, SimulatedRecordSet, SimulatedZone } from '../scenario.js';
import { checkConflicts } from './conflicts.js';
import { ownerName, relativeName, toDomain } from './names.js';
import { readContent } from './records.js';
import { type Domain, minTtl, publishedId, type Store } from './store.js';
import { DEFAULT_TTL, servedValue } from './values.js';
import { type StatusCase, statusWord } from './views.js';

/** Puts a domain with its records into the account, all of them served at once. */
export function seedDomain(store: Store, publisher: Publisher, scenario: SimulatedZone): PublishedZone {
  const name = toDomain(scenario.name);
  if (store.domains.has(name))
    throw new Error(`The simulated Alibaba Cloud account holds the domain ${name} already.`);
  const domain = store.addDomain({
    name,
    edition: scenario.edition ?? 'free',
    isForbidden: scenario.status === 'disabled',
    isDelegated: scenario.delegated ?? true,
  });
  const published: PublishedZone = { id: publishedId(domain), name: `${name}.`, cloud: 'alidns' };
  if (!domain.isForbidden) publisher.addZone(published);

  for (const record of scenario.records ?? []) {
    const { name: owner, type, value, ttl = Math.max(DEFAULT_TTL, minTtl(domain.edition)), line } = record;
    try {
      const enabled = isEnabled(record.status);
      const [priority, host] = type === 'MX' ? value.split(' ') : [undefined, value];
      const content = readContent(domain, {
        rr: relativeName(owner, name) ?? (owner === '' ? '@' : owner),
        type,
        value: host ?? '',
        ttl: String(ttl),
        line,
        priority,
      });
      checkConflicts(domain, content);
      store.add({ ...store.newRecord(domain, content), enabled });
    } catch (error) {
      store.removeDomain(domain);
      publisher.removeZone(published.id);
      throw new Error(`Record ${owner} ${type} of the simulated domain ${name}: ${(error as Error).message}`);
    }
  }
  return published;
}

function isEnabled(status: SeededRecord['status'] = 'active'): boolean {
  if (status === 'active' || status === 'disabled') return status === 'active';
  throw new Error(`Alibaba Cloud has no status "${status}"`);
}

/** What the account holds under a domain's name, gathered into record sets. Records that differ in status stay apart. */
export function accountRecords(
  store: Store,
  domainName: string,
  statusCase: StatusCase,
): SimulatedRecordSet[] {
  const name = toDomain(domainName);
  const domain = store.domains.get(name);
  if (domain === undefined) throw new Error(`The simulated Alibaba Cloud account does not hold ${name}`);
  return [...gather(domain, statusCase).values()];
}

function gather(domain: Domain, statusCase: StatusCase): Map<string, SimulatedRecordSet> {
  const sets = new Map<string, SimulatedRecordSet>();
  for (const { id, rr, type, line, enabled, value, ttl, priority } of domain.records.values()) {
    const key = JSON.stringify([rr, type, line, enabled]);
    const set = sets.get(key);
    sets.set(key, {
      name: ownerName(rr, domain.name),
      type,
      line,
      ttl: Math.min(ttl, set?.ttl ?? ttl),
      values: [...(set?.values ?? []), servedValue(type, value, priority)].sort(),
      ids: [...(set?.ids ?? []), id],
      status: statusWord(enabled, statusCase),
    });
  }
  return sets;
}
