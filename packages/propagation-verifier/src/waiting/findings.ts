import { evidenceOf } from '../diagnosis/evidence.js';
import { finding } from '../diagnosis/finding.js';
import { hostAndAddress } from '../diagnosis/wording.js';
import type { DiagnosedFinding } from '../types/index.js';
import type { Question } from '../wire/query.js';
import type { Heard, Post } from './hop.js';

/** Two answers of one address that contradict each other. */
export function inconsistency(
  post: Post,
  question: Question,
  answers: readonly [Heard, Heard],
): DiagnosedFinding {
  return finding(
    'ANYCAST_INCONSISTENT',
    `${serverOf(post)} has shown the record and then not: several machines answer at this address, and not all of them have it. It is believed after ${post.standing.needed} answers in a row that hold the record.`,
    answers.map((heard) => observed(post, question, heard)),
  );
}

export function rateLimit(post: Post, question: Question, heard: Heard): DiagnosedFinding {
  return finding(
    'RATE_LIMITED',
    `${serverOf(post)} limits how often it is asked: after good answers it refuses, stays silent or cuts short over UDP. This is not a zone fault.`,
    [observed(post, question, heard)],
    {
      remedy:
        'Nothing has to be repaired. The address is asked less often and over TCP, so a change is noticed later there.',
    },
  );
}

function observed(post: Post, question: Question, { outcome, epochMs }: Heard) {
  return { evidence: evidenceOf(serverOf(post), question, {}, outcome, epochMs) };
}

function serverOf({ host, address }: Post): string {
  return hostAndAddress(host, address);
}
