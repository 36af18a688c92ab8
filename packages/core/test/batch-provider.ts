import {
  type Call,
  type DnsError,
  isDnsError,
  type PreparedChange,
  type Receipt,
  type RecordKey,
  type RecordSet,
  type Zone,
} from '../src/index.js';
import { type FakeOptions, FakeProvider } from './fake-provider.js';

/** The small cloud with batches of its own: `calls` has what was done one by one, `batches` what was done together. */
export class BatchProvider extends FakeProvider {
  readonly batches: { method: 'readRecordSets' | 'applyChanges'; names: string[] }[] = [];
  /** Run before a batch acts; throw to fail it as a whole. */
  beforeBatch: (method: 'readRecordSets' | 'applyChanges', nth: number) => void = () => {};
  /** Run after a batch has acted; throw to lose its answer. */
  afterBatch: (method: 'readRecordSets' | 'applyChanges', nth: number) => void = () => {};
  /** An error that the vendor's batch has for one change, which it then does not carry out. */
  refuses: (change: PreparedChange) => DnsError | undefined = () => undefined;

  constructor(options: FakeOptions = {}) {
    super({ ...options, capabilities: { batch: { from: 3 }, ...options.capabilities } });
  }

  async readRecordSets(
    zone: Zone,
    keys: readonly RecordKey[],
    call: Call,
  ): Promise<readonly (RecordSet | undefined)[]> {
    return this.#batch('readRecordSets', keys, call, async () => {
      const sets: (RecordSet | undefined)[] = [];
      for (const key of keys) sets.push(await this.readRecordSet(zone, key, call));
      return sets;
    });
  }

  async applyChanges(
    zone: Zone,
    changes: readonly PreparedChange[],
    call: Call,
  ): Promise<readonly (Receipt | DnsError)[]> {
    const keys = changes.map(({ change }) => change.key);
    return this.#batch('applyChanges', keys, call, async () => {
      const outcomes: (Receipt | DnsError)[] = [];
      for (const prepared of changes)
        outcomes.push(
          this.refuses(prepared) ??
            (await this.applyChange(zone, prepared.current, prepared.change, call).catch((error) => {
              if (isDnsError(error)) return error;
              throw error;
            })),
        );
      return outcomes;
    });
  }

  async #batch<T>(
    method: 'readRecordSets' | 'applyChanges',
    keys: readonly RecordKey[],
    call: Call,
    act: () => Promise<T>,
  ): Promise<T> {
    this.batches.push({ method, names: keys.map(({ name }) => name) });
    const nth = this.batches.filter((batch) => batch.method === method).length;
    await Promise.resolve();
    call.signal.throwIfAborted();
    this.beforeBatch(method, nth);
    const before = this.calls.length;
    const result = await act();
    this.calls.length = before;
    this.afterBatch(method, nth);
    return result;
  }
}
