import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BackendCall, Fault } from '@domainproof/provider-testkit';
import { isWrite, OPERATIONS, type Operation } from '../src/operations.js';
import { type Backend, type BackendRequest, Refused } from './backend.js';

export const TOKENS = { right: 'right-token-of-the-test', wrong: 'wrong-token-of-the-test' } as const;

/** The backend behind HTTP on loopback, so that what breaks in a test breaks as it does on a network. */
export class BackendServer {
  readonly calls: BackendCall[] = [];
  readonly #backend: Backend;
  readonly #faults: Fault[] = [];
  readonly #server: Server;

  private constructor(backend: Backend) {
    this.#backend = backend;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(backend: Backend): Promise<BackendServer> {
    const started = new BackendServer(backend);
    await once(started.#server.listen(0, '127.0.0.1'), 'listening');
    return started;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Plays a failure on a later request, once. */
  fail(fault: Fault): void {
    this.#faults.push({ ...fault });
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await parse(incoming);
    const write = isWrite(request.operation);
    this.calls.push({ operation: request.operation, write });
    if (incoming.headers.authorization !== `Bearer ${TOKENS.right}`) {
      send(response, 401, { code: 'invalid_token', message: 'The token is not valid.' });
      return;
    }
    const fault = this.#due(write);
    const carriesOut = !fault || fault.afterCommit || (fault.kind === 'truncated' && !write);
    const [status, body] = carriesOut ? this.#act(request) : [200, {}];
    if (fault) play(fault, response, body);
    else send(response, status, body);
  }

  #act(request: BackendRequest): [status: number, body: object] {
    try {
      return [200, this.#backend.act(request)];
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return [error.status, { code: error.code, message: error.message }];
    }
  }

  #due(write: boolean): Fault | undefined {
    for (const fault of this.#faults) {
      if ((fault.afterCommit || fault.kind === 'busy') && !write) continue;
      if (fault.skip > 0) {
        fault.skip -= 1;
        continue;
      }
      this.#faults.splice(this.#faults.indexOf(fault), 1);
      return fault;
    }
    return undefined;
  }
}

async function parse(incoming: IncomingMessage): Promise<BackendRequest> {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://localhost');
  const [, , zone = '', , record = ''] = pathname.split('/').map(decodeURIComponent);
  const shape = pathname.split('/').length;
  const [operation] = Object.entries(OPERATIONS).find(
    ([, { method, path }]) => method === incoming.method && path.split('/').length === shape,
  ) as [Operation, unknown];
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return {
    operation,
    zone,
    record,
    search: searchParams.get('search') ?? '',
    page: Number(searchParams.get('page') ?? 1),
    body: JSON.parse(Buffer.concat(chunks).toString() || '{}'),
  };
}

/** VENDOR: the service's own "internal error", "too many requests" and "another change is still running". */
function play({ kind }: Fault, response: ServerResponse, body: object): void {
  switch (kind) {
    case 'hang':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'truncated': {
      const text = JSON.stringify(body);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
      response.write(text.slice(0, text.length / 2), () => response.socket?.end());
      return;
    }
    case 'empty':
      response.writeHead(200).end();
      return;
    case 'html':
      response.writeHead(502, { 'content-type': 'text/html' }).end('<html><h1>Bad Gateway</h1></html>');
      return;
    case 'internal-error':
      send(response, 500, { code: 'internal', message: 'Something went wrong.' });
      return;
    case 'throttle':
      send(response, 429, { code: 'too_many_requests', message: 'Not so fast.' });
      return;
    case 'busy':
      send(response, 409, { code: 'zone_busy', message: 'Another change is still running.' });
      return;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
