import { randomFillSync } from 'node:crypto';

const WORDS = 4_096;
const pool = new Uint32Array(WORDS);
let at = WORDS;

/** 32 bits of the system's source of random numbers, which is asked for 16 KiB at a time. */
export function randomWord(): number {
  if (at === WORDS) {
    randomFillSync(pool);
    at = 0;
  }
  return pool[at++]!;
}
