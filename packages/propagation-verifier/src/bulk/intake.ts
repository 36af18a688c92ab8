import type { Expectation } from '../types/index.js';

type Input =
  | { kind: 'sync'; iterator: Iterator<Expectation> }
  | { kind: 'async'; iterator: AsyncIterator<Expectation> };

export interface IntakeOptions {
  hasRoom: () => boolean;
  /** Throws for a bad name. May call `take` again before it returns. */
  accept: (expectation: Expectation) => void;
  /** Nothing more is taken until `take` is called again. */
  paused: () => void;
}

/** Takes names from the input of a run, one after the other, while there is room for them. */
export class Intake {
  readonly #input: Input;
  readonly #options: IntakeOptions;
  #isTaking = false;
  #isOver = false;
  #failure: { error: unknown } | undefined;

  constructor(expectations: Iterable<Expectation> | AsyncIterable<Expectation>, options: IntakeOptions) {
    this.#input =
      Symbol.asyncIterator in expectations
        ? { kind: 'async', iterator: expectations[Symbol.asyncIterator]() }
        : { kind: 'sync', iterator: expectations[Symbol.iterator]() };
    this.#options = options;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What the input has thrown, or why a name was not accepted. */
  get failure(): { error: unknown } | undefined {
    return this.#failure;
  }

  take(): void {
    if (this.#isTaking) return;
    this.#isTaking = true;
    while (!this.#isOver && this.#options.hasRoom()) {
      const { kind, iterator } = this.#input;
      try {
        if (kind === 'async') {
          iterator.next().then(this.#arrived, this.#failed);
          return;
        }
        this.#accept(iterator.next());
      } catch (error) {
        this.#fail(error);
      }
    }
    this.#isTaking = false;
    this.#options.paused();
  }

  /** Takes nothing more, and tells the input so. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { kind, iterator } = this.#input;
    if (kind === 'sync') iterator.return?.();
    else iterator.return?.().then(undefined, () => {});
  }

  readonly #arrived = (result: IteratorResult<Expectation>): void => {
    this.#isTaking = false;
    // Closed meanwhile.
    if (this.#isOver) return;
    try {
      this.#accept(result);
    } catch (error) {
      this.#fail(error);
    }
    this.take();
  };

  readonly #failed = (error: unknown): void => {
    this.#isTaking = false;
    this.#fail(error);
    this.#options.paused();
  };

  #accept(result: IteratorResult<Expectation>): void {
    if (result.done) {
      this.#isOver = true;
      return;
    }
    try {
      this.#options.accept(result.value);
    } catch (error) {
      // It is not to go on where nobody listens.
      this.close();
      throw error;
    }
  }

  #fail(error: unknown): void {
    this.#isOver = true;
    this.#failure = { error };
  }
}
