import type { CommitFault } from '../faults.js';
import { checkConflicts, type DuplicateRule } from './conflicts.js';
import { invalidAttribute, ServiceError } from './errors.js';
import { newId, type RecordSet, type Store, type Zone } from './store.js';
import { checkChanges, checkNewRecordSet, checkStatus, type JsonObject } from './validation.js';

export interface RecordSetRules {
  duplicates: DuplicateRule;
  /** Record sets of the whole account, the two of each zone included. */
  recordSetQuota: number;
  deleteWhilePending: boolean;
}

type Version = 'v2' | 'v2.1';

const MAX_STATUSES = 50;

/** What clients may do to one record set at a time. */
export class RecordSets {
  readonly #store: Store;
  readonly #rules: RecordSetRules;
  readonly #now: () => number;

  constructor(store: Store, rules: RecordSetRules, now: () => number) {
    this.#store = store;
    this.#rules = rules;
    this.#now = now;
  }

  /** @throws ServiceError `DNS.0302`. */
  zone(id: string | undefined): Zone {
    const zone = this.#store.zones.get(id ?? '');
    if (zone === undefined) throw new ServiceError('DNS.0302', 'The zone does not exist.');
    return zone;
  }

  /** @throws ServiceError `DNS.1206`. */
  zoneNamed(name: string | undefined): Zone {
    const wanted = name?.toLowerCase().replace(/\.?$/, '.');
    for (const zone of this.#store.zones.values()) if (zone.name === wanted) return zone;
    throw new ServiceError('DNS.1206', 'The domain name does not exist in the account.');
  }

  /** @throws ServiceError `DNS.0213` for a zone that is switched off. */
  writableZone(id: string | undefined): Zone {
    const zone = this.zone(id);
    if (zone.status !== 'ACTIVE') throw new ServiceError('DNS.0213', 'The zone is disabled.');
    return zone;
  }

  /** @throws ServiceError `DNS.0313`, also for a set of another zone. */
  find(zone: Zone, id: string | undefined): RecordSet {
    const set = zone.sets.get(id ?? '');
    if (set === undefined) throw new ServiceError('DNS.0313', 'The record set does not exist.');
    return set;
  }

  /** A checked set that is not yet in the store. */
  prepare(zone: Zone, body: JsonObject, version: Version): RecordSet {
    const content = checkNewRecordSet(zone, body, version);
    checkConflicts(zone, content, this.#rules.duplicates, version);
    if (this.#store.countSets() >= this.#rules.recordSetQuota)
      throw new ServiceError('DNS.0403', 'The record set quota is used up.');
    return {
      ...content,
      id: newId(),
      zone,
      isDefault: false,
      status: 'PENDING_CREATE',
      createdAt: this.#now(),
      updatedAt: undefined,
      served: undefined,
    };
  }

  create(zone: Zone, body: JsonObject, version: Version, fault: CommitFault | undefined): RecordSet {
    return this.#store.create(this.prepare(zone, body, version), fault);
  }

  update(set: RecordSet, body: JsonObject, version: Version, fault: CommitFault | undefined): RecordSet {
    if (typeof body.name !== 'string' || body.name.toLowerCase() !== set.name)
      throw invalidAttribute('DNS.0304', 'name', 'name is required and cannot be changed');
    if (body.type !== set.type)
      throw invalidAttribute('DNS.0307', 'type', 'type is required and cannot be changed');
    const changes = checkChanges(set.type, body, version);
    this.checkChangeable(set);
    return this.#store.update(set, changes, fault);
  }

  delete(set: RecordSet, fault: CommitFault | undefined): RecordSet {
    this.checkDeletable(set);
    return this.#store.delete(set, fault);
  }

  setStatus(id: string | undefined, body: JsonObject, fault: CommitFault | undefined): RecordSet {
    const set = this.#findAnywhere(id);
    const enabled = requiredStatus(body);
    this.checkChangeable(set);
    return this.#store.setEnabled(set, enabled, fault);
  }

  /** At most 50 sets, of any zone, all or none. Gives those that really change. */
  setStatuses(body: JsonObject, fault: CommitFault | undefined): RecordSet[] {
    const { recordset_ids: ids } = body;
    if (!Array.isArray(ids) || ids.length === 0 || ids.length > MAX_STATUSES)
      throw invalidAttribute('DNS.0309', 'recordset_ids', `1 to ${MAX_STATUSES} ids are allowed`);
    const enabled = requiredStatus(body);
    const sets = [...new Set<string>(ids)].map((id) => this.#findAnywhere(id));
    for (const set of sets) this.checkChangeable(set);
    return sets
      .filter((set) => set.enabled !== enabled)
      .map((set) => this.#store.setEnabled(set, enabled, fault));
  }

  #findAnywhere(id: string | undefined): RecordSet {
    const set = this.#store.findSet(id ?? '');
    if (set === undefined) throw new ServiceError('DNS.0313', 'The record set does not exist.');
    return set;
  }

  /** @throws ServiceError `DNS.0318` for a set of the system, `DNS.2003` for a frozen one, `DNS.0314` for one that is still pending. */
  checkChangeable(set: RecordSet): void {
    if (set.isDefault) throw new ServiceError('DNS.0318', 'The default record set cannot be changed.');
    checkThawed(set);
    checkSteady(set);
  }

  /** @throws ServiceError `DNS.0317` for a set of the system, `DNS.2003` for a frozen one, `DNS.0314` for one that is still pending. */
  checkDeletable(set: RecordSet): void {
    if (set.isDefault) throw new ServiceError('DNS.0317', 'The default record set cannot be deleted.');
    checkThawed(set);
    if (!this.#rules.deleteWhilePending || set.status === 'PENDING_DELETE') checkSteady(set);
  }
}

function requiredStatus(body: JsonObject): boolean {
  const enabled = checkStatus(body.status);
  if (enabled === undefined) throw invalidAttribute('DNS.0315', 'status', 'status is required');
  return enabled;
}

/** The code is that of a frozen resource; which of the three such codes a frozen record set gives, no document says. */
function checkThawed(set: RecordSet): void {
  if (set.status === 'FREEZE') throw new ServiceError('DNS.2003', 'The resource is frozen.');
}

/** `ERROR` is steady: a failed set can be written again or deleted. */
function checkSteady(set: RecordSet): void {
  if (set.status.startsWith('PENDING_')) throw notSteady();
}

export function notSteady(): ServiceError {
  return new ServiceError('DNS.0314', 'The record set is not in a steady state.');
}
