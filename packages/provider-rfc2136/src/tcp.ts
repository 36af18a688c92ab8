import { connect, type Socket } from 'node:net';
import type { ServerAddress } from './server-address.js';

/*
 * Every request goes over TCP, which each name server offers (RFC 7766 section 5): a change is carried out once at the most, since
 * nothing is sent again; nobody off the path can forge an answer; and no message is too large.
 */

/** Why no answer came. */
export class NoAnswer extends Error {
  constructor(
    readonly reason: 'unreachable' | 'broken' | 'timeout' | 'aborted',
    /** True if the server may have got the request. */
    readonly isSent: boolean,
    /** Node's error code, or what happened. */
    readonly detail: string,
  ) {
    super(detail);
  }
}

export interface Limits {
  /** Not fired yet. */
  signal: AbortSignal;
  /** Milliseconds, connecting included. */
  timeoutMs: number;
}

/**
 * Sends one message and waits for the one that answers it; others on the same connection are passed over.
 *
 * @param isAnswer whether a message is what was waited for
 * @throws NoAnswer
 */
export function askOverTcp(
  { host, port }: ServerAddress,
  packet: Buffer,
  isAnswer: (message: Buffer) => boolean,
  { signal, timeoutMs }: Limits,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let isSent = false;
    const socket: Socket = connect({ host, port, noDelay: true });
    const end = (outcome: Buffer | NoAnswer) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      if (outcome instanceof NoAnswer) reject(outcome);
      else resolve(outcome);
    };
    const onAbort = () => end(new NoAnswer('aborted', isSent, 'aborted'));
    const timer = setTimeout(
      () => end(new NoAnswer('timeout', isSent, `no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    signal.addEventListener('abort', onAbort, { once: true });
    const frames = new Frames();
    socket.on('connect', () => {
      isSent = true;
      socket.write(Buffer.concat([Buffer.from([packet.length >> 8, packet.length & 0xff]), packet]));
    });
    socket.on('data', (chunk) => {
      for (const message of frames.push(chunk)) if (isAnswer(message)) return end(message);
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      end(new NoAnswer(isSent ? 'broken' : 'unreachable', isSent, error.code ?? error.message)),
    );
    socket.on('close', () => end(new NoAnswer('broken', isSent, 'the server closed it')));
  });
}

/** Messages out of a stream: each has its length before it (RFC 1035 section 4.2.2). Nothing is copied before a message is complete. */
class Frames {
  #chunks: Buffer[] = [];
  #length = 0;
  /** Octets that must be there for the next step. */
  #wanted = 2;

  *push(chunk: Buffer): Generator<Buffer> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (this.#length >= this.#wanted) {
      const bytes = Buffer.concat(this.#chunks);
      const end = 2 + bytes.readUInt16BE(0);
      const isWhole = bytes.length >= end;
      this.#chunks = [isWhole ? bytes.subarray(end) : bytes];
      this.#length = this.#chunks[0]!.length;
      this.#wanted = isWhole ? 2 : end;
      if (isWhole) yield bytes.subarray(2, end);
    }
  }
}
