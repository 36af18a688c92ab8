import { setImmediate } from 'node:timers/promises';
import type { BackendCall, Fault } from '../../src/index.js';

/** What the reference clouds answer when they refuse something. */
export type Refusal =
  | 'Denied'
  | 'NotFound'
  | 'Duplicate'
  | 'Conflict'
  | 'Full'
  | 'BadValue'
  | 'BadTtl'
  | 'Busy'
  | 'Throttled'
  | 'Internal';

export class BackendError extends Error {
  readonly code: Refusal;

  constructor(code: Refusal) {
    super(`the backend answered ${code}`);
    this.code = code;
  }
}

export interface StoredZone {
  id: string;
  name: string;
}

export interface Page<T> {
  items: T[];
  total: number;
}

/** Most entries on a page. */
export const PAGE_SIZE = 5;
/** What the account's holder knows, and what somebody else tries. */
export const SECRETS = { right: 'right-secret-of-the-test', wrong: 'wrong-secret-of-the-test' } as const;

/** What both reference clouds have in common: an account, its zones, requests that fail on demand, and a resolver beside them. */
export class Backend {
  readonly calls: BackendCall[] = [];
  readonly resolverQuestions: string[] = [];
  readonly zones: StoredZone[] = [];
  readonly #faults: Fault[] = [];
  #lastId = 0;

  newId(): string {
    this.#lastId += 1;
    return `id-${this.#lastId}`;
  }

  addZone(name: string): StoredZone {
    const zone = { id: this.newId(), name: `${name}.` };
    this.zones.push(zone);
    return zone;
  }

  zone(id: string): StoredZone {
    const zone = this.zones.find((candidate) => candidate.id === id);
    if (!zone) throw new BackendError('NotFound');
    return zone;
  }

  fail(fault: Fault): void {
    this.#faults.push({ ...fault });
  }

  /** Asks the recursive resolver beside the backend, which remembers that it was asked. */
  lookUp(name: string): void {
    this.resolverQuestions.push(name);
  }

  /** One request over a network that may lose it. What goes in and out is a copy. */
  async request<T>(operation: string, write: boolean, secret: string, act: () => T): Promise<T> {
    await setImmediate();
    this.calls.push({ operation, write });
    if (secret !== SECRETS.right) throw new BackendError('Denied');
    const fault = this.#due(write);
    if (!fault) return structuredClone(act());
    const broken = ['truncated', 'hang', 'reset', 'empty', 'html'].includes(fault.kind);
    if (fault.afterCommit || (broken && !write)) act();
    return this.#play(fault);
  }

  listZones(keyWord: string, number: number): Page<StoredZone> {
    return page(this.zones.filter(({ name }) => name.includes(keyWord)).reverse(), number);
  }

  #due(write: boolean): Fault | undefined {
    for (const fault of this.#faults) {
      if ((fault.afterCommit || fault.kind === 'busy') && !write) continue;
      if (fault.skip > 0) {
        fault.skip -= 1;
        continue;
      }
      this.#faults.splice(this.#faults.indexOf(fault), 1);
      return fault;
    }
    return undefined;
  }

  #play({ kind }: Fault): never | Promise<never> {
    switch (kind) {
      case 'hang':
        return new Promise(() => {});
      case 'reset':
        throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
      case 'truncated':
      case 'empty':
        throw new SyntaxError('Unexpected end of JSON input');
      case 'html':
        throw new SyntaxError('Unexpected token < in JSON at position 0');
      case 'internal-error':
        throw new BackendError('Internal');
      case 'throttle':
        throw new BackendError('Throttled');
      case 'busy':
        throw new BackendError('Busy');
    }
  }
}

/** Newest first, pages counted from 1. */
export function page<T>(items: readonly T[], number: number): Page<T> {
  return { items: items.slice((number - 1) * PAGE_SIZE, number * PAGE_SIZE), total: items.length };
}

/** On one line of one name, a CNAME stands alone. */
export function excludes(left: string, right: string): boolean {
  return left !== right && (left === 'CNAME' || right === 'CNAME');
}
