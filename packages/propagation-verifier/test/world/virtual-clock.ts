// What a verifier loads with its first question is loaded before: virtual time passes faster than that.
import '../../src/verification.js';
import type { Clock } from '../../src/clock.js';

interface Sleeper {
  due: number;
  wake: () => void;
}

/** Time that passes only when everybody sleeps: hours of polling take milliseconds, and always the same way. */
export class VirtualClock implements Clock {
  #now = 0;
  readonly #epochMs = Date.UTC(2026, 5, 1);
  readonly #sleepers: Sleeper[] = [];

  now(): number {
    return this.#now;
  }

  epochMs(): number {
    return this.#epochMs + this.#now;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const sleeper = { due: this.#now + Math.max(0, ms), wake: () => {} };
      const onAbort = () => {
        this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
        reject(signal.reason);
      };
      sleeper.wake = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      this.#sleepers.push(sleeper);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Runs something at a moment. */
  at(ms: number, work: () => void): void {
    this.#sleepers.push({ due: ms, wake: work });
  }

  /** Lets time pass until the work is done. Fails if it waits for something that no time brings. */
  async run<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const finish = () => {
      isDone = true;
    };
    work.then(finish, finish);
    for (;;) {
      // Promises and streams settle in a few turns of the event loop.
      for (let turn = 0; turn < 4 && !isDone; turn += 1) await new Promise(setImmediate);
      if (isDone) return work;
      const next = this.#earliest();
      if (!next) throw new Error(`Nothing is left to wait for at ${this.#now} ms.`);
      this.#now = Math.max(this.#now, next.due);
      next.wake();
    }
  }

  #earliest(): Sleeper | undefined {
    let first = 0;
    for (let index = 1; index < this.#sleepers.length; index += 1)
      if (this.#sleepers[index]!.due < this.#sleepers[first]!.due) first = index;
    return this.#sleepers.splice(first, 1)[0];
  }
}
