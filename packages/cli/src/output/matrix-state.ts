import { canonicalValue, toFqdn } from '@domainproof/core';
import type {
  DiagnosedFinding,
  Expectation,
  NameServer,
  PerspectiveReport,
  Report,
  ServerReport,
  ServerStatus,
  VerifierEvent,
} from '@domainproof/propagation-verifier';

/** One address of one name server: a column. */
export interface Column {
  host: string;
  address: string;
}

/** What is known of one value at one address. */
export interface Cell {
  status: ServerStatus;
  visibleAfterMs: number | null;
}

/** A name on the way from the record's name along CNAMEs to the record, and what its zone's servers say of it. */
export interface Hop {
  name: string;
  /** Undefined until the delegation is known. */
  zone?: string;
  /** By address. */
  cells: Map<string, Cell>;
}

/** One value that is waited for. */
export interface Row {
  name: string;
  type: string;
  value: string;
  visibleAfterMs?: number;
  /** The record's own name, then where CNAMEs have led. */
  hops: [Hop, ...Hop[]];
  /** By the perspective's name. */
  perspectives: Map<string, PerspectiveReport>;
}

/** A finding with the record that it is about. */
export interface TrackedFinding {
  record: Pick<Row, 'name' | 'type'>;
  finding: DiagnosedFinding;
}

/** What the matrix shows, fed by the verifier's events and at the end by its report. */
export class MatrixState {
  readonly rows: readonly Row[];
  /** Columns of each zone. */
  readonly columns = new Map<string, readonly Column[]>();
  readonly #byKey: ReadonlyMap<string, Row>;
  /** The newest last; one for each code of a record. */
  readonly #findings = new Map<string, TrackedFinding>();

  constructor(expectations: readonly Expectation[]) {
    const rows = expectations.map(({ name, type, value }): Row => {
      const full = toFqdn(name) as string;
      return {
        name: full,
        type,
        value: canonicalValue(type, [value].flat()[0] ?? ''),
        hops: [{ name: full, cells: new Map() }],
        perspectives: new Map(),
      };
    });
    // The same value asked for twice is one row.
    this.#byKey = new Map(rows.map((row) => [keyOf(row), row]));
    this.rows = [...this.#byKey.values()];
  }

  get findings(): readonly TrackedFinding[] {
    return [...this.#findings.values()];
  }

  apply(event: VerifierEvent): void {
    if (event.type === 'delegation') {
      this.#addColumns(event.zone, event.nameServers);
      for (const row of this.rows) if (row.name === event.name) hopAt(row, event.target).zone = event.zone;
      return;
    }
    const row = this.#byKey.get(keyOf({ name: event.name, type: event.recordType, value: event.value }));
    if (!row) return;
    if (event.type === 'visible') row.visibleAfterMs = event.elapsedMs;
    if (event.type === 'answer') this.#setCell(row, event.server);
    if (event.type === 'perspective') row.perspectives.set(event.perspective.name, event.perspective);
    if (event.type === 'finding') this.#addFinding(row, event.finding);
  }

  finish(report: Report): void {
    this.#findings.clear();
    for (const record of report.records) {
      const row = this.#byKey.get(keyOf(record));
      if (!row) continue;
      if (record.visible) row.visibleAfterMs ??= record.elapsedMs;
      for (const server of record.servers) this.#setCell(row, server);
      for (const perspective of record.perspectives) row.perspectives.set(perspective.name, perspective);
    }
  }

  #setCell(row: Row, { name, zone, address, status, visibleAfterMs }: ServerReport): void {
    const hop = hopAt(row, name);
    hop.zone ??= zone;
    hop.cells.set(address, { status, visibleAfterMs });
  }

  #addColumns(zone: string, nameServers: readonly NameServer[]): void {
    const columns = nameServers.flatMap(({ host, addresses }) =>
      addresses.map((address) => ({ host, address })),
    );
    this.columns.set(zone, columns);
  }

  #addFinding(row: Row, finding: DiagnosedFinding): void {
    const key = `${row.name} ${row.type} ${finding.code}`;
    this.#findings.delete(key);
    this.#findings.set(key, { record: row, finding });
  }
}

function hopAt(row: Row, name: string): Hop {
  const known = row.hops.find((hop) => hop.name === name);
  if (known) return known;
  const hop = { name, cells: new Map() };
  row.hops.push(hop);
  return hop;
}

function keyOf({ name, type, value }: { name: string; type: string; value: string }): string {
  return `${name} ${type} ${value}`;
}
