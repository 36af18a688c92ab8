import { DnsError } from '@domainproof/core';
import type { BulkOptions, Expectation, RecordReport } from '../types/index.js';
import type { BulkContext, BulkRun } from './run.js';

/**
 * Half of what NSD allows one network by default (`rrl-ratelimit`, 200 a second), so that a stream of names does not make a
 * server of somebody else drop the answers of everybody in our network.
 */
const MAX_PER_SECOND = 100;

/** See `Verifier.verifyMany`. Nothing is read from the input, and no socket opened, before the first report is asked for. */
export function verifyMany(
  load: () => Promise<BulkContext>,
  expectations: Iterable<Expectation> | AsyncIterable<Expectation>,
  options: BulkOptions = {},
): AsyncIterable<RecordReport> {
  const { maxPerSecond = MAX_PER_SECOND, signal } = options;
  if (!(maxPerSecond > 0))
    throw new DnsError(
      'INVALID_VALUE',
      `The option "maxPerSecond" is ${String(maxPerSecond)}, and takes a number above 0, or Infinity.`,
    );
  const start = async () => {
    const [context, { BulkRun }] = await Promise.all([load(), import('./run.js')]);
    return new BulkRun(context, expectations, maxPerSecond, signal);
  };
  return { [Symbol.asyncIterator]: () => new LateRun(start) };
}

const OVER = { value: undefined, done: true } as const;

/** A run whose code is loaded with the first report that is asked for. */
class LateRun implements AsyncIterator<RecordReport, undefined> {
  readonly #start: () => Promise<BulkRun>;
  #starting: Promise<BulkRun> | undefined;
  #run: BulkRun | undefined;
  #isOver = false;

  constructor(start: () => Promise<BulkRun>) {
    this.#start = start;
  }

  next(): Promise<IteratorResult<RecordReport, undefined>> {
    return this.#run ? this.#run.next() : this.#first();
  }

  async return(): Promise<IteratorResult<RecordReport, undefined>> {
    this.#isOver = true;
    await (await this.#starting)?.return();
    return OVER;
  }

  async #first(): Promise<IteratorResult<RecordReport, undefined>> {
    if (this.#isOver) return OVER;
    this.#starting ??= this.#start();
    this.#run = await this.#starting;
    return this.#run.next();
  }
}
