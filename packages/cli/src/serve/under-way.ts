import { setTimeout as sleep } from 'node:timers/promises';

/** One request's work. */
export interface Task {
  /** Aborted when the server may not wait any longer. */
  signal: AbortSignal;
  /** The work goes on until this has settled, also if the request is answered before. */
  holdFor(work: Promise<unknown>): void;
}

/** The work that requests began. */
export class UnderWay {
  readonly #running = new Map<AbortController, Promise<unknown>>();

  get size(): number {
    return this.#running.size;
  }

  async run<T>(work: (task: Task) => Promise<T>): Promise<T> {
    // One for each: signals that are made of a long-lived one stay with it.
    const controller = new AbortController();
    const held: Promise<unknown>[] = [];
    const answer = work({ signal: controller.signal, holdFor: (more) => held.push(more) });
    const end = Promise.allSettled([answer])
      .then(() => Promise.allSettled(held))
      .then(() => this.#running.delete(controller));
    this.#running.set(controller, end);
    return answer;
  }

  /** Resolved when all is done, or after `graceMs`. @returns whether all is done */
  async end(graceMs: number): Promise<boolean> {
    const timer = new AbortController();
    const done = Promise.all(this.#running.values()).then(() => true);
    const isDone = await Promise.race([done, sleep(graceMs, false, { signal: timer.signal })]);
    timer.abort();
    return isDone;
  }

  /** Ends the waiting of all. */
  cut(): void {
    for (const controller of this.#running.keys()) controller.abort();
  }
}
