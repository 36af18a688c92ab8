import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from './backends/backend.js';
import type { Run } from './clients/client.js';
import { CHALLENGE, FOREIGN_VALUE } from './zone.js';

/** Milliseconds between two looks. */
const LOOK_MS = 200;
/** Between the looks of somebody who must not be late. */
const CLOSE_LOOK_MS = 20;

/** The sets of values that stand at the challenges' name until something has ended. */
export async function valuesUntil(ended: Promise<unknown>, backend: Backend): Promise<(readonly string[])[]> {
  const seen: (readonly string[])[] = [];
  let isOver = false;
  ended.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    seen.push(await backend.values(CHALLENGE));
    await sleep(LOOK_MS);
  }
  return seen;
}

/** Waits until a client has put a value beside the foreign one. @throws Error with what it printed, if it ends without */
export async function firstValue({ ended }: Run, backend: Backend): Promise<void> {
  let end: { output: string } | undefined;
  ended.then((ending) => {
    end = ending;
  });
  while (!(await backend.values(CHALLENGE)).some((value) => value !== FOREIGN_VALUE)) {
    if (end) throw new Error(`The client has ended: ${end.output}`);
    await sleep(CLOSE_LOOK_MS);
  }
}
