import {
  type Call,
  type Capabilities,
  DnsError,
  type DnsProvider,
  type Fqdn,
  isWithin,
  type Receipt,
  type RecordKey,
  type RecordSet,
  toFqdn,
  type ValueChange,
  type Zone,
} from '../src/index.js';

type Method = 'findZones' | 'readRecordSet' | 'applyChange';

interface StoredSet {
  key: RecordKey;
  ttl: number;
  values: string[];
  /** Reads until it is served. */
  pendingReads: number;
}

export interface FakeOptions {
  id?: string;
  writes?: Capabilities['writes'];
  zones?: readonly (string | Partial<Zone>)[];
  capabilities?: Partial<Capabilities>;
  /** Reads that a written set stays pending for. */
  pendingReads?: number;
}

/** A small cloud in memory that can behave like either vendor, with a log of its calls and room for accidents. */
export class FakeProvider implements DnsProvider {
  readonly id: string;
  readonly capabilities: Capabilities;
  readonly calls: Method[] = [];
  readonly removals: ValueChange[] = [];
  /** Run before a call acts; throw to fail it. */
  before: (method: Method, nth: number) => void | Promise<void> = () => {};
  /** Run after a call has acted; throw to lose its answer. */
  after: (method: Method, nth: number) => void | Promise<void> = () => {};
  readonly #zones: Zone[];
  readonly #sets = new Map<string, StoredSet>();
  readonly #pendingReads: number;
  #nextId = 1;

  constructor(options: FakeOptions = {}) {
    this.id = options.id ?? 'fake';
    this.#pendingReads = options.pendingReads ?? 0;
    this.#zones = (options.zones ?? ['example.com']).map((zone) => {
      const given = typeof zone === 'string' ? { name: toFqdn(zone) } : zone;
      return { id: `z-${given.name}`, status: 'active', ...given } as Zone;
    });
    this.capabilities = {
      writes: options.writes ?? 'replace',
      types: ['TXT', 'CNAME', 'A'],
      limits: { ttl: { min: 1, max: 86_400, default: 300 }, txtBytes: 512, valuesPerSet: 50 },
      lines: true,
      zoneSearch: 'family',
      serialPerZone: false,
      batch: false,
      nameServerPatterns: [/\.fake-dns\.example$/],
      ...options.capabilities,
    };
  }

  /** What is stored, for assertions. */
  values(name: string, type = 'TXT', line = 'default'): string[] {
    return [...(this.#sets.get(id({ name: toFqdn(name), type, line }))?.values ?? [])].sort();
  }

  /** Somebody else's write. */
  put(name: string, type: string, values: readonly string[], ttl = 60): void {
    const key = { name: toFqdn(name), type, line: 'default' };
    if (values.length === 0) this.#sets.delete(id(key));
    else this.#sets.set(id(key), { key, ttl, values: [...values], pendingReads: 0 });
  }

  async findZones(name: Fqdn, call: Call): Promise<readonly Zone[]> {
    return this.#call('findZones', call, () =>
      this.#zones.filter(
        (zone) => isWithin(name, zone.name) || zone.name.endsWith(name.split('.').slice(-3).join('.')),
      ),
    );
  }

  async *listZones(): AsyncIterable<Zone> {
    yield* this.#zones;
  }

  async readRecordSet(_zone: Zone, key: RecordKey, call: Call): Promise<RecordSet | undefined> {
    return this.#call('readRecordSet', call, () => {
      const set = this.#sets.get(id(key));
      const conflicts = this.#conflicts(key);
      if (!set) return conflicts.length > 0 ? { key, ttl: 0, values: [], conflicts } : undefined;
      const settled = set.pendingReads === 0;
      set.pendingReads = Math.max(0, set.pendingReads - 1);
      return { key, ttl: set.ttl, values: [...set.values], settled, conflicts };
    });
  }

  async applyChange(
    _zone: Zone,
    current: RecordSet | undefined,
    change: ValueChange,
    call: Call,
  ): Promise<Receipt> {
    return this.#call('applyChange', call, () => {
      if (change.remove.length > 0) this.removals.push(change);
      return this.capabilities.writes === 'replace' ? this.#replace(current, change) : this.#single(change);
    });
  }

  #replace(current: RecordSet | undefined, { key, add, remove, ttl }: ValueChange): Receipt {
    const stored = this.#sets.get(id(key));
    if (!current && (stored || this.#conflicts(key).length > 0))
      throw new DnsError('RECORD_CONFLICT', 'something is there');
    const values = [...(current?.values ?? []), ...add].filter((value) => !remove.includes(value));
    if (values.length === 0) this.#sets.delete(id(key));
    else this.#sets.set(id(key), { key, ttl: stored?.ttl ?? ttl, values, pendingReads: this.#pendingReads });
    return { settled: this.#pendingReads === 0 };
  }

  #single({ key, add, remove, ttl }: ValueChange): Receipt {
    if (add.length > 0 && this.#conflicts(key).length > 0)
      throw new DnsError('RECORD_CONFLICT', 'something is there');
    const set = this.#sets.get(id(key)) ?? { key, ttl, values: [], pendingReads: 0 };
    const present = add.filter((value) => set.values.includes(value));
    const absent = remove.filter((value) => !set.values.includes(value));
    const ids = Object.fromEntries(add.map((value) => [value, String(this.#nextId++)]));
    set.values = [
      ...set.values.filter((value) => !remove.includes(value)),
      ...add.filter((v) => !present.includes(v)),
    ];
    this.#sets.set(id(key), set);
    return { settled: true, present, absent, native: ids };
  }

  #conflicts({ name, type, line }: RecordKey): RecordKey[] {
    return [...this.#sets.values()]
      .map(({ key }) => key)
      .filter((key) => key.name === name && key.line === line && key.type !== type)
      .filter((key) => key.type === 'CNAME' || type === 'CNAME');
  }

  async #call<T>(method: Method, call: Call, act: () => T): Promise<T> {
    this.calls.push(method);
    const nth = this.calls.filter((other) => other === method).length;
    await Promise.resolve();
    call.signal.throwIfAborted();
    await this.before(method, nth);
    const result = act();
    await this.after(method, nth);
    return result;
  }
}

function id({ name, type, line }: RecordKey): string {
  return `${name} ${type} ${line}`;
}
