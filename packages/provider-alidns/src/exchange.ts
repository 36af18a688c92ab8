import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';

/** A page of 500 records stays far below this many bytes. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

const current = new AsyncLocalStorage<Exchange>();
let watching = false;

/**
 * Sees the HTTP request that the vendor's client makes, which the client itself does not give out: it can neither
 * abort a request, nor bound an answer, nor tell status and headers of a failed one. Node tells of every request that starts
 * in the process, and the asynchronous context says which of them is ours.
 */
export class Exchange {
  #request?: ClientRequest;
  #response?: IncomingMessage;
  #cancelledBeforeSent = false;

  /** Runs `work`; the request that it makes belongs to this exchange. */
  run<T>(work: () => Promise<T>): Promise<T> {
    watch();
    return current.run(this, work);
  }

  get httpStatus(): number | undefined {
    return this.#response?.statusCode;
  }

  header(name: string): string | undefined {
    const value = this.#response?.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  /** True if it is certain that the server got nothing of the request: no connection had come about. */
  get neverSent(): boolean {
    if (!this.#request || this.#cancelledBeforeSent) return this.#cancelledBeforeSent;
    const { socket } = this.#request;
    return !socket || socket.connecting;
  }

  /** Ends the request and its connection, so that nothing keeps the process alive. */
  cancel(reason = new Error('cancelled')): void {
    this.#cancelledBeforeSent = this.neverSent; // A destroyed socket does not tell any more.
    const stream = this.#response ?? this.#request;
    // The client may have stopped listening, or not begun yet: an unheard 'error' event would end the process.
    stream?.on('error', () => {});
    stream?.destroy(reason);
  }

  /** Called by the watcher only. */
  began(request: ClientRequest): void {
    this.#request = request;
    request.once('response', (response) => this.#answered(response));
  }

  #answered(response: IncomingMessage): void {
    this.#response = response;
    let bytes = 0;
    // The client listens to the answer a little later; a listener for data before it would take the first bytes away.
    response.once('resume', () => {
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) this.cancel(new AnswerTooLarge());
      });
    });
  }
}

/** The server sends more than any true answer holds. */
export class AnswerTooLarge extends Error {}

function watch(): void {
  if (watching) return;
  watching = true;
  subscribe('http.client.request.start', (message) => {
    current.getStore()?.began((message as { request: ClientRequest }).request);
  });
}
