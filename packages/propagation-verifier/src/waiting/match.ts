import type { Outcome } from '../asking/exchange.js';
import type { ServerStatus } from '../types/index.js';
import type { Message } from '../wire/message.js';
import type { Question } from '../wire/query.js';

/** Bounds on what a server can put into reports and on terminals. */
const MAX_SHOWN_VALUES = 20;
const MAX_SHOWN_CHARACTERS = 512;

/** What an outcome says about a name, whatever value is expected there. */
export interface Reading {
  status: Exclude<ServerStatus, 'visible' | 'unasked'>;
  /** Values of the asked type, as bytes. Only answers with authority have any. */
  found: readonly Buffer[];
  /** Values for people: bounded, without control characters. */
  shown: readonly string[];
}

/** Reads the answer of an authoritative server to a TXT or CNAME question. */
export function readOutcome(outcome: Outcome, question: Question): Reading {
  if (outcome.kind === 'truncated' || outcome.kind === 'case-lost') return failed('timeout');
  if (outcome.kind !== 'answer') return failed(outcome.kind);
  const { message } = outcome;
  if (message.rcode === 'SERVFAIL') return failed('servfail');
  if (message.rcode === 'REFUSED' || message.rcode === 'NOTIMP') return failed('refused');
  if (message.rcode === 'NOTAUTH') return failed('not-authoritative');
  if (message.rcode !== 'NOERROR' && message.rcode !== 'NXDOMAIN') return failed('malformed');
  if (!message.authoritative) return failed('not-authoritative');
  return readValues(message, question);
}

/** The status for one expected value: equal to any one record, byte by byte. */
export function statusFor(reading: Reading, expected: Buffer): Reading['status'] | 'visible' {
  return reading.found.some((value) => value.equals(expected)) ? 'visible' : reading.status;
}

function readValues(message: Message, { name, type }: Question): Reading {
  const own = message.answers.filter((record) => record.name === name);
  const texts = own.flatMap((record) => (record.type === 'TXT' ? [record.text] : []));
  const targets = own.flatMap((record) => (record.type === 'CNAME' ? [Buffer.from(record.target)] : []));
  const found = type === 'TXT' ? texts : targets;
  if (found.length > 0)
    return { status: 'different', found, shown: found.slice(0, MAX_SHOWN_VALUES).map(show) };
  // Where a CNAME stands no other type does (RFC 1034 section 3.6.2).
  if (targets.length > 0) return { status: 'cname', found: [], shown: targets.slice(0, 1).map(show) };
  return { status: 'absent', found: [], shown: [] };
}

function failed(status: Reading['status']): Reading {
  return { status, found: [], shown: [] };
}

/** Control characters as in zone files (`\027`), so that no server can write to an operator's terminal. */
function show(value: Buffer): string {
  const text = value.toString('utf8');
  const cut = text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS - 1)}…` : text;
  return cut.replace(/\p{Cc}/gu, (character) => `\\${`${character.charCodeAt(0)}`.padStart(3, '0')}`);
}
