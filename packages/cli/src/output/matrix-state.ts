import { canonicalValue, toFqdn } from '@domainproof/core';
import type {
  Expectation,
  NameServer,
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

/** One value that is waited for. */
export interface Row {
  name: string;
  type: string;
  value: string;
  /** Undefined until the delegation is known. */
  zone?: string;
  visibleAfterMs?: number;
  /** By address. */
  cells: Map<string, Cell>;
}

/** What the matrix shows, fed by the verifier's events and at the end by its report. */
export class MatrixState {
  readonly rows: readonly Row[];
  /** Columns of each zone. */
  readonly columns = new Map<string, readonly Column[]>();
  readonly #byKey: ReadonlyMap<string, Row>;

  constructor(expectations: readonly Expectation[]) {
    const rows = expectations.map(({ name, type, value }) => ({
      name: toFqdn(name) as string,
      type,
      value: canonicalValue(type, [value].flat()[0] ?? ''),
      cells: new Map<string, Cell>(),
    }));
    // The same value asked for twice is one row.
    this.#byKey = new Map(rows.map((row) => [keyOf(row), row]));
    this.rows = [...this.#byKey.values()];
  }

  apply(event: VerifierEvent): void {
    if (event.type === 'delegation') {
      this.#addColumns(event.zone, event.nameServers);
      for (const row of this.rows) if (row.name === event.name) row.zone = event.zone;
      return;
    }
    const row = this.#byKey.get(keyOf({ name: event.name, type: event.recordType, value: event.value }));
    if (!row) return;
    if (event.type === 'visible') row.visibleAfterMs = event.elapsedMs;
    if (event.type === 'answer') this.#setCell(row, event.server);
  }

  finish(report: Report): void {
    for (const record of report.records) {
      const row = this.#byKey.get(keyOf(record));
      if (!row) continue;
      if (record.zone) row.zone = record.zone;
      if (record.visible) row.visibleAfterMs ??= record.elapsedMs;
      for (const server of record.servers) this.#setCell(row, server);
    }
  }

  #setCell(row: Row, { address, status, visibleAfterMs }: ServerReport): void {
    row.cells.set(address, { status, visibleAfterMs });
  }

  #addColumns(zone: string, nameServers: readonly NameServer[]): void {
    const columns = nameServers.flatMap(({ host, addresses }) =>
      addresses.map((address) => ({ host, address })),
    );
    this.columns.set(zone, columns);
  }
}

function keyOf({ name, type, value }: { name: string; type: string; value: string }): string {
  return `${name} ${type} ${value}`;
}
