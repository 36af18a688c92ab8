import type { IncomingMessage } from 'node:http';
import { pathOf } from './access-log.js';
import { type Answer, Refusal } from './answer.js';
import { checkBodyHeaders } from './body.js';
import { cleanup, type Desk, type Handler, present } from './challenge-requests.js';
import type { UnderWay } from './under-way.js';

/** lego puts these at the end of the path of `HTTPREQ_ENDPOINT`. */
const HANDLERS: Readonly<Record<string, Handler>> = { '/present': present, '/cleanup': cleanup };

/** A request, and how the listener helps with it. */
export interface Visit {
  request: IncomingMessage;
  /** @throws Refusal 401 unless the request shows the token */
  authenticate(): void;
  /** Receives the body. To be called once, when it is wanted. */
  receive(): Promise<string>;
}

/** What the routes know of their server. */
export interface Reception {
  desk: Desk;
  underWay: UnderWay;
  maxUnderWay: number;
  isStopping(): boolean;
}

/** @throws Refusal */
export async function route(
  visit: Visit,
  { desk, underWay, maxUnderWay, isStopping }: Reception,
): Promise<Answer> {
  const { request } = visit;
  const path = pathOf(request);
  if (path === '/healthz') return health(request, isStopping());
  // Before anything else, so that strangers learn nothing.
  visit.authenticate();
  const handler = Object.hasOwn(HANDLERS, path) ? HANDLERS[path] : undefined;
  if (!handler)
    throw new Refusal(404, {
      code: 'NOT_FOUND',
      message: 'There are POST /present, POST /cleanup and GET /healthz.',
      hint: 'lego puts /present and /cleanup behind the path of HTTPREQ_ENDPOINT: it needs none. A proxy in front must strip its prefix.',
    });
  checkMethod(request, ['POST']);
  if (isStopping()) throw unavailable('STOPPING', 'The server is stopping.');
  if (underWay.size >= maxUnderWay)
    throw unavailable('OVERLOADED', `${maxUnderWay} requests are worked on already.`);
  checkBodyHeaders(request);
  return underWay.run(async (task) => handler(await visit.receive(), desk, task));
}

/** That the process runs and takes requests. It asks nobody: monitors may call it every second. */
function health(request: IncomingMessage, isStopping: boolean): Answer {
  checkMethod(request, ['GET', 'HEAD']);
  const status = isStopping ? 'stopping' : 'ok';
  return { status: isStopping ? 503 : 200, body: { status }, outcome: status };
}

function checkMethod({ method = '' }: IncomingMessage, allowed: readonly string[]): void {
  if (!allowed.includes(method))
    throw new Refusal(
      405,
      { code: 'METHOD_NOT_ALLOWED', message: `This path takes ${allowed.join(' and ')}.` },
      { Allow: allowed.join(', ') },
    );
}

function unavailable(code: string, message: string): Refusal {
  return new Refusal(503, { code, message, hint: 'Try again in some seconds.' }, { 'Retry-After': '5' });
}
