import type { CommitFault } from '../faults.js';
import { ApiError } from './errors.js';
import type { Parameters } from './parameters.js';
import { assertWritable, domainNamed } from './records.js';
import type { Store } from './store.js';
import type { Writes } from './writes.js';

interface Detail {
  Domain: string;
  Rr: string;
  Type: string;
  Value: string;
  Status: boolean;
  Reason?: string;
  RecordId?: string;
  BatchType: string;
}

/** More than the vendor recommends is refused. */
const MAX_ITEMS = 200;
const PAGE_SIZE = 20;
const PAGE_MAX = 100;

/** `OperateBatchDomain` and the questions about its tasks. Tasks are done when they are answered. */
export class Batches {
  readonly #store: Store;
  readonly #writes: Writes;
  readonly #tasks = new Map<number, readonly Detail[]>();

  constructor(store: Store, writes: Writes) {
    this.#store = store;
    this.#writes = writes;
  }

  start(parameters: Parameters, fault: CommitFault | undefined): Record<string, unknown> {
    const type = parameters.required('Type').toUpperCase();
    if (type !== 'RR_ADD' && type !== 'RR_DEL')
      throw new ApiError('InvalidParameter', 'This account takes RR_ADD and RR_DEL only.');
    const prefixes: string[] = [];
    while (parameters.get(`DomainRecordInfo.${prefixes.length + 1}.Domain`) !== undefined)
      prefixes.push(`DomainRecordInfo.${prefixes.length + 1}.`);
    if (prefixes.length === 0) throw new ApiError('MissingParameter', 'DomainRecordInfo is missing.');
    if (prefixes.length > MAX_ITEMS)
      throw new ApiError('QuotaExceeded.BatchNumber', 'Too many items in one batch.');
    const id = 100_000 + this.#tasks.size;
    this.#tasks.set(
      id,
      prefixes.map((prefix) => this.#one(type, parameters, prefix, fault)),
    );
    return { TaskId: id };
  }

  count(parameters: Parameters): Record<string, unknown> {
    const details = this.#task(parameters);
    const failed = details?.filter(({ Status }) => !Status).length ?? 0;
    return {
      Status: details === undefined ? -1 : 1,
      TaskId: Number(parameters.get('TaskId') ?? 0),
      TotalCount: details?.length ?? 0,
      SuccessCount: (details?.length ?? 0) - failed,
      FailedCount: failed,
    };
  }

  detail(parameters: Parameters): Record<string, unknown> {
    const wanted = parameters.get('Status')?.toUpperCase();
    const all = (this.#task(parameters) ?? []).filter(
      ({ Status }) => wanted === undefined || wanted === (Status ? 'SUCCESS' : 'FAIL'),
    );
    const size = parameters.count('PageSize', PAGE_SIZE, PAGE_MAX);
    const number = parameters.count('PageNumber', 1, Number.MAX_SAFE_INTEGER);
    return {
      TotalCount: all.length,
      PageNumber: number,
      PageSize: size,
      BatchResultDetails: { BatchResultDetail: all.slice((number - 1) * size, number * size) },
    };
  }

  #task(parameters: Parameters): readonly Detail[] | undefined {
    const id = parameters.get('TaskId');
    return id === undefined ? [...this.#tasks.values()].at(-1) : this.#tasks.get(Number(id));
  }

  #one(type: string, parameters: Parameters, prefix: string, fault: CommitFault | undefined): Detail {
    const field = (name: string) => parameters.get(`${prefix}${name}`) ?? '';
    const detail = {
      Domain: field('Domain'),
      Rr: field('Rr'),
      Type: field('Type'),
      Value: field('Value'),
      BatchType: type,
    };
    try {
      if (type === 'RR_ADD')
        return { ...detail, Status: true, RecordId: this.#writes.add(parameters, fault, prefix) };
      this.#delete(detail, fault);
      return { ...detail, Status: true };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { ...detail, Status: false, Reason: error.code };
    }
  }

  /** Without host record or value it takes all that fits, as at the vendor. */
  #delete({ Domain, Rr, Type, Value }: Omit<Detail, 'Status'>, fault: CommitFault | undefined): void {
    const domain = domainNamed(this.#store, Domain);
    assertWritable(domain);
    const found = [...domain.records.values()].filter(
      (record) =>
        (Rr === '' || record.rr === Rr.toLowerCase()) &&
        (Type === '' || record.type === Type.toUpperCase()) &&
        (Value === '' || record.value === Value),
    );
    if (found.length === 0)
      throw new ApiError('DomainRecordNotBelongToUser', 'The DNS record does not exist in your account.');
    if (fault !== 'lost-write') for (const record of found) this.#store.delete(record);
  }
}
