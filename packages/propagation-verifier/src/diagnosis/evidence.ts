import type { Outcome } from '../asking/exchange.js';
import type { Evidence } from '../types/index.js';
import type { Message, ResourceRecord } from '../wire/message.js';
import type { QueryOptions, Question } from '../wire/query.js';
import { plain } from './wording.js';

const MAX_ANSWER_CHARACTERS = 400;
const MAX_QUESTION_CHARACTERS = 320;
const MAX_SERVER_CHARACTERS = 320;
const MAX_RECORDS = 6;

/** One question and its answer, bounded and fit for a terminal. */
export function evidenceOf(
  server: string,
  question: Question,
  options: QueryOptions & { tcp?: boolean },
  outcome: Outcome,
  epochMs: number,
): Evidence {
  const special = [
    options.tcp && 'over TCP',
    options.edns === false && 'without EDNS',
    options.mixedCase === false && 'in lower case',
    options.dnssec && 'with DNSSEC',
    options.checkingDisabled && 'with checking disabled',
    options.clientSubnet && `client subnet ${options.clientSubnet}`,
  ].filter((part): part is string => typeof part === 'string');
  const asked = [`${plain(question.name, 255)} ${question.type}`, ...special].join(', ');
  return {
    server: plain(server, MAX_SERVER_CHARACTERS),
    question: plain(asked, MAX_QUESTION_CHARACTERS),
    answer: plain(inWords(outcome), MAX_ANSWER_CHARACTERS),
    at: new Date(epochMs).toISOString(),
  };
}

function inWords(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'answer':
      return `${messageInWords(outcome.message)}${outcome.via === 'tcp' ? ', over TCP' : ''}`;
    case 'truncated':
      return `${messageInWords(outcome.message)}, cut off at ${outcome.message.bytes} bytes, and no answer over TCP`;
    case 'case-lost':
      return `${messageInWords(outcome.message)}, with the question's letter case changed`;
    case 'malformed':
      return 'not a right DNS answer';
    case 'timeout':
      return 'no answer in time';
    case 'no-route':
      return 'no route from this machine';
  }
}

function messageInWords(message: Message): string {
  const { rcode, authoritative, edns, answers, authority } = message;
  const shown = answers.length > 0 ? answers : authority;
  const records = shown.slice(0, MAX_RECORDS).map(recordInWords);
  if (shown.length > MAX_RECORDS) records.push(`and ${shown.length - MAX_RECORDS} more`);
  const where = answers.length === 0 && records.length > 0 ? 'authority section: ' : '';
  const nsid = edns?.nsid ? [`NSID "${plain(edns.nsid.toString('latin1'))}"`] : [];
  const errors = (edns?.errors ?? [])
    .slice(0, 3)
    .map(({ code, text }) => `EDE ${code}${text === '' ? '' : ` (${plain(text)})`}`);
  const head = authoritative ? `${rcode} aa` : rcode;
  return [`${head}${records.length > 0 ? ` ${where}${records.join(', ')}` : ''}`, ...nsid, ...errors].join(
    '; ',
  );
}

function recordInWords(record: ResourceRecord): string {
  switch (record.type) {
    case 'TXT':
      return `"${plain(record.text.toString('utf8'))}" TTL ${record.ttl}`;
    case 'CNAME':
    case 'NS':
      return `${record.type} ${plain(record.target)} TTL ${record.ttl}`;
    case 'A':
    case 'AAAA':
      return record.address;
    case 'SOA':
      return `SOA ${plain(record.name)} serial ${record.serial} TTL ${record.ttl}`;
    case 'CAA':
      return `CAA ${record.critical ? 128 : 0} ${plain(record.tag)} "${plain(record.value)}"`;
    case 'DS':
      return `DS ${record.keyTag} algorithm ${record.algorithm}`;
    case 'DNSKEY':
      return `DNSKEY ${record.keyTag} algorithm ${record.algorithm}`;
    case 'RRSIG':
      return `RRSIG ${plain(record.covered)} by ${record.keyTag} from ${day(record.inception)} to ${day(record.expiration)}`;
  }
}

/** Seconds since 1970 as a date. */
function day(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().slice(0, 16);
}
