import type { Outcome } from '../asking/exchange.js';
import { printable } from '../printable.js';
import type { ServerStatus } from '../types/index.js';
import type { Message } from '../wire/message.js';
import type { Question } from '../wire/query.js';

/** Bounds on what a server can put into reports and on terminals. */
const MAX_SHOWN_VALUES = 20;
const MAX_SHOWN_CHARACTERS = 512;

/** What an outcome says about a name, whatever values are expected there. */
export interface Reading {
  status: Exclude<ServerStatus, 'visible' | 'partial' | 'extra' | 'unasked'>;
  /** The server serves the zone: it answered as its authority, or would have if the answer had come whole. */
  serves: boolean;
  /** Values of the asked type, as bytes. Only answers with authority have any. */
  found: readonly Buffer[];
  /** Values for people: bounded, without control characters. */
  shown: readonly string[];
  /** Target of the one CNAME that stands where a TXT was asked for. */
  alias: string | undefined;
}

/** What is to be at a name. */
export interface Wanted {
  expected: readonly Buffer[];
  match: 'contains' | 'exactSet';
}

/** Reads the answer of an authoritative server to a TXT or CNAME question. */
export function readOutcome(outcome: Outcome, question: Question): Reading {
  if (outcome.kind === 'truncated' || outcome.kind === 'case-lost')
    return { ...failed('timeout'), serves: isServed(outcome.message) };
  if (outcome.kind !== 'answer') return failed(outcome.kind);
  const { message } = outcome;
  if (message.rcode === 'SERVFAIL') return failed('servfail');
  if (message.rcode === 'REFUSED' || message.rcode === 'NOTIMP') return failed('refused');
  if (message.rcode === 'NOTAUTH') return failed('not-authoritative');
  if (message.rcode !== 'NOERROR' && message.rcode !== 'NXDOMAIN') return failed('malformed');
  if (!message.authoritative) return failed('not-authoritative');
  return readValues(message, question);
}

/** The status for what one record expects; each value equal to one record of the answer, byte by byte. */
export function statusFor(reading: Reading, { expected, match }: Wanted): ServerStatus {
  const { found, status } = reading;
  const isThere = (value: Buffer, values: readonly Buffer[]) => values.some((other) => other.equals(value));
  const present = expected.filter((value) => isThere(value, found));
  if (present.length === 0) return status;
  if (present.length < expected.length) return 'partial';
  if (match === 'exactSet' && !found.every((value) => isThere(value, expected))) return 'extra';
  return 'visible';
}

/** A value that cannot write to an operator's terminal. */
function show(value: Buffer): string {
  return printable(value.toString('utf8'), MAX_SHOWN_CHARACTERS);
}

function readValues(message: Message, { name, type }: Question): Reading {
  const own = message.answers.filter((record) => record.name === name);
  const texts = own.flatMap((record) => (record.type === 'TXT' ? [record.text] : []));
  const targets = own.flatMap((record) => (record.type === 'CNAME' ? [record.target] : []));
  const found = type === 'TXT' ? texts : targets.map((target) => Buffer.from(target));
  if (found.length > 0) return served('different', found);
  // Where a CNAME stands no other type does (RFC 1034 section 3.6.2), and no second CNAME (RFC 2181 section 10.1).
  if (targets.length > 0) {
    const [alias] = targets;
    const isOne = new Set(targets).size === 1;
    return {
      ...served(
        'cname',
        targets.map((target) => Buffer.from(target)),
      ),
      found: [],
      alias: isOne ? alias : undefined,
    };
  }
  return served('absent', []);
}

function served(status: Reading['status'], found: readonly Buffer[]): Reading {
  return { status, serves: true, found, shown: found.slice(0, MAX_SHOWN_VALUES).map(show), alias: undefined };
}

function failed(status: Reading['status']): Reading {
  return { status, serves: false, found: [], shown: [], alias: undefined };
}

function isServed({ authoritative, rcode }: Message): boolean {
  return authoritative && (rcode === 'NOERROR' || rcode === 'NXDOMAIN');
}
