import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { BackendCall, Fault, FaultKind } from '@domainproof/provider-testkit';
import { Frames, frame } from './frames.js';
import { ADDRESS } from './loopback.js';
import type { NameServer } from './name-server.js';
import { bareAnswer, operationOf, RCODE } from './operations.js';
import { signedAnswer } from './signing.js';

/**
 * What can go wrong with a request over TCP. Not `throttle`: DNS has no word for it, and servers that limit their clients drop
 * messages or close connections, which is `hang` and `reset`.
 */
export const FAULTS: readonly FaultKind[] = [
  'hang',
  'reset',
  'truncated',
  'empty',
  'internal-error',
  'html',
  'busy',
];

/** Stands between an adapter and a name server, notes every request, and plays faults. */
export interface Proxy {
  readonly port: number;
  readonly calls: readonly BackendCall[];
  fail(fault: Fault): void;
  close(): Promise<void>;
}

export async function startProxy(server: NameServer): Promise<Proxy> {
  const calls: BackendCall[] = [];
  const faults = new PendingFaults();
  const sockets = new Set<Socket>();

  const carriedOut = (message: Buffer) => server.gate.together(() => forwarded(message, server.port));

  async function serve(message: Buffer, client: Socket): Promise<void> {
    const call = operationOf(message);
    calls.push(call);
    const fault = faults.take(call);
    if (!fault) return void client.write(frame(await carriedOut(message)));
    const answer = fault.afterCommit ? await carriedOut(message) : undefined;
    play(fault.kind, client, message, answer);
  }

  const listener = createServer((client) => {
    sockets.add(client);
    const frames = new Frames();
    client.on('close', () => sockets.delete(client));
    client.on('error', () => {}); // The adapter has gone: nothing is left to be told.
    client.on('data', (data) => {
      for (const message of frames.push(data)) serve(message, client).catch(() => client.resetAndDestroy());
    });
  });
  listener.listen(0, ADDRESS);
  await once(listener, 'listening');
  return {
    port: (listener.address() as { port: number }).port,
    calls,
    fail: (fault) => faults.add(fault),
    async close() {
      const closed = once(listener, 'close');
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** @param answer the server's, if it has carried the request out */
function play(kind: FaultKind, client: Socket, message: Buffer, answer: Buffer | undefined): void {
  switch (kind) {
    case 'hang':
      return;
    case 'reset':
      client.resetAndDestroy();
      return;
    case 'truncated': {
      const whole = frame(answer ?? signedAnswer(bareAnswer(message, RCODE.NOERROR), message));
      client.end(whole.subarray(0, whole.length / 2));
      return;
    }
    case 'empty':
      // Without a signature: one with it would be the server's word, and for an update all that there is to say.
      client.end(frame(bareAnswer(message, RCODE.NOERROR, { withQuestion: false })));
      return;
    case 'html':
      client.end(
        'HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\n\r\n<html>Try later.</html>',
      );
      return;
    case 'internal-error':
    case 'busy': // PowerDNS, while somebody else writes to its database.
      client.end(frame(signedAnswer(bareAnswer(message, RCODE.SERVFAIL), message)));
      return;
    default:
      throw new Error(`A DNS server has no such fault: ${kind}`);
  }
}

/** Faults in the order in which they were asked for. */
class PendingFaults {
  #pending: Fault[] = [];

  add(fault: Fault): void {
    this.#pending.push({ ...fault });
  }

  /** The fault for this request, if one is due. */
  take({ write }: BackendCall): Fault | undefined {
    for (const fault of this.#pending) {
      if ((fault.afterCommit || fault.kind === 'busy') && !write) continue;
      if (fault.skip > 0) {
        fault.skip -= 1;
        continue;
      }
      this.#pending = this.#pending.filter((other) => other !== fault);
      return fault;
    }
    return undefined;
  }
}

/** The server's answer to one message, both as they are. */
export async function forwarded(message: Buffer, serverPort: number): Promise<Buffer> {
  const socket = connect(serverPort, ADDRESS);
  const frames = new Frames();
  socket.write(frame(message));
  try {
    for await (const data of socket) {
      const [answer] = frames.push(data as Buffer);
      if (answer) return answer;
    }
    throw new Error('The name server closed the connection.');
  } finally {
    socket.destroy();
  }
}
