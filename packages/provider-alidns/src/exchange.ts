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
  readonly #operation: string;
  #request?: ClientRequest;
  #response?: IncomingMessage;
  /** Requests that a client makes for its credentials before the one that counts. */
  readonly #others = new Set<ClientRequest>();
  #isCancelled = false;
  #cancelledBeforeSent = false;

  /** @param operation the action of the request that counts */
  constructor(operation: string) {
    this.#operation = operation;
  }

  /** Runs `work`; the requests that it makes belong to this exchange. */
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

  /** Scheme and host that the request goes to. */
  get origin(): string | undefined {
    return this.#request && `${this.#request.protocol}//${this.#request.getHeader('host')}`;
  }

  /** True if it is certain that the server got nothing of the request: no connection had come about. */
  get neverSent(): boolean {
    if (this.#cancelledBeforeSent) return true;
    // A client whose requests Node does not tell of may have sent anything.
    if (!this.#request) return this.#others.size > 0;
    const { socket } = this.#request;
    return !socket || socket.connecting;
  }

  /** Ends the request and its connection, so that nothing keeps the process alive. */
  cancel(reason = new Error('cancelled')): void {
    this.#isCancelled = true;
    this.#cancelledBeforeSent = this.neverSent; // A destroyed socket does not tell any more.
    const stream = this.#response ?? this.#request;
    if (stream) end(stream, reason);
    for (const request of this.#others) end(request, reason);
  }

  /** Called by the watcher only. */
  began(request: ClientRequest): void {
    if (this.#isCancelled) {
      end(request, new Error('cancelled'));
      return;
    }
    if (actionOf(request) !== this.#operation) {
      this.#others.add(request);
      request.once('close', () => this.#others.delete(request));
      return;
    }
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

/** The client may have stopped listening, or not begun yet: an unheard 'error' event would end the process. */
function end(stream: ClientRequest | IncomingMessage, reason: Error): void {
  stream.on('error', () => {});
  stream.destroy(reason);
}

/** The action is a header with the newer signature and a parameter with the older one. */
function actionOf(request: ClientRequest): unknown {
  return (
    request.getHeader('x-acs-action') ?? new URL(request.path, 'http://localhost').searchParams.get('Action')
  );
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
