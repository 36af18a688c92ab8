/** A question that is under way: settled once, by an answer, its time or its signal. */
export class Waiting<T> {
  readonly promise: Promise<T>;
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort: () => void;
  readonly #release: () => void;
  #resolve!: (result: T) => void;
  #isOver = false;

  /** `late` gives the result when the time is over; `release` is called first of all, whatever the end. */
  constructor(timeoutMs: number, signal: AbortSignal, late: () => T, release: () => void) {
    this.#signal = signal;
    this.#release = release;
    let reject!: (reason: unknown) => void;
    this.promise = new Promise((onResolve, onReject) => {
      this.#resolve = onResolve;
      reject = onReject;
    });
    this.#onAbort = () => {
      if (this.#end()) reject(signal.reason);
    };
    this.#timer = setTimeout(() => this.settle(late()), timeoutMs);
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  settle(result: T): void {
    if (this.#end()) this.#resolve(result);
  }

  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#release();
    return true;
  }
}
