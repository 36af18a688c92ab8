import { type ClientEvent, type DesiredRecord, DnsError, isDnsError, type Lease } from '@domainproof/core';
import type { Challenges, Presented } from '../challenges/challenges.js';
import { formatDuration } from '../duration.js';
import type { Task } from './under-way.js';

/** A record that is written, and that not every name server showed before the time was over. */
export interface Late {
  lease: Lease;
  report?: undefined;
}

/** A record that is being presented. */
interface Presenting {
  callers: number;
  /** Since it is written. */
  lease?: Lease;
}

/**
 * Challenges whose callers get an answer within a time, which counts from the call: clients hang up after some seconds. What was begun goes on.
 */
export class TimelyChallenges {
  readonly #challenges: Challenges;
  readonly #timeoutMs: number;
  readonly #presenting = new Map<string, Presenting>();

  constructor(challenges: Challenges, timeoutMs: number) {
    this.#challenges = challenges;
    this.#timeoutMs = timeoutMs;
  }

  /** To be told of what the engine does: so it is known at the end of the time whether a record is written. */
  apply(event: ClientEvent): void {
    if (event.type !== 'ensured') return;
    const presenting = this.#presenting.get(keyOf(event.lease));
    if (presenting) presenting.lease = event.lease;
  }

  /** @throws DnsError if it cannot be written; `TIMEOUT` if it is not written in time; `ABORTED` if the server stops before it is */
  async present(record: DesiredRecord, task: Task): Promise<Presented | Late> {
    const key = keyOf(record);
    const presenting = this.#presenting.get(key) ?? { callers: 0 };
    presenting.callers += 1;
    this.#presenting.set(key, presenting);
    const work = this.#challenges.present(record, task.signal).finally(() => {
      presenting.callers -= 1;
      if (presenting.callers === 0) this.#presenting.delete(key);
    });
    try {
      return await this.#inTime(work, task, 'The record is not written yet.');
    } catch (error) {
      const isOver = isDnsError(error, 'TIMEOUT') || isDnsError(error, 'ABORTED');
      if (isOver && presenting.lease) return { lease: presenting.lease };
      throw error;
    }
  }

  /** @throws DnsError; `TIMEOUT` if the value is not gone in time */
  cleanup(record: DesiredRecord, task: Task): ReturnType<Challenges['cleanup']> {
    return this.#inTime(
      this.#challenges.cleanup(record, task.signal),
      task,
      'The value is not taken away yet.',
    );
  }

  close(): Promise<void> {
    return this.#challenges.close();
  }

  async #inTime<T>(work: Promise<T>, task: Task, unfinished: string): Promise<T> {
    task.holdFor(work);
    const timeoutMs = this.#timeoutMs;
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const message = `${unfinished} ${formatDuration(timeoutMs)} are over; the work goes on.`;
        reject(new DnsError('TIMEOUT', message, { hint: 'See --timeout in the documentation of serve.' }));
      }, timeoutMs);
    });
    try {
      return await Promise.race([work, over]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function keyOf({ name, value }: Pick<DesiredRecord, 'name' | 'value'>): string {
  return `${name} ${value}`;
}
