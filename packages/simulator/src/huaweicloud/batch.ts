import type { CommitFault } from '../faults.js';
import { invalidAttribute, ServiceError } from './errors.js';
import { type Query, wholeNumber } from './paging.js';
import type { RecordSets } from './record-sets.js';
import { newId, type RecordSet, type Store, type Zone } from './store.js';
import { checkChanges, isObject, type JsonObject } from './validation.js';
import { formatTime } from './views.js';

const MAX_DELETE = 100;
const MAX_UPDATE = 50;
const MAX_LINES = 50;
const MAX_CREATE = 2000;

/** Operations on many record sets of one zone. */
export class Batches {
  readonly #store: Store;
  readonly #sets: RecordSets;
  readonly #now: () => number;

  constructor(store: Store, sets: RecordSets, now: () => number) {
    this.#store = store;
    this.#sets = sets;
    this.#now = now;
  }

  /** The sets that are really deleted: ids already gone count as deleted and are left out. */
  delete(zone: Zone, body: JsonObject, fault: CommitFault | undefined): RecordSet[] {
    const ids = listOf(body, 'recordset_ids', MAX_DELETE, 'DNS.0327');
    if (!ids.every((id) => typeof id === 'string'))
      throw invalidAttribute('DNS.0309', 'recordset_ids', 'ids must be strings');
    const sets = [...new Set(ids as string[])].flatMap((id) => zone.sets.get(id) ?? []);
    for (const set of sets) this.#sets.checkDeletable(set);
    return sets.map((set) => this.#store.delete(set, fault));
  }

  /** All or nothing. */
  update(zone: Zone, body: JsonObject, fault: CommitFault | undefined): RecordSet[] {
    const items = listOf(body, 'recordsets', MAX_UPDATE, 'DNS.0329');
    const changes = items.map((item) => {
      if (!isObject(item) || typeof item.id !== 'string')
        throw invalidAttribute('DNS.0309', 'recordsets', 'id is required');
      const set = this.#sets.find(zone, item.id);
      this.#sets.checkChangeable(set);
      return { set, content: checkChanges(set.type, item, 'v2.1') };
    });
    return changes.map(({ set, content }) => this.#store.update(set, content, fault));
  }

  /** One set per line, all or nothing. */
  createLines(zone: Zone, body: JsonObject, fault: CommitFault | undefined): RecordSet[] {
    const lines = listOf(body, 'lines', MAX_LINES, 'DNS.0326');
    const prepared = lines.map((line) => {
      if (!isObject(line))
        throw new ServiceError('DNS.0002', 'The request is malformed: lines holds no objects.');
      const { name, type, description } = body;
      return this.#sets.prepare(zone, { description, ...line, name, type }, 'v2.1');
    });
    const keys = new Set(prepared.map((set) => set.line));
    if (keys.size < prepared.length) throw new ServiceError('DNS.0312', 'A line is given twice.');
    return prepared.map((set) => this.#store.create(set, fault));
  }

  /**
   * Each item is created or fails by itself. A name without a final dot is relative to the zone, whatever it looks like.
   *
   * @throws ServiceError `DNS.0314` while another task of the zone runs.
   */
  startCreate(zone: Zone, body: JsonObject, fault: CommitFault | undefined): { task_id: string } {
    const items = listOf(body, 'recordsets', MAX_CREATE, 'DNS.0326');
    const now = this.#now();
    if (zone.task !== undefined && zone.task.doneAt > now)
      throw new ServiceError('DNS.0314', 'A batch creation task of this zone is running.');
    const errors = items.flatMap((item) => this.#createItem(zone, item, fault));
    const doneAt = now + this.#store.settleMs;
    zone.task = { id: newId(), createdAt: now, doneAt, total: items.length, errors };
    return { task_id: zone.task.id };
  }

  /** The zone's latest task. Failed items are paged by `error_item_limit` and `error_item_offset`. */
  showCreate(zone: Zone, query: Query) {
    const { task } = zone;
    if (task === undefined) throw new ServiceError('DNS.0313', 'The zone has no batch creation task.');
    const isDone = task.doneAt <= this.#now();
    const offset = wholeNumber(query.get('error_item_offset'), 'DNS.0017', 'offset') ?? 0;
    const limit = wholeNumber(query.get('error_item_limit'), 'DNS.0006', 'limit') ?? MAX_CREATE;
    return {
      task_id: task.id,
      status: isDone ? 'DONE' : 'PENDING',
      created_at: formatTime(task.createdAt),
      updated_at: formatTime(isDone ? task.doneAt : task.createdAt),
      total_count: task.total,
      success_count: isDone ? task.total - task.errors.length : 0,
      error_count: isDone ? task.errors.length : 0,
      error_items: isDone ? task.errors.slice(offset, offset + limit) : [],
    };
  }

  #createItem(zone: Zone, item: unknown, fault: CommitFault | undefined): unknown[] {
    if (!isObject(item))
      throw new ServiceError('DNS.0002', 'The request is malformed: recordsets holds no objects.');
    const { name } = item;
    const absolute = typeof name === 'string' && !name.endsWith('.') ? `${name}.${zone.name}` : name;
    try {
      this.#sets.create(zone, { ...item, name: absolute }, 'v2.1', fault);
      return [];
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const { type, line, records, ttl, weight } = item;
      return [
        {
          name: absolute,
          type,
          line: line ?? 'default_view',
          records,
          ttl: ttl ?? 300,
          weight: weight ?? 1,
          status: 'ERROR',
          error_code: error.code,
          error_message: error.message,
        },
      ];
    }
  }
}

function listOf(
  body: JsonObject,
  field: string,
  max: number,
  tooMany: 'DNS.0326' | 'DNS.0327' | 'DNS.0329',
): readonly unknown[] {
  const list = body[field];
  if (!Array.isArray(list) || list.length === 0)
    throw new ServiceError('DNS.0044', `The parameter '${field}' must be a list that is not empty.`);
  if (list.length > max) throw new ServiceError(tooMany, `'${field}' holds more than ${max} items.`);
  return list;
}
