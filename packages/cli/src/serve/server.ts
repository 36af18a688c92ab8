import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../errors.js';
import type { Output } from '../output/output.js';
import { count } from '../output/record-text.js';
import { accessLog } from './access-log.js';
import { errorAnswer } from './answer.js';
import { authenticator } from './authentication.js';
import type { Desk } from './challenge-requests.js';
import { GRACE_MS, LIMITS, type Limits } from './limits.js';
import { type ListenAddress, urlOf } from './listen-address.js';
import { createListener } from './listener.js';
import { route } from './routes.js';
import { UnderWay } from './under-way.js';

/** After the grace time, what was cut has this long to give its answer, and answers to get out, in milliseconds. */
const LAST_WORDS_MS = 500;

export interface ServeOptions {
  listen: ListenAddress;
  token: string;
  desk: Desk & { output: Output };
  /** Default `LIMITS`. */
  limits?: Partial<Limits>;
  /** Default `GRACE_MS`. */
  graceMs?: number;
}

/** A server that listens. */
export interface RunningServer {
  url: string;
  /**
   * Lets what is under way come to its end. Until then the port stays open, so that monitors and clients are told (503) that it stops.
   * Never rejects.
   */
  stop(): Promise<void>;
}

/** @throws UsageError if the address cannot be listened on */
export async function startServer({
  listen,
  token,
  desk,
  limits: given,
  graceMs = GRACE_MS,
}: ServeOptions): Promise<RunningServer> {
  const { output, challenges } = desk;
  const limits = { ...LIMITS, ...given };
  const underWay = new UnderWay();
  let stopping = false;
  const isStopping = () => stopping;
  const reception = { desk, underWay, maxUnderWay: limits.underWay, isStopping };
  const server = createListener({
    token,
    authenticate: authenticator(token),
    route: (visit) => route(visit, reception),
    isStopping,
    log: accessLog(output),
    unexpected(error) {
      const { code, message } = output.tellFailure(error).json;
      return errorAnswer(500, { code, message });
    },
    limits,
  });
  server.listen({ host: listen.host, port: listen.port });
  await once(server, 'listening').catch((error) => Promise.reject(cannotListen(listen, error)));
  // A connection that cannot be accepted (too many open files) is the client's to try again.
  server.on('error', (error) => output.warn(`A connection could not be accepted: ${error.message}`));

  return {
    url: urlOf({ ...listen, port: (server.address() as AddressInfo).port }),
    async stop() {
      stopping = true;
      const closed = challenges.close();
      if (!(await underWay.end(graceMs))) {
        output.warn(
          `${count(underWay.size, 'challenge')} did not end in time; what was written is in the journal.`,
        );
        underWay.cut();
        await underWay.end(LAST_WORDS_MS);
      }
      server.close();
      server.closeIdleConnections();
      const cutting = setTimeout(() => server.closeAllConnections(), LAST_WORDS_MS);
      await once(server, 'close');
      clearTimeout(cutting);
      await Promise.race([closed, sleep(LAST_WORDS_MS)]);
    },
  };
}

function cannotListen(listen: ListenAddress, error: NodeJS.ErrnoException): UsageError {
  const { code = error.message } = error;
  const reasons: Readonly<Record<string, readonly [string, string]>> = {
    EADDRINUSE: [
      'is in use',
      'Another server listens there, perhaps another domainproof serve: end it, or give another --listen.',
    ],
    EACCES: [
      'may not be used by this user',
      'Ports below 1024 are for root: give a higher one with --listen.',
    ],
    EADDRNOTAVAIL: ['is no address of this machine', 'Give one that it has, 127.0.0.1, or 0.0.0.0 for all.'],
  };
  const [reason, hint] = reasons[code] ?? [`cannot be listened on (${code})`, undefined];
  return new UsageError(`${urlOf(listen).slice('http://'.length)} ${reason}.`, hint);
}
