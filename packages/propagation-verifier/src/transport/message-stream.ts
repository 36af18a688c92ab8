const LENGTH_OCTETS = 2;

/** Cuts what comes over TCP into messages: each has its length before it, which bounds it to 64 KiB. */
export class MessageStream {
  #chunks: Buffer[] = [];
  #octets = 0;
  #needed = LENGTH_OCTETS;

  /** True if a message has begun and is not whole. */
  get isWithinMessage(): boolean {
    return this.#octets > 0;
  }

  /** The messages that the chunk completes. */
  *take(chunk: Buffer): Generator<Buffer> {
    this.#chunks.push(chunk);
    this.#octets += chunk.length;
    // Chunks are joined once for each message, so that a server that sends octet by octet costs no more.
    while (this.#octets >= this.#needed) {
      const received = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
      const end = LENGTH_OCTETS + received.readUInt16BE(0);
      if (received.length < end) {
        this.#chunks = [received];
        this.#needed = end;
        return;
      }
      const rest = received.subarray(end);
      this.#chunks = rest.length > 0 ? [rest] : [];
      this.#octets = rest.length;
      this.#needed = LENGTH_OCTETS;
      yield received.subarray(LENGTH_OCTETS, end);
    }
  }
}
