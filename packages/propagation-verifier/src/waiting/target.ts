import { absoluteName, canonicalValue, DnsError, type Fqdn, isWithin, toFqdn } from '@domainproof/core';
import type {
  Delegation,
  DiagnosedFinding,
  Expectation,
  RecordReport,
  ServerReport,
} from '../types/index.js';
import { type Reading, statusFor } from './match.js';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** One expected value, and what each address has said about it. */
export class ExpectedRecord {
  readonly value: string;
  readonly expected: Buffer;
  servers: Mutable<ServerReport>[] = [];
  visibleAfterMs: number | null = null;

  constructor(value: string) {
    this.value = value;
    this.expected = Buffer.from(value);
  }

  /** Every address has the value, those aside that cannot be reached from here; and at least one has. */
  get isVisible(): boolean {
    return (
      this.servers.some(({ status }) => status === 'visible') &&
      this.servers.every(({ status }) => status === 'visible' || status === 'no-route')
    );
  }
}

/** One question (a name and a type) and the values that its answers must hold; values of one name share the asking. */
export class Target {
  readonly name: Fqdn;
  readonly type: 'TXT' | 'CNAME';
  /** The zone that the caller named. */
  readonly hint: Fqdn | undefined;
  readonly records: ExpectedRecord[] = [];
  delegation: Delegation | undefined;
  /** Why the delegation was not found at the last try. */
  failure: DnsError | undefined;

  constructor(name: Fqdn, type: 'TXT' | 'CNAME', hint: Fqdn | undefined) {
    this.name = name;
    this.type = type;
    this.hint = hint;
  }

  get isVisible(): boolean {
    return this.records.every((record) => record.isVisible);
  }

  /** Starts with the servers of a delegation; nothing is known of them yet. */
  enter(delegation: Delegation): void {
    this.delegation = delegation;
    this.failure = undefined;
    const hosts = new Map<string, Fqdn>();
    for (const { host, addresses } of delegation.nameServers)
      for (const address of addresses) if (!hosts.has(address)) hosts.set(address, host);
    for (const record of this.records)
      record.servers = [...hosts].map(([address, host]) => ({
        host,
        address,
        name: this.name,
        zone: delegation.zone,
        history: [],
        status: 'unasked',
        values: [],
        rttMs: null,
        visibleAfterMs: null,
        questions: 0,
      }));
  }

  get addresses(): string[] {
    return (this.records[0]?.servers ?? []).map(({ address }) => address);
  }

  /** True if the address has every value. */
  isVisibleAt(address: string): boolean {
    return this.records.every((record) => serverOf(record, address).status === 'visible');
  }

  countQuestion(address: string): void {
    for (const record of this.records) {
      const server = serverOf(record, address);
      if (server.status !== 'visible') server.questions += 1;
    }
  }

  /** Takes down what an address said. Returns the records that it was news for: a value once seen there stays seen. */
  note(address: string, reading: Reading, rttMs: number | null, elapsedMs: number): ExpectedRecord[] {
    return this.records.filter((record) => {
      const server = serverOf(record, address);
      if (server.status === 'visible') return false;
      const status = statusFor(reading, record.expected);
      // An address without route is tried again, and told of once.
      if (status === 'no-route' && server.status === 'no-route') return false;
      server.status = status;
      server.values = reading.shown;
      server.rttMs = rttMs ?? server.rttMs;
      if (status === 'visible') server.visibleAfterMs = elapsedMs;
      return true;
    });
  }

  report(record: ExpectedRecord, elapsedMs: number, findings: readonly DiagnosedFinding[]): RecordReport {
    return {
      name: this.name,
      type: this.type,
      value: record.value,
      values: [record.value],
      verdict: record.isVisible ? 'visible' : 'pending',
      chain: [],
      perspectives: [],
      zone: this.delegation?.zone ?? null,
      visible: record.isVisible,
      elapsedMs: record.visibleAfterMs ?? elapsedMs,
      servers: record.servers.map((server) => ({ ...server })),
      findings,
    };
  }
}

export function serverOf(record: ExpectedRecord, address: string): Mutable<ServerReport> {
  return record.servers.find((server) => server.address === address)!;
}

/** The targets of a list of expectations, and the place of each expectation among them. */
export interface Targets {
  targets: Target[];
  places: { target: Target; record: ExpectedRecord }[];
}

/**
 * Checks every expectation before anything is asked.
 *
 * @throws DnsError `INVALID_NAME`, `INVALID_VALUE`; `UNSUPPORTED` for other types than TXT and CNAME.
 */
export function toTargets(expectations: readonly Expectation[]): Targets {
  const targets = new Map<string, Target>();
  const places = expectations.map((expectation) => {
    const { type } = expectation;
    if (!isVerifiable(type))
      throw new DnsError(
        'UNSUPPORTED',
        `A record of type "${String(type)}" cannot be verified, only TXT and CNAME.`,
      );
    const { name, hint } = nameWithin(expectation.name, expectation.zone);
    const value = canonicalValue(type, [expectation.value].flat()[0] ?? '');
    const key = `${type} ${name} ${hint ?? ''}`;
    const target = targets.get(key) ?? new Target(name, type, hint);
    targets.set(key, target);
    let record = target.records.find((other) => other.value === value);
    if (!record) {
      record = new ExpectedRecord(value);
      target.records.push(record);
    }
    return { target, record };
  });
  return { targets: [...targets.values()], places };
}

function isVerifiable(type: string): type is 'TXT' | 'CNAME' {
  return type === 'TXT' || type === 'CNAME';
}

/**
 * A full name and the zone that the caller says holds it.
 *
 * @throws DnsError `INVALID_NAME`
 */
export function nameWithin(name: string, zone: string | undefined): { name: Fqdn; hint: Fqdn | undefined } {
  const full = absoluteName(name);
  const hint = zone === undefined ? undefined : toFqdn(zone);
  if (hint && !isWithin(full, hint))
    throw new DnsError('INVALID_NAME', `The name ${full} does not lie in the zone ${hint}`, {
      hint: 'Give the full name, or leave the zone away and it is found.',
    });
  return { name: full, hint };
}
