import { abortError } from '../errors.js';
import type { Unlock } from './journal.js';

/** First come, first served, for each key by itself; within one process. */
export class KeyedMutex {
  readonly #tails = new Map<string, Promise<void>>();

  /** @throws DnsError `ABORTED` or `TIMEOUT` if the signal fires while waiting; the place in the queue is given up then. */
  async lock(key: string, signal: AbortSignal): Promise<Unlock> {
    const before = this.#tails.get(key);
    let free!: () => void;
    const held = new Promise<void>((resolve) => {
      free = resolve;
    });
    const tail = (before ?? Promise.resolve()).then(() => held);
    this.#tails.set(key, tail);
    // Not before those in front are done: who gave up its place is the last in the queue all the same.
    tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    const unlock = async (): Promise<void> => free();
    try {
      if (signal.aborted) throw abortError(signal);
      if (before) await waitFor(before, signal);
      return unlock;
    } catch (error) {
      await unlock();
      throw error;
    }
  }
}

function waitFor(turn: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abortError(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    turn.then(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}
