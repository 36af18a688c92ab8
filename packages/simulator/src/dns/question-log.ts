import type { Question } from './wire.js';

/** A DNS question that a server of the simulator received. */
export interface SimulatedQuestion {
  /** `resolver`, or the host name of the name server, absolute: `ns1.alidns.com.` */
  server: string;
  /** IP address of the server. */
  address: string;
  /** Absolute, in lower case. */
  name: string;
  /** `TXT`, `NS`, … */
  type: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** Questions kept; the older half goes when it is full, so that a simulator can run for months. */
const CAPACITY = 200_000;

/** The questions that all servers received, in order. */
export class QuestionLog {
  readonly #entries: SimulatedQuestion[] = [];

  get entries(): readonly SimulatedQuestion[] {
    return this.#entries;
  }

  add(server: string, address: string, { key, type }: Question): void {
    if (this.#entries.length === CAPACITY) this.#entries.splice(0, CAPACITY / 2);
    this.#entries.push({ server, address, name: key, type, at: Date.now() });
  }
}
