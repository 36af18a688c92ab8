import { Fifo } from './fifo.js';

/** Systems allow 1,024 open files and more; an address may have two sockets, while its port changes, and two TCP connections. */
const MOST = 240;

export interface SocketHolder {
  open(): void;
  close(): void;
  /** Sends what may be sent by now. */
  pump(now: number): void;
}

/** Bounds how many addresses have open sockets at one time: who has nothing to ask gives way to who has. */
export class SocketBudget {
  readonly #busy = new Set<SocketHolder>();
  /** With an open socket and nothing to ask, the longest idle first. */
  readonly #idle = new Set<SocketHolder>();
  readonly #waiting = new Fifo<SocketHolder>();
  readonly #most: number;

  constructor(most = MOST) {
    this.#most = most;
  }

  /** Calls `open` now, or when another has become idle. */
  request(holder: SocketHolder): void {
    if (this.#busy.size + this.#idle.size >= this.#most) {
      const [idle] = this.#idle;
      if (!idle) {
        this.#waiting.push(holder);
        return;
      }
      this.release(idle);
    }
    this.#busy.add(holder);
    holder.open();
  }

  busy(holder: SocketHolder): void {
    this.#idle.delete(holder);
    this.#busy.add(holder);
  }

  idle(holder: SocketHolder): void {
    this.#busy.delete(holder);
    this.#idle.add(holder);
    const next = this.#waiting.shift();
    if (!next) return;
    this.release(holder);
    this.#busy.add(next);
    next.open();
  }

  /** Closes the sockets of a holder that is idle. */
  release(holder: SocketHolder): void {
    if (this.#idle.delete(holder)) holder.close();
  }

  pump(now: number): void {
    for (const holder of this.#busy) holder.pump(now);
  }

  closeAll(): void {
    for (const holder of [...this.#busy, ...this.#idle]) holder.close();
    this.#busy.clear();
    this.#idle.clear();
  }
}
