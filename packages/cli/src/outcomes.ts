import {
  type ClientEvent,
  type DesiredRecord,
  type DnsError,
  isDnsError,
  type Lease,
} from '@domainproof/core';
import { FailuresError } from './errors.js';

type Key = Pick<DesiredRecord, 'name' | 'type' | 'value' | 'line'>;

/** What became of each record while many were written or taken away together, from the engine's events. */
export class Outcomes {
  readonly #leases = new Map<string, Lease>();
  readonly #failures = new Map<string, DnsError>();

  apply(event: ClientEvent): void {
    if (event.type === 'ensured') this.#leases.set(keyOf(event.lease), event.lease);
    if (event.type === 'failed')
      for (const value of event.values) this.#failures.set(keyOf({ ...event.key, value }), event.error);
  }

  /** The lease of a record that is written. */
  lease(record: Key): Lease | undefined {
    return this.#leases.get(keyOf(record));
  }

  /** Every failure once, in the order of the records; the error itself if none of them was told, or if it is an interruption. */
  failure(records: readonly Key[], error: unknown): unknown {
    if (isDnsError(error, 'ABORTED')) return error;
    const found = new Set(
      records.map((record) => this.#failures.get(keyOf(record))).filter((failure) => failure !== undefined),
    );
    const [first, ...others] = found;
    if (first === undefined) return error;
    return others.length > 0 ? new FailuresError([first, ...others]) : first;
  }
}

function keyOf({ name, type, value, line = 'default' }: Key): string {
  return JSON.stringify([name, type, line, value]);
}
