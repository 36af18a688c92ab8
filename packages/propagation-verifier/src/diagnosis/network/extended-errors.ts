import type { ExtendedError, Message } from '../../wire/message.js';
import { plain } from '../wording.js';

/** Codes by their place in the list: RFC 8914 section 4 up to 24, and what IANA has registered since. */
const PURPOSES = [
  'other error',
  'unsupported DNSKEY algorithm',
  'unsupported DS digest type',
  'stale answer',
  'forged answer',
  'DNSSEC indeterminate',
  'DNSSEC bogus',
  'signature expired',
  'signature not yet valid',
  'DNSKEY missing',
  'RRSIGs missing',
  'no zone key bit set',
  'NSEC missing',
  'cached error',
  'not ready',
  'blocked',
  'censored',
  'filtered',
  'prohibited',
  'stale NXDOMAIN answer',
  'not authoritative',
  'not supported',
  'no reachable authority',
  'network error',
  'invalid data',
  'signature expired before it became valid',
  'too early',
  'unsupported NSEC3 iterations',
  'unable to conform to policy',
  'synthesized',
  'invalid query type',
];

const MAX_ERRORS = 4;
const MAX_TEXT_CHARACTERS = 160;

/** The extended errors of an answer in words: `signature expired (7): "text of the server"`. Bounded, without control characters. */
export function extendedErrorsOf(message: Message): string[] {
  return (message.edns?.errors ?? []).slice(0, MAX_ERRORS).map(inWords);
}

function inWords({ code, text }: ExtendedError): string {
  const purpose = `${PURPOSES[code] ?? 'extended error'} (${code})`;
  return text === '' ? purpose : `${purpose}: "${plain(text, MAX_TEXT_CHARACTERS)}"`;
}
