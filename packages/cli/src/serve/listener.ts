import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type AccessLog, entryOf } from './access-log.js';
import { type Answer, errorAnswer, Refusal, send } from './answer.js';
import { discardBody, receiveText } from './body.js';
import { Connections } from './connections.js';
import type { Limits } from './limits.js';
import { refuseMalformed } from './malformed.js';
import type { Visit } from './routes.js';

/** How often connections are looked at for their time limits, in milliseconds. */
const CHECK_MS = 500;

export interface ListenerOptions {
  token: string;
  authenticate(header: string | undefined): void;
  /** Answers a request; rejects with `Refusal`. */
  route(visit: Visit): Promise<Answer>;
  isStopping(): boolean;
  log: AccessLog;
  /** Told of what should not happen. @returns what the client is told */
  unexpected(error: unknown): Answer;
  limits: Limits;
}

/** The HTTP server, which does not listen yet: every request within its bounds gets an answer and a line in the access log. */
export function createListener(options: ListenerOptions): Server {
  const { limits } = options;
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headerMs,
    // The body has a limit of its own, which is answered with words; this one is for what slips through.
    requestTimeout: limits.headerMs + limits.requestMs + 2 * CHECK_MS,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(CHECK_MS, limits.headerMs / 2),
    noDelay: true,
  });
  server.maxRequestsPerSocket = limits.requestsPerConnection;
  const connections = new Connections(server, limits);
  const onRequest = (request: IncomingMessage, response: ServerResponse) =>
    void handle(request, response, options, connections);
  server.on('request', onRequest);
  // Without a listener of ours Node would ask for the body before the token is looked at.
  server.on('checkContinue', onRequest);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (connections.awaitsAnswer(socket)) socket.destroy();
    else refuseMalformed(error, socket, options.log);
  });
  return server;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { token, authenticate, route, isStopping, log, unexpected, limits }: ListenerOptions,
  connections: Connections,
): Promise<void> {
  const arrival = { remote: request.socket.remoteAddress ?? '', startedAt: performance.now() };
  const closed = connections.open(request.socket);
  response.on('close', closed).on('error', () => {});
  const waitsToContinue = /^100-continue$/i.test(request.headers.expect ?? '');
  let received: Promise<string> | undefined;
  const visit: Visit = {
    request,
    authenticate() {
      authenticate(request.headers.authorization);
      connections.admit(request.socket);
    },
    receive() {
      if (waitsToContinue) response.writeContinue();
      received = receiveText(request, limits.requestMs);
      return received;
    },
  };
  const answer = await route(visit).catch((error) =>
    error instanceof Refusal ? refused(error) : unexpected(error),
  );
  if (!received) discardBody(request, limits.requestMs);
  // A client that was not told to go on may or may not send its body: what follows cannot be told apart.
  send(response, answer, isStopping() || answer.status === 408 || (waitsToContinue && !received));
  log(entryOf(request, answer, arrival, token));
}

function refused({ status, error, headers }: Refusal): Answer {
  return errorAnswer(status, error, headers);
}
