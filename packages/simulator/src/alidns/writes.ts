import type { CommitFault } from '../faults.js';
import { ApiError } from './errors.js';
import type { Parameters } from './parameters.js';
import { assertWritable, checkAgainstOthers, contentOf, domainNamed, recordWithId } from './records.js';
import type { Store } from './store.js';
import { checkRr } from './values.js';

/** The writing actions on single records. Each takes a fault that lets the write be forgotten. */
export class Writes {
  readonly #store: Store;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** `prefix` for one entry of a batch, whose fields are named in another way. @returns the new record's id */
  add(parameters: Parameters, fault: CommitFault | undefined, prefix = ''): string {
    const domain = domainNamed(
      this.#store,
      parameters.required(prefix === '' ? 'DomainName' : `${prefix}Domain`),
    );
    assertWritable(domain);
    const content = contentOf(parameters, domain, prefix);
    checkAgainstOthers(domain, content);
    const now = this.#now();
    const id = this.#store.newId();
    const record = {
      ...content,
      id,
      domain,
      enabled: true,
      remark: undefined,
      createdAt: now,
      updatedAt: now,
    };
    if (fault !== 'lost-write') this.#store.put(record);
    return id;
  }

  update(parameters: Parameters, fault: CommitFault | undefined): string {
    const record = recordWithId(this.#store, parameters.required('RecordId'));
    assertWritable(record.domain);
    const content = contentOf(parameters, record.domain);
    const unchanged = (Object.keys(content) as (keyof typeof content)[]).every(
      (field) => content[field] === record[field],
    );
    if (unchanged) throw new ApiError('DomainRecordDuplicate', 'The DNS record already exists.');
    checkAgainstOthers(record.domain, content, record);
    if (fault !== 'lost-write') this.#store.put({ ...record, ...content, updatedAt: this.#now() });
    return record.id;
  }

  delete(parameters: Parameters, fault: CommitFault | undefined): string {
    const record = recordWithId(this.#store, parameters.required('RecordId'));
    assertWritable(record.domain);
    if (fault !== 'lost-write') this.#store.delete(record);
    return record.id;
  }

  /** Everything under a host record, whatever its value. @returns how many */
  deleteSubDomain(parameters: Parameters, fault: CommitFault | undefined): number {
    const domain = domainNamed(this.#store, parameters.required('DomainName'));
    assertWritable(domain);
    const rr = checkRr(parameters.required('RR'), domain.name);
    const type = parameters.get('Type')?.toUpperCase();
    const found = [...domain.records.values()].filter(
      (record) => record.rr === rr && (type === undefined || record.type === type),
    );
    if (fault !== 'lost-write') for (const record of found) this.#store.delete(record);
    return found.length;
  }

  setStatus(parameters: Parameters, fault: CommitFault | undefined): Record<string, unknown> {
    const record = recordWithId(this.#store, parameters.required('RecordId'));
    const status = parameters.required('Status').toUpperCase();
    if (status !== 'ENABLE' && status !== 'DISABLE')
      throw new ApiError('InvalidParameter', 'The specified parameter Status is not valid.');
    const enabled = status === 'ENABLE';
    if (fault !== 'lost-write') this.#store.put({ ...record, enabled, updatedAt: this.#now() });
    return { RecordId: record.id, Status: enabled ? 'Enable' : 'Disable' };
  }

  remark(parameters: Parameters, fault: CommitFault | undefined): Record<string, unknown> {
    const record = recordWithId(this.#store, parameters.required('RecordId'));
    if (fault !== 'lost-write') this.#store.put({ ...record, remark: parameters.get('Remark') });
    return {};
  }
}
