import type { Socket } from 'node:net';
import type { BackendCall, Fault, FaultKind } from '@domainproof/provider-testkit';
import { frame } from './frames.js';
import type { NameServer } from './name-server.js';
import { bareAnswer, operationOf, RCODE } from './operations.js';
import { forwarded, startRelay } from './relay.js';
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
  const carriedOut = (message: Buffer) => server.gate.together(() => forwarded(message, server.port));
  const relay = await startRelay(async (message, client) => {
    const call = operationOf(message);
    calls.push(call);
    const fault = faults.take(call);
    if (!fault) client.write(frame(await carriedOut(message)));
    else play(fault.kind, client, message, fault.afterCommit ? await carriedOut(message) : undefined);
  });
  return { port: relay.port, calls, fail: (fault) => faults.add(fault), close: () => relay.close() };
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
