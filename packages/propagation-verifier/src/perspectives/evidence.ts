import type { Outcome } from '../asking/exchange.js';
import { extendedErrorsOf } from '../diagnosis/network/extended-errors.js';
import { printable } from '../printable.js';
import type { Evidence } from '../types/index.js';
import type { Message } from '../wire/message.js';
import type { Question } from '../wire/query.js';

const MAX_VALUES = 4;
const MAX_VALUE_CHARACTERS = 80;

/** What a resolver said to a question for a TXT or CNAME. */
export function resolverEvidence(
  server: string,
  { name, type }: Question,
  outcome: Outcome,
  { timeoutMs, epochMs }: { timeoutMs: number; epochMs: number },
): Evidence {
  return {
    server: printable(server, 256),
    question: `${name} ${type}`,
    answer: inWords(outcome, timeoutMs),
    at: new Date(epochMs).toISOString(),
  };
}

function inWords(outcome: Outcome, timeoutMs: number): string {
  switch (outcome.kind) {
    case 'answer':
      return [contentOf(outcome.message), ...extendedErrorsOf(outcome.message)].join(', ');
    case 'malformed':
      return 'something that is not a right DNS answer';
    case 'no-route':
      return 'this machine has no route to it';
    default:
      return `no answer in ${timeoutMs} ms`;
  }
}

function contentOf({ rcode, answers, authority }: Message): string {
  const values = answers.flatMap((record) => {
    if (record.type === 'TXT') return [`"${printable(record.text.toString('utf8'), MAX_VALUE_CHARACTERS)}"`];
    return record.type === 'CNAME' ? [`CNAME ${printable(record.target, MAX_VALUE_CHARACTERS)}`] : [];
  });
  const soa = authority.find((record) => record.type === 'SOA');
  const told = [rcode, ...values.slice(0, MAX_VALUES)];
  if (values.length > MAX_VALUES) told.push(`and ${values.length - MAX_VALUES} more`);
  if (answers[0]) told.push(`TTL ${answers[0].ttl}`);
  else if (soa) told.push(`SOA ${printable(soa.name, MAX_VALUE_CHARACTERS)} TTL ${soa.ttl}`);
  return told.join(' ');
}
