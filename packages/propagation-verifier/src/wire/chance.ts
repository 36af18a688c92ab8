import { randomFillSync } from 'node:crypto';

/** Drawn in blocks, since each draw from the system costs far more than its octets. */
const block = Buffer.alloc(4_096);
const WORD_OCTETS = 4;
let used = block.length;

/** An octet from the system's source of random numbers; none is given twice. */
export function randomOctet(): number {
  draw(1);
  return block[used++]!;
}

/** 32 bits, likewise. */
export function randomWord(): number {
  draw(WORD_OCTETS);
  const word = block.readUInt32LE(used);
  used += WORD_OCTETS;
  return word;
}

function draw(octets: number): void {
  if (used + octets <= block.length) return;
  randomFillSync(block);
  used = 0;
}
