import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { networkTransport } from '../src/transport/network.js';
import type { SendOptions } from '../src/transport/transport.js';
import { answerTo, closedPort, query, withOtherCase, withOtherId } from './loopback.js';

type Handler = (body: Buffer, response: ServerResponse, request: IncomingMessage) => void;

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function service(handler: Handler): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    handler(Buffer.concat(chunks), response, request);
  });
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/dns-query`;
}

const DNS = { 'content-type': 'application/dns-message' };

function ask(url: string, options: Partial<SendOptions> = {}, question = query()) {
  return networkTransport.https(question, url, {
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    ...options,
  });
}

describe('a question over HTTPS', () => {
  test('is posted as RFC 8484 says, with the id 0', async () => {
    const question = query();
    const before = Buffer.from(question.bytes);
    const url = await service((body, response, { method, headers }) => {
      const isRight =
        method === 'POST' &&
        headers['content-type'] === DNS['content-type'] &&
        headers.accept === DNS['content-type'] &&
        body.readUInt16BE(0) === 0 &&
        body.subarray(2).equals(question.bytes.subarray(2));
      response.writeHead(isRight ? 200 : 400, DNS).end(answerTo(body));
    });
    expect(await ask(url, {}, question)).toMatchObject({ kind: 'packet' });
    expect(question.bytes, 'the query itself is left as it is').toEqual(before);
  });

  test('takes an answer without the letter case, since TLS tells who answers', async () => {
    const url = await service((body, response) =>
      response.writeHead(200, DNS).end(withOtherCase(answerTo(body))),
    );
    expect(await ask(url)).toMatchObject({ kind: 'packet' });
  });

  test.each<[string, Handler]>([
    ['an error', (body, response) => response.writeHead(503, DNS).end(answerTo(body))],
    ['a redirect', (_body, response) => response.writeHead(307, { location: '/elsewhere' }).end()],
    [
      'a page',
      (body, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(answerTo(body)),
    ],
    ['no media type', (body, response) => response.writeHead(200).end(answerTo(body))],
    ['another question', (body, response) => response.writeHead(200, DNS).end(withOtherId(answerTo(body)))],
    ['nothing', (_body, response) => response.writeHead(200, DNS).end()],
    [
      'more than 64 KiB',
      (body, response) =>
        response.writeHead(200, DNS).end(Buffer.concat([answerTo(body), Buffer.alloc(70_000)])),
    ],
  ])('answered with %s is malformed', async (_, handler) => {
    expect(await ask(await service(handler))).toEqual({ kind: 'malformed' });
  });

  test('never follows a redirect', async () => {
    let requests = 0;
    const url = await service((body, response) => {
      requests += 1;
      if (requests === 1) response.writeHead(308, { location: '/dns-query' }).end();
      else response.writeHead(200, DNS).end(answerTo(body));
    });
    expect(await ask(url)).toEqual({ kind: 'malformed' });
    expect(requests).toBe(1);
  });

  test('answered without end is given up', async () => {
    const url = await service((body, response) => {
      response.writeHead(200, DNS);
      const write = () => response.write(answerTo(body)) && setImmediate(write);
      response.on('drain', write);
      write();
    });
    expect(await ask(url)).toEqual({ kind: 'malformed' });
  });

  test('tells silence, a closed port and no HTTP apart', async () => {
    const silent = await service(() => {});
    expect(await ask(silent, { timeoutMs: 200 })).toEqual({ kind: 'timeout' });
    const { port } = await closedPort();
    expect(await ask(`http://127.0.0.1:${port}/`)).toEqual({ kind: 'closed' });
    const cutting = await service((_body, response) => response.socket?.destroy());
    expect(await ask(cutting)).toEqual({ kind: 'closed' });
    const chatting = createTcpServer((socket) => socket.end('220 mail.example.test ESMTP\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(chatting, 'listening');
    expect(await ask(`http://127.0.0.1:${(chatting.address() as AddressInfo).port}/`)).toEqual({
      kind: 'malformed',
    });
    expect(await ask(`https://127.0.0.1:${(chatting.address() as AddressInfo).port}/`)).toEqual({
      kind: 'malformed',
    });
    chatting.close();
  });

  test('ends on abort with the reason, and its connection is closed', async () => {
    const controller = new AbortController();
    let closed!: Promise<unknown>;
    const url = await service((_body, response) => {
      closed = once(response, 'close');
      controller.abort(new Error('enough'));
    });
    await expect(ask(url, { signal: controller.signal })).rejects.toThrow('enough');
    await closed;
    await expect(ask(url, { signal: controller.signal })).rejects.toThrow('enough');
  });
});
