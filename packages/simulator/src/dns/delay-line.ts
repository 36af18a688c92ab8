/** Runs changes in the order in which they came, each the same time after it came. */
export class DelayLine {
  readonly #delayMs: number;
  readonly #waiting: { due: number; change: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  /** With a delay of 0 the change has run when this returns. */
  push(change: () => void): void {
    if (this.#delayMs === 0) {
      change();
      return;
    }
    this.#waiting.push({ due: performance.now() + this.#delayMs, change });
    if (!this.#timer) this.#arm();
  }

  /** Forgets what has not run. */
  close(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  #arm(): void {
    const next = this.#waiting[0];
    if (!next) {
      this.#timer = undefined;
      return;
    }
    this.#timer = setTimeout(() => this.#run(), Math.max(1, next.due - performance.now()));
    this.#timer.unref();
  }

  #run(): void {
    const now = performance.now();
    while (this.#waiting[0] && this.#waiting[0].due <= now) this.#waiting.shift()!.change();
    this.#arm();
  }
}
