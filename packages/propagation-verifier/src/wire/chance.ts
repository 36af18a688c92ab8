import { randomFillSync } from 'node:crypto';

/** Drawn in blocks, since each draw from the system costs far more than its octets. */
const block = Buffer.alloc(4_096);
let used = block.length;

/** An octet from the system's source of random numbers; none is given twice. */
export function randomOctet(): number {
  if (used === block.length) {
    randomFillSync(block);
    used = 0;
  }
  return block[used++]!;
}
