import { absoluteName, type Fqdn } from '@domainproof/core';
import type { DiagnosedFinding, Expectation, RecordReport, ServerReport } from '../types/index.js';
import { nameWithin, valuesOf, verifiableType } from '../waiting/expectation.js';
import type { Wanted } from '../waiting/match.js';

export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const LONGEST_LABEL = 63;
const LONGEST_NAME = 253;
const DOT = 46;
const HYPHEN = 45;
const UNDERSCORE = 95;

/** What is asked at one name, and what has come of it. */
export class BulkRecord implements Wanted {
  readonly expectation: Expectation;
  readonly name: Fqdn;
  readonly type: 'TXT' | 'CNAME';
  /** The zone that the caller named, or a deeper one that an answer led to. */
  hint: Fqdn | undefined;
  readonly values: readonly string[];
  readonly match: 'contains' | 'exactSet';
  /** The one text that an answer must hold, if that is all there is to compare. */
  readonly text: string | undefined;
  readonly startedAt: number;
  servers: Mutable<ServerReport>[] = [];
  /** Addresses whose answer is still missing. */
  open = 0;
  /** Answers to questions of an earlier round concern nobody. */
  round = 0;

  /** @throws DnsError `INVALID_NAME`, `INVALID_VALUE`; `UNSUPPORTED` for other types than TXT and CNAME. */
  constructor(expectation: Expectation, startedAt: number) {
    const { name, zone, match = 'contains' } = expectation;
    this.expectation = expectation;
    this.type = verifiableType(expectation);
    if (zone === undefined) {
      this.name = fullName(name);
      this.hint = undefined;
    } else ({ name: this.name, hint: this.hint } = nameWithin(name, zone));
    this.values = valuesOf(expectation, this.name);
    this.match = match;
    this.text =
      this.type === 'TXT' && match === 'contains' && this.values.length === 1 ? this.values[0] : undefined;
    this.startedAt = startedAt;
  }

  /** Needed for few names only, so made when it is. */
  get expected(): readonly Buffer[] {
    return this.values.map((value) => Buffer.from(value));
  }

  /** Forgets all answers, also those still to come. */
  startRound(): void {
    this.round += 1;
    this.servers = [];
    this.open = 0;
  }

  /** One line for an address that is to be asked. */
  addServer(zone: Fqdn, host: Fqdn, address: string): Mutable<ServerReport> {
    const server: Mutable<ServerReport> = {
      host,
      address,
      name: this.name,
      zone,
      status: 'unasked',
      values: NONE,
      rttMs: null,
      visibleAfterMs: null,
      questions: 0,
      history: NONE,
    };
    this.servers.push(server);
    this.open += 1;
    return server;
  }

  report(zone: Fqdn | null, now: number, findings: readonly DiagnosedFinding[]): RecordReport {
    const visible = this.#isVisible();
    return {
      name: this.name,
      type: this.type,
      value: this.values[0]!,
      values: this.values,
      zone,
      visible,
      verdict: visible ? 'visible' : this.servers.some(hasAnswered) ? 'pending' : 'unknown',
      elapsedMs: Math.round(now - this.startedAt),
      chain: NONE,
      servers: this.servers,
      perspectives: NONE,
      findings,
    };
  }

  /** Every address has it, those aside that cannot be reached from here; and at least one has. */
  #isVisible(): boolean {
    let visible = false;
    for (const { status } of this.servers) {
      if (status === 'visible') visible = true;
      else if (status !== 'no-route') return false;
    }
    return visible;
  }
}

const NONE: readonly never[] = [];

function hasAnswered({ status }: ServerReport): boolean {
  return status !== 'timeout' && status !== 'no-route';
}

function fullName(name: string): Fqdn {
  return isPlain(name) ? (`${name}.` as Fqdn) : absoluteName(name);
}

/** A full name as most are given: in lower case, without final dot. It needs no conversion, which costs more than the question. */
function isPlain(name: string): boolean {
  let labelStart = 0;
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    const isEdge = at === labelStart;
    if (code === DOT) {
      if (isEdge || at - labelStart > LONGEST_LABEL || name.charCodeAt(at - 1) === HYPHEN) return false;
      labelStart = at + 1;
    } else if (code === HYPHEN) {
      if (isEdge) return false;
    } else if (!isLetterOrDigit(code) && code !== UNDERSCORE) return false;
  }
  const last = name.length - labelStart;
  const endsWell = last > 0 && last <= LONGEST_LABEL && name.charCodeAt(name.length - 1) !== HYPHEN;
  return endsWell && labelStart > 0 && name.length <= LONGEST_NAME;
}

function isLetterOrDigit(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
}
