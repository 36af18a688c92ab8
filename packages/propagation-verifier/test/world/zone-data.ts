import type { Answer } from 'dns-packet';

type Data = string | readonly string[] | Record<string, unknown>;

export interface ZoneOptions {
  /** Seconds that an absence is cached. Default 300. */
  minimum?: number;
  serial?: number;
}

/** The records of one zone as one server holds them. Names are in lower case without final dot. */
export class ZoneData {
  readonly name: string;
  serial: number;
  readonly minimum: number;
  #records: Answer[] = [];

  constructor(name: string, { minimum = 300, serial = 1 }: ZoneOptions = {}) {
    this.name = name;
    this.minimum = minimum;
    this.serial = serial;
  }

  /** A copy, as a secondary has one. */
  copy(): ZoneData {
    const copy = new ZoneData(this.name, this);
    copy.#records = [...this.#records];
    return copy;
  }

  add(name: string, type: string, data: Data, ttl = 300): this {
    const wire = type === 'TXT' ? [data].flat().map((part) => Buffer.from(part as string)) : data;
    this.#records.push({ name, type, ttl, class: 'IN', data: wire } as unknown as Answer);
    return this;
  }

  remove(name: string, type?: string): this {
    this.#records = this.#records.filter(
      (record) => record.name !== name || (type !== undefined && record.type !== type),
    );
    return this;
  }

  at(name: string, type: string): Answer[] {
    return this.#records.filter((record) => record.name === name && record.type === type);
  }

  /** True if the name or one below it has records. */
  has(name: string): boolean {
    return this.#records.some((record) => isWithin(record.name, name));
  }

  /** The NS records of a zone cut at or above the name and below the apex. */
  cutAbove(name: string): Answer[] {
    return this.#records.filter(
      (record) =>
        record.type === 'NS' &&
        record.name !== this.name &&
        record.name !== '' &&
        isWithin(name, record.name),
    );
  }

  /** The name of the wildcard that stands for a name which does not exist. */
  wildcardFor(name: string): string | undefined {
    for (let at = parentOf(name); at !== undefined && isWithin(at, this.name); at = parentOf(at)) {
      if (this.#records.some((record) => record.name === `*.${at}`)) return `*.${at}`;
      if (this.has(at)) return undefined;
    }
    return undefined;
  }

  soa(): Answer {
    const { name, serial, minimum } = this;
    const data = {
      mname: 'ns.invalid',
      rname: 'hostmaster.invalid',
      serial,
      refresh: 60,
      retry: 60,
      expire: 600,
      minimum,
    };
    return { type: 'SOA', name: name || '.', ttl: minimum, data };
  }
}

export function isWithin(name: string, ancestor: string): boolean {
  return ancestor === '' || name === ancestor || name.endsWith(`.${ancestor}`);
}

export function parentOf(name: string): string | undefined {
  if (name === '') return undefined;
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}
