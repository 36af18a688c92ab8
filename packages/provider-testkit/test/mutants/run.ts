import { setTimeout as delay } from 'node:timers/promises';

export interface Recorded {
  name: string;
  run: () => Promise<void>;
}

/** Milliseconds until a test of a mutant counts as hanging, and so as failed. */
const PATIENCE_MS = 60_000;
/** What a test failed with that did not end. */
export const HANGS = 'hangs';
/** Tests that run side by side; they mostly wait. */
const AT_ONCE = 32;

/** Runs tests, and gives those that fail, each with what it failed with. */
export async function failing(tests: readonly Recorded[]): Promise<Map<string, unknown>> {
  const failed = new Map<string, unknown>();
  const waiting = [...tests];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const failure = await failureOf(next);
        if (failure !== undefined) failed.set(next.name, failure);
      }
    }),
  );
  return failed;
}

async function failureOf({ run }: Recorded): Promise<unknown> {
  const clock = new AbortController();
  const hangs = delay(PATIENCE_MS, HANGS, { signal: clock.signal }).catch(() => undefined);
  const ends = run().then(
    () => undefined,
    (error: unknown) => error,
  );
  const failure = await Promise.race([ends, hangs]);
  clock.abort();
  return failure;
}
