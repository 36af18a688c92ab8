import type { Fqdn } from '@domainproof/core';
import { randomWord } from '../wire/chance.js';
import { CLASS_IN, TYPE } from '../wire/codes.js';

const HEADER_BYTES = 12;
/** OPT with 1,232 bytes of UDP payload, version 0 and no options. */
const OPT = [0, 0, TYPE.OPT, 1_232 >> 8, 1_232 & 0xff, 0, 0, 0, 0, 0, 0] as const;
const DOT = 46;

/** The longest name, its type and class, and the OPT record. */
export const MAX_QUERY_BYTES = HEADER_BYTES + 255 + 4 + OPT.length;

/** Bytes from the end of the question to the end of the query. */
export const BYTES_AFTER_QUESTION = OPT.length;

/**
 * Writes a question without recursion, with random letter case (0x20), over what the buffer held.
 * Returns how many bytes it takes from `start`. Beside `encodeQuery`, since that one makes a buffer for each question.
 */
export function writeQuery(
  bytes: Uint8Array,
  start: number,
  id: number,
  name: Fqdn,
  type: 'TXT' | 'CNAME',
): number {
  bytes.fill(0, start, start + HEADER_BYTES);
  bytes[start] = id >> 8;
  bytes[start + 1] = id & 0xff;
  bytes[start + 5] = 1;
  bytes[start + 11] = 1;
  let at = writeName(bytes, start + HEADER_BYTES, name);
  bytes[at] = 0;
  bytes[at + 1] = TYPE[type];
  bytes[at + 2] = 0;
  bytes[at + 3] = CLASS_IN;
  at += 4;
  for (let index = 0; index < OPT.length; index += 1) bytes[at + index] = OPT[index]!;
  return at + OPT.length - start;
}

/** Returns the place after the name. `Fqdn` has checked the lengths of the labels and of the whole. */
function writeName(bytes: Uint8Array, start: number, name: Fqdn): number {
  let lengthAt = start;
  let at = start + 1;
  let bits = 0;
  for (let index = 0; index < name.length; index += 1) {
    if (index % 32 === 0) bits = randomWord();
    const code = name.charCodeAt(index);
    if (code === DOT) {
      bytes[lengthAt] = at - lengthAt - 1;
      lengthAt = at;
    } else {
      const isLetter = code >= 0x61 && code <= 0x7a;
      bytes[at] = isLetter ? code ^ ((bits & 1) << 5) : code;
    }
    bits >>>= 1;
    at += 1;
  }
  bytes[lengthAt] = 0;
  return lengthAt + 1;
}
