import { isIPv6 } from 'node:net';
import type { Outcome } from '../asking/exchange.js';
import type { DiagnosedFinding, Evidence } from '../types/index.js';
import type { Heard, Hop, Post } from './hop.js';
import { show } from './match.js';

const MAX_ANSWER_CHARACTERS = 300;

/** Two answers of one address that contradict each other. */
export function inconsistency(
  hop: Hop,
  post: Post,
  type: string,
  answers: readonly [Heard, Heard],
): DiagnosedFinding {
  return {
    code: 'ANYCAST_INCONSISTENT',
    severity: 'warning',
    message: `${serverOf(post)} has shown the record and then not: several machines answer at this address, and not all of them have it.`,
    remedy: `Wait: such machines get a change one after the other. The address is believed after ${post.standing.needed} answers in a row that hold the record. If it lasts, report it to the operator of the server.`,
    evidence: answers.map((heard) => evidenceOf(hop, post, type, heard)),
  };
}

export function rateLimit(hop: Hop, post: Post, type: string, heard: Heard): DiagnosedFinding {
  return {
    code: 'RATE_LIMITED',
    severity: 'info',
    message: `${serverOf(post)} limits how often it is asked: after good answers it refuses, stays silent or cuts short over UDP. This is not a zone fault.`,
    remedy:
      'Nothing has to be repaired. The address is asked less often and over TCP, so a change is noticed later there.',
    evidence: [evidenceOf(hop, post, type, heard)],
  };
}

function evidenceOf(hop: Hop, post: Post, type: string, { outcome, epochMs }: Heard): Evidence {
  return {
    server: serverOf(post),
    question: `${hop.name} ${type}`,
    answer: answerOf(outcome, hop.name),
    at: new Date(epochMs).toISOString(),
  };
}

function serverOf({ host, address }: Post): string {
  return `${host.slice(0, -1)} (${isIPv6(address) ? `[${address}]` : address})`;
}

function answerOf(outcome: Outcome, name: string): string {
  if (outcome.kind !== 'answer') return outcome.kind === 'timeout' ? 'no answer' : outcome.kind;
  const { message, via } = outcome;
  const values = message.answers.flatMap((record) => {
    if (record.name !== name) return [];
    if (record.type === 'TXT') return [`"${show(record.text)}"`];
    return record.type === 'CNAME' ? [`CNAME ${show(Buffer.from(record.target))}`] : [];
  });
  const nsid = message.edns?.nsid;
  const text = [
    message.rcode,
    ...(message.authoritative ? ['aa'] : []),
    ...values,
    ...(via === 'tcp' ? ['over TCP'] : []),
    ...(nsid?.length ? [`from ${show(nsid)}`] : []),
  ].join(' ');
  return text.length > MAX_ANSWER_CHARACTERS ? `${text.slice(0, MAX_ANSWER_CHARACTERS - 1)}…` : text;
}
