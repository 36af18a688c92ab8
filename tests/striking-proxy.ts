import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `asked`: a request has arrived, and the cloud does not know it yet. `done`: the cloud has answered. `answered`: so has the proxy. */
export type Moment = 'asked' | 'done' | 'answered';

/** Stands between one process and a cloud's API, and tells of every request, so that the process can be killed just then. */
export interface StrikingProxy {
  endpoint: string;
  /** Waits until the cloud has answered everything that was passed on to it. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

/** @param tell called at each moment of each request; false at `asked`: the request gets lost on its way */
export async function startStrikingProxy(
  target: string,
  tell: (moment: Moment) => boolean,
): Promise<StrikingProxy> {
  const passing = new Set<Promise<void>>();
  const server = createServer((incoming, outgoing) => {
    const pass = passOn(target, incoming, outgoing, tell).catch(() => {
      outgoing.destroy();
    });
    passing.add(pass);
    pass.then(() => passing.delete(pass));
  });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async drained() {
      while (passing.size > 0) await Promise.all(passing);
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function passOn(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  tell: (moment: Moment) => boolean,
): Promise<void> {
  const body = await bytesOf(incoming);
  if (!tell('asked')) throw new Error('The request got lost.');
  const { method, url, headers } = incoming;
  const onward = request(`${target}${url}`, { method, headers });
  onward.end(body);
  const [answer] = (await once(onward, 'response')) as [IncomingMessage];
  const answerBody = await bytesOf(answer);
  tell('done');
  outgoing.writeHead(answer.statusCode as number, answer.headers);
  outgoing.end(answerBody);
  tell('answered');
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
