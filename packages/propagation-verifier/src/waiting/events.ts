import { DnsError } from '@domainproof/core';
import type { VerifierEvent } from '../types/index.js';

/** Events that wait for a reader. Answers are many, and repeat each other, so they are lost first. */
const MAX_UNREAD = 10_000;

/** Events in their order, for one reader. What was told before the reader came is kept, up to a bound. */
export class EventQueue {
  #unread: VerifierEvent[] = [];
  #isOver = false;
  #isRead = false;
  #wake: (() => void) | undefined;

  push(event: VerifierEvent): void {
    if (this.#isOver) return;
    this.#unread.push(event);
    if (this.#unread.length > MAX_UNREAD) {
      const oldest = this.#unread.findIndex(({ type }) => type === 'answer');
      this.#unread.splice(Math.max(0, oldest), 1);
    }
    this.#wake?.();
  }

  /** No event follows; those that are unread can still be read. */
  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  /** @throws DnsError `UNSUPPORTED` for a second reader. */
  read(): AsyncIterator<VerifierEvent> {
    if (this.#isRead)
      throw new DnsError('UNSUPPORTED', 'The events of a run can be read once, by one reader.', {
        hint: 'Give each event on to all who need it.',
      });
    this.#isRead = true;
    return this.#events();
  }

  async *#events(): AsyncGenerator<VerifierEvent, undefined> {
    try {
      for (;;) {
        const events = this.#unread;
        this.#unread = [];
        yield* events;
        if (this.#unread.length > 0) continue;
        if (this.#isOver) return undefined;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      // A reader that leaves early wants no more, and nothing is kept for it.
      this.#isOver = true;
      this.#unread = [];
    }
  }
}
