/** Changes that may go on side by side, and some that have to be alone. */
export class Gate {
  readonly #going = new Set<Promise<unknown>>();
  /** Resolved when nobody is alone, or waits to be. */
  #open: Promise<unknown> = Promise.resolve();

  async together<T>(work: () => Promise<T>): Promise<T> {
    for (let open: unknown; open !== this.#open; await open) open = this.#open;
    const change = work();
    this.#going.add(change);
    try {
      return await change;
    } finally {
      this.#going.delete(change);
    }
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#open.then(async () => {
      await Promise.allSettled(this.#going);
      return work();
    });
    this.#open = done.catch(() => {});
    return done;
  }
}
