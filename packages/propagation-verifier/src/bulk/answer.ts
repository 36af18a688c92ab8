import { CLASS_IN, TYPE } from '../wire/codes.js';
import type { Query } from '../wire/query.js';

const HEADER_BYTES = 12;
/** Pointer to the name of the question. */
const QUESTION_NAME = 0xc00c;
const FIXED_RECORD_BYTES = 10;

/**
 * Whether a packet is the authoritative answer to exactly this query, and its only answer a TXT record whose strings, joined,
 * are `text`. What records after it hold is not looked at. False also means "cannot be told here": such a packet is to be read in
 * full by `decodeMessage`, which makes objects of every record, too slow for each of many names.
 */
export function isExactly(query: Query, packet: Uint8Array, text: string): boolean {
  const { bytes, questionEnd } = query;
  const length = packet.length;
  if (length < questionEnd + 2 + FIXED_RECORD_BYTES) return false;
  // A response to a standard query, authoritative, not truncated, without error; one question and one answer.
  if ((packet[2]! & 0xfe) !== 0x84 || (packet[3]! & 0x0f) !== 0) return false;
  if (word(packet, 4) !== 1 || word(packet, 6) !== 1) return false;
  if (packet[0] !== bytes[0] || packet[1] !== bytes[1]) return false;
  for (let at = HEADER_BYTES; at < questionEnd; at += 1) if (packet[at] !== bytes[at]) return false;
  if (word(packet, questionEnd) !== QUESTION_NAME) return false;
  const fixed = questionEnd + 2;
  if (word(packet, fixed) !== TYPE.TXT || word(packet, fixed + 2) !== CLASS_IN) return false;
  const start = fixed + FIXED_RECORD_BYTES;
  const end = start + word(packet, fixed + 8);
  return end <= length && isText(packet, start, end, text) && isSoundFrom(packet, end);
}

/** Compares character strings with ASCII text; other text is left to the full reading. */
function isText(packet: Uint8Array, start: number, end: number, text: string): boolean {
  let at = start;
  let seen = 0;
  while (at < end) {
    const stringEnd = at + 1 + packet[at]!;
    if (stringEnd > end) return false;
    for (at += 1; at < stringEnd; at += 1, seen += 1) {
      const byte = packet[at]!;
      if (byte > 0x7f || text.charCodeAt(seen) !== byte) return false;
    }
  }
  return seen === text.length && end > start;
}

/** The records after the answer end where the packet does, and none of them is an OPT with an extended error code. */
function isSoundFrom(packet: Uint8Array, start: number): boolean {
  let at = start;
  for (let left = word(packet, 8) + word(packet, 10); left > 0; left -= 1) {
    const fixed = nameEnd(packet, at);
    if (fixed + FIXED_RECORD_BYTES > packet.length) return false;
    if (word(packet, fixed) === TYPE.OPT && packet[fixed + 4] !== 0) return false;
    at = fixed + FIXED_RECORD_BYTES + word(packet, fixed + 8);
  }
  return at === packet.length;
}

/** The place after a name, which is not followed through its pointer. */
function nameEnd(packet: Uint8Array, start: number): number {
  let at = start;
  while (at < packet.length) {
    const length = packet[at]!;
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    at += 1 + length;
  }
  return at;
}

function word(packet: Uint8Array, at: number): number {
  return (packet[at]! << 8) | packet[at + 1]!;
}
