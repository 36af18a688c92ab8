import { setMaxListeners } from 'node:events';

export interface ChildSignal {
  readonly signal: AbortSignal;
  /** Ends the work below this signal, not the parent's. */
  abort(reason?: unknown): void;
  /** To be called when the work is over, so that the parent forgets this child. */
  release(): void;
}

/** A signal that fires with its parents and can be fired alone. */
export function childSignal(...parents: readonly (AbortSignal | undefined)[]): ChildSignal {
  const controller = new AbortController();
  // Every question under way listens, which is no leak.
  setMaxListeners(0, controller.signal);
  const undo: (() => void)[] = [];
  for (const parent of parents) {
    if (!parent) continue;
    const onAbort = () => controller.abort(parent.reason);
    if (parent.aborted) onAbort();
    parent.addEventListener('abort', onAbort, { once: true });
    undo.push(() => parent.removeEventListener('abort', onAbort));
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => {
      for (const step of undo) step();
    },
  };
}

/** The result of work that others may own; rejects with the signal's reason as soon as it fires, and the work goes on. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
