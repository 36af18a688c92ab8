import type { Outcome } from '../asking/exchange.js';
import { extendedErrorsOf } from '../diagnosis/network/extended-errors.js';
import { printable } from '../printable.js';
import type { PerspectiveReport } from '../types/index.js';
import type { Message, ResourceRecord } from '../wire/message.js';

/** A record as resolvers are asked for it. */
export interface SoughtRecord {
  /** Absolute, in lower case. */
  name: string;
  type: 'TXT' | 'CNAME';
  /** Canonical. */
  values: readonly string[];
  match: 'contains' | 'exactSet';
}

/** What the answer of a caching resolver says of a record. */
export interface ResolverReading {
  status: PerspectiveReport['status'];
  /** For people: bounded, without control characters. */
  values: readonly string[];
  /** Milliseconds that a negative or old answer stays in the resolver's cache; null if nothing is cached against us. */
  clearsInMs: number | null;
  /** In words. */
  extendedErrors: readonly string[];
}

/** Bounds on what a resolver can put into reports and on terminals. */
const MAX_SHOWN_VALUES = 20;
const MAX_SHOWN_CHARACTERS = 512;
/** A resolver follows no more CNAMEs either. */
const MAX_CHAIN = 16;

/** Reads the answer of a recursive resolver, which has followed the CNAMEs itself. */
export function readResolver(outcome: Outcome, record: SoughtRecord): ResolverReading {
  if (outcome.kind === 'truncated' || outcome.kind === 'case-lost') return failed('timeout');
  if (outcome.kind !== 'answer') return failed(outcome.kind);
  const { message } = outcome;
  const extendedErrors = extendedErrorsOf(message);
  switch (message.rcode) {
    case 'NOERROR':
    case 'NXDOMAIN':
      return { ...readContent(message, record), extendedErrors };
    case 'SERVFAIL':
      return { ...failed('servfail'), extendedErrors };
    case 'REFUSED':
    case 'NOTIMP':
    case 'NOTAUTH':
      return { ...failed('refused'), extendedErrors };
    default:
      return { ...failed('malformed'), extendedErrors };
  }
}

function readContent(message: Message, record: SoughtRecord): Omit<ResolverReading, 'extendedErrors'> {
  const { chain, end } = follow(message.answers, record);
  const found = message.answers.filter(({ name, type }) => name === end && type === record.type);
  const data = found.map(bytesOf);
  const status = statusOf(data, record);
  if (status === 'visible') return { status, values: shown(data), clearsInMs: null };
  // An answer changes as soon as one of the records that it is made of runs out.
  const ttls = [...chain, ...found].map(({ ttl }) => ttl);
  if (found.length === 0) ttls.push(...negativeTtl(message));
  const clearsInMs = ttls.length > 0 ? Math.min(...ttls) * 1_000 : null;
  return { status, values: shown(data), clearsInMs };
}

/** The CNAMEs from the record's name on, and the name that they end at. */
function follow(
  answers: readonly ResourceRecord[],
  { name, type }: SoughtRecord,
): { chain: ResourceRecord[]; end: string } {
  const chain: ResourceRecord[] = [];
  let end = name;
  while (type !== 'CNAME' && chain.length < MAX_CHAIN) {
    const link = answers.find((answer) => answer.type === 'CNAME' && answer.name === end);
    if (link?.type !== 'CNAME') break;
    chain.push(link);
    end = link.target;
  }
  return { chain, end };
}

/** How long "absent" is kept (RFC 2308 section 5): the SOA record's TTL as received, which counts down in a cache, and no longer than its minimum. */
function negativeTtl({ authority }: Message): number[] {
  return authority.flatMap((record) => (record.type === 'SOA' ? [Math.min(record.ttl, record.minimum)] : []));
}

/** How the values at a name compare with those that are expected there. */
export function statusOf(
  found: readonly Buffer[],
  { values, match }: Pick<SoughtRecord, 'values' | 'match'>,
): 'visible' | 'absent' | 'different' | 'partial' | 'extra' {
  if (found.length === 0) return 'absent';
  const expected = values.map((value) => Buffer.from(value));
  const present = expected.filter((value) => found.some((other) => other.equals(value)));
  if (present.length === 0) return 'different';
  if (present.length < expected.length) return 'partial';
  const hasOthers = found.some((value) => !expected.some((other) => other.equals(value)));
  return match === 'exactSet' && hasOthers ? 'extra' : 'visible';
}

function bytesOf(record: ResourceRecord): Buffer {
  if (record.type === 'TXT') return record.text;
  return Buffer.from(record.type === 'CNAME' ? record.target : '');
}

function shown(found: readonly Buffer[]): string[] {
  return found
    .slice(0, MAX_SHOWN_VALUES)
    .map((value) => printable(value.toString('utf8'), MAX_SHOWN_CHARACTERS));
}

function failed(status: ResolverReading['status']): ResolverReading {
  return { status, values: [], clearsInMs: null, extendedErrors: [] };
}
