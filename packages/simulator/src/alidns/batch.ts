import type { Domains } from './domains.js';
import { ApiError, invalidParameter, missing } from './errors.js';
import { type PageRules, page } from './paging.js';
import type { Parameters } from './parameters.js';
import { checkWritable, type Records, readContent } from './records.js';
import type { DnsRecord, Store } from './store.js';

/** Which fields of an item choose the records that `RR_DEL` deletes. */
export type BatchDeletion = 'rr-value' | 'rr-type-line-value';

type BatchType = 'RR_ADD' | 'RR_DEL';

interface Task {
  id: number;
  type: BatchType;
  isDone: boolean;
  results: readonly ItemResult[];
  total: number;
}

interface ItemResult {
  item: ReadonlyMap<string, string>;
  recordId: string;
  /** Why the item failed; empty if it did not. */
  reason: string;
}

const MAX_ITEMS = 1000;
const MAX_PAGE = 100;
const FIRST_TASK_ID = 83618818;

/** `OperateBatchDomain` and what became of it: records are added and deleted some time after the answer. */
export class Batches {
  readonly #store: Store;
  readonly #domains: Domains;
  readonly #records: Records;
  readonly #batchMs: number;
  readonly #deletion: BatchDeletion;
  readonly #paging: Omit<PageRules, 'maxSize'>;
  readonly #tasks: Task[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(
    store: Store,
    domains: Domains,
    records: Records,
    batchMs: number,
    deletion: BatchDeletion,
    paging: Omit<PageRules, 'maxSize'>,
  ) {
    this.#store = store;
    this.#domains = domains;
    this.#records = records;
    this.#batchMs = batchMs;
    this.#deletion = deletion;
    this.#paging = paging;
  }

  /** The simulated key may not add or remove domains. */
  start(parameters: Parameters, isLost: boolean) {
    const type = parameters.required('Type');
    if (type === 'DOMAIN_ADD' || type === 'DOMAIN_DEL') throw new ApiError('Forbidden.RAM');
    if (type !== 'RR_ADD' && type !== 'RR_DEL') throw invalidParameter('Type');
    const items = parameters.list('DomainRecordInfo');
    if (items.length === 0) throw missing('DomainRecordInfo');
    if (items.length > MAX_ITEMS) throw new ApiError('QuotaExceeded.BatchNumber');
    for (const [index, item] of items.entries())
      if (!item.has('Domain')) throw missing(`DomainRecordInfo.${index + 1}.Domain`);

    const id = FIRST_TASK_ID + this.#tasks.length;
    const task: Task = { id, type, isDone: false, results: [], total: items.length };
    this.#tasks.push(task);
    const finish = () => {
      task.results = items.flatMap((item) => this.#perform(type, item, isLost));
      task.isDone = true;
    };
    if (this.#batchMs === 0) finish();
    else this.#later(finish);
    return { TaskId: task.id };
  }

  /** Of the task, or of the last one if none is named. */
  describeCount(parameters: Parameters) {
    const task = this.#find(parameters);
    if (task === undefined) return { Status: -1, TotalCount: 0, SuccessCount: 0, FailedCount: 0 };
    const failed = task.results.filter(({ reason }) => reason !== '');
    return {
      Status: task.isDone ? 1 : 0,
      TotalCount: task.total,
      SuccessCount: task.results.length - failed.length,
      FailedCount: failed.length,
      Reason: failed[0]?.reason ?? '',
      BatchType: task.type,
      TaskId: task.id,
    };
  }

  describeDetail(parameters: Parameters) {
    const task = this.#find(parameters);
    const wanted = parameters.optional('Status')?.toUpperCase();
    const found = (task?.results ?? []).filter(
      ({ reason }) => wanted === undefined || wanted === (reason === '' ? 'SUCCESS' : 'FAIL'),
    );
    const results = page(found, parameters, { ...this.#paging, maxSize: MAX_PAGE });
    const views = results.items.map(({ item, recordId, reason }) => ({
      Domain: item.get('Domain'),
      Rr: item.get('Rr'),
      Type: item.get('Type'),
      Value: item.get('Value'),
      Line: item.get('Line') ?? 'default',
      Ttl: item.get('Ttl') ?? '600',
      Priority: item.get('Priority'),
      BatchType: task?.type,
      RecordId: recordId,
      Status: reason === '',
      Reason: reason,
    }));
    return { ...results.counters, BatchResultDetails: { BatchResultDetail: views } };
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #later(finish: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      finish();
    }, this.#batchMs);
    timer.unref();
    this.#timers.add(timer);
  }

  #find(parameters: Parameters): Task | undefined {
    const id = parameters.number('TaskId');
    const type = parameters.optional('BatchType');
    return this.#tasks.findLast(
      (task) => (id === undefined || task.id === id) && (type === undefined || task.type === type),
    );
  }

  #perform(type: BatchType, item: ReadonlyMap<string, string>, isLost: boolean): ItemResult[] {
    try {
      const records = type === 'RR_ADD' ? [this.#add(item, isLost)] : this.#delete(item, isLost);
      return records.map(({ id }) => ({ item, recordId: id, reason: '' }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return [{ item, recordId: '', reason: error.message }];
    }
  }

  #add(item: ReadonlyMap<string, string>, isLost: boolean): DnsRecord {
    const domain = this.#domains.find(item.get('Domain') ?? '');
    checkWritable(domain);
    const content = readContent(domain, {
      rr: item.get('Rr') ?? '',
      type: item.get('Type') ?? '',
      value: item.get('Value') ?? '',
      ttl: item.get('Ttl'),
      line: item.get('Line'),
      priority: item.get('Priority'),
    });
    return this.#records.create(domain, content, isLost);
  }

  /**
   * What an item does not name does not limit it: without RR and value, all records of the domain go. The documents name
   * RR and value as the conditions; type and line, on which they are silent, count with `rr-type-line-value` only.
   */
  #delete(item: ReadonlyMap<string, string>, isLost: boolean): DnsRecord[] {
    const domain = this.#domains.find(item.get('Domain') ?? '');
    checkWritable(domain);
    const fits = (field: string, text: string) => {
      const wanted = item.get(field);
      return wanted === undefined || wanted.toLowerCase() === text.toLowerCase();
    };
    const countsAll = this.#deletion === 'rr-type-line-value';
    const value = item.get('Value');
    const found = [...domain.records.values()].filter(
      (record) =>
        fits('Rr', record.rr) &&
        (!countsAll || (fits('Type', record.type) && fits('Line', record.line))) &&
        (value === undefined || value === record.value),
    );
    if (found.length === 0) throw new ApiError('DomainRecordNotBelongToUser');
    if (!isLost) for (const record of found) this.#store.delete(record);
    return found;
  }
}
