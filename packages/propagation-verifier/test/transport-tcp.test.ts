import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { MessageStream } from '../src/transport/message-stream.js';
import { networkTransport } from '../src/transport/network.js';
import { TcpConnections } from '../src/transport/tcp.js';
import type { Endpoint, SendOptions } from '../src/transport/transport.js';
import { encodeQuery, type Query } from '../src/wire/query.js';
import {
  answerTo,
  closedPort,
  framed,
  query,
  type TcpServer,
  tcpServer,
  withOtherCase,
  withOtherId,
} from './loopback.js';
import { header } from './packets.js';

const open: TcpServer[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function server(...arguments_: Parameters<typeof tcpServer>): Promise<TcpServer> {
  const started = await tcpServer(...arguments_);
  open.push(started);
  return started;
}

const SHORT = { timeoutMs: 200 };

/** A client with connections of its own, so that tests do not share any. */
function client(idleMs?: number) {
  const connections = new TcpConnections(idleMs);
  return (endpoint: Endpoint, options: Partial<SendOptions> = {}, question = query()) =>
    connections.ask(question, endpoint, {
      timeoutMs: 10_000,
      signal: new AbortController().signal,
      ...options,
    });
}

function withId(id: number): Query {
  const question = query();
  question.bytes.writeUInt16BE(id, 0);
  return question;
}

describe('questions over TCP', () => {
  test('get their answers, over one connection', async () => {
    const { endpoint, sockets } = await server((message, socket) => socket.write(framed(answerTo(message))));
    const ask = client();
    const first = query();
    expect(await ask(endpoint, {}, first)).toEqual({ kind: 'packet', packet: answerTo(first.bytes) });
    expect(await ask(endpoint)).toMatchObject({ kind: 'packet' });
    expect(sockets).toHaveLength(1);
  });

  test('are many at once, and answered in any order', async () => {
    const waiting: Buffer[] = [];
    const count = 300;
    const { endpoint, sockets } = await server((message, socket) => {
      waiting.push(answerTo(message, `${waiting.length}`));
      if (waiting.length === count) for (const answer of waiting.reverse()) socket.write(framed(answer));
    });
    const ask = client();
    // More than can have different ids by chance, so that some share one.
    const questions = Array.from({ length: count }, (_, index) => withId(index % 290));
    const received = await Promise.all(questions.map((question) => ask(endpoint, {}, question)));
    received.forEach((answer, index) => {
      expect(answer).toMatchObject({ kind: 'packet' });
      const { packet } = answer as { packet: Buffer };
      expect(packet.subarray(12, questions[index]!.questionEnd)).toEqual(
        questions[index]!.bytes.subarray(12, questions[index]!.questionEnd),
      );
    });
    expect(sockets).toHaveLength(1);
  });

  test('may be answered octet by octet, and two answers in one packet', async () => {
    const { endpoint } = await server((message, socket) => {
      for (const octet of framed(answerTo(message))) socket.write(Buffer.from([octet]));
    });
    const ask = client();
    expect(await Promise.all([ask(endpoint), ask(endpoint)])).toMatchObject([
      { kind: 'packet' },
      { kind: 'packet' },
    ]);
  });

  test('tell a response without the letter case', async () => {
    const { endpoint } = await server((message, socket) =>
      socket.write(framed(withOtherCase(answerTo(message)))),
    );
    expect(await client()(endpoint)).toMatchObject({ kind: 'case-lost' });
  });

  test('take a bare refusal, which nobody else can send', async () => {
    const { endpoint } = await server((message, socket) =>
      socket.write(framed(header({ id: message.readUInt16BE(0), flags: 0x80_01, counts: [0, 0, 0, 0] }))),
    );
    expect(await client()(endpoint)).toMatchObject({ kind: 'packet' });
  });

  test('tell silence, wrong answers, a closed port and a cut connection apart', async () => {
    const silent = await server(() => {});
    const stray = await server((message, socket) => {
      socket.write(framed(withOtherId(answerTo(message))));
      socket.write(framed(Buffer.from([7])));
    });
    const wrong = await server((message, socket) => socket.write(framed(message)));
    const cutting = await server((_message, socket) => socket.destroy());
    const within = await server((message, socket) => socket.end(framed(answerTo(message)).subarray(0, 20)));
    const resetting = await server((_message, socket) => socket.resetAndDestroy());
    expect(await client()(silent.endpoint, SHORT)).toEqual({ kind: 'timeout' });
    expect(await client()(stray.endpoint, SHORT)).toEqual({ kind: 'malformed' });
    expect(await client()(wrong.endpoint)).toEqual({ kind: 'malformed' });
    expect(await client()(await closedPort())).toEqual({ kind: 'closed' });
    expect(await client()(cutting.endpoint)).toEqual({ kind: 'closed' });
    expect(await client()(resetting.endpoint)).toEqual({ kind: 'closed' });
    expect(await client()(within.endpoint)).toEqual({ kind: 'malformed' });
  });

  test('leave a server that sends what nobody asked for', async () => {
    const flooding = await server((_message, socket) => {
      for (let time = 0; time < 200; time += 1) socket.write(framed(Buffer.alloc(12, time)));
    });
    // All ids that the server sends differ from this one.
    expect(await client()(flooding.endpoint, {}, withId(0xff_fe))).toEqual({ kind: 'malformed' });
  });

  test('are asked again over a connection of their own when the server closes', async () => {
    // As servers do that answer one question for each connection.
    const answered = new Set<number>();
    const { endpoint, sockets } = await server((message, socket, connection) => {
      if (answered.has(connection)) return;
      answered.add(connection);
      socket.end(framed(answerTo(message)));
    });
    const ask = client();
    const received = await Promise.all([ask(endpoint), ask(endpoint), ask(endpoint)]);
    expect(received.map(({ kind }) => kind)).toEqual(['packet', 'packet', 'packet']);
    expect(sockets).toHaveLength(3);
    // The next one opens another.
    expect(await ask(endpoint)).toMatchObject({ kind: 'packet' });
    expect(sockets).toHaveLength(4);
  });

  test('open a new connection after the server has closed the idle one', async () => {
    const { endpoint, sockets } = await server((message, socket) => socket.write(framed(answerTo(message))));
    const ask = client();
    await ask(endpoint);
    sockets[0]!.destroy();
    expect(await ask(endpoint)).toMatchObject({ kind: 'packet' });
    expect(sockets).toHaveLength(2);
  });

  test('take a new connection after one of them has got no answer, though others still wait', async () => {
    const { endpoint, sockets } = await server((message, socket, connection) => {
      if (connection > 0) socket.write(framed(answerTo(message)));
    });
    const ask = client();
    const controller = new AbortController();
    const patient = ask(endpoint, { signal: controller.signal });
    expect(await ask(endpoint, SHORT)).toEqual({ kind: 'timeout' });
    expect(await ask(endpoint)).toMatchObject({ kind: 'packet' });
    controller.abort(new Error('enough'));
    await expect(patient).rejects.toThrow('enough');
    // The end of the old one does not take the new one away.
    expect(await ask(endpoint)).toMatchObject({ kind: 'packet' });
    expect(sockets).toHaveLength(2);
  });

  test('close a connection that has been idle', async () => {
    const { endpoint, sockets } = await server((message, socket) => socket.write(framed(answerTo(message))));
    const ask = client(20);
    await ask(endpoint);
    await once(sockets[0]!, 'close');
    expect(await ask(endpoint)).toMatchObject({ kind: 'packet' });
    expect(sockets).toHaveLength(2);
  });

  test('leave nothing open after an abort', async () => {
    let asked!: () => void;
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const { endpoint, sockets } = await server(() => asked());
    const controller = new AbortController();
    const question = client()(endpoint, { signal: controller.signal });
    await isAsked;
    controller.abort(new Error('enough'));
    await expect(question).rejects.toThrow('enough');
    await once(sockets[0]!, 'close');
  });

  test('go on when another one over the same connection is aborted', async () => {
    const controller = new AbortController();
    const messages: Buffer[] = [];
    const { endpoint, sockets } = await server((message, socket) => {
      messages.push(message);
      if (messages.length < 2) return;
      controller.abort(new Error('enough'));
      for (const asked of messages) socket.write(framed(answerTo(asked)));
    });
    const ask = client();
    const aborted = ask(endpoint, { signal: controller.signal });
    const other = ask(endpoint);
    await expect(aborted).rejects.toThrow('enough');
    expect(await other).toMatchObject({ kind: 'packet' });
    // The late answer of the aborted one was its own, and nothing wrong; the connection serves on.
    messages.splice(0, 1);
    expect(await ask(endpoint)).toMatchObject({ kind: 'packet' });
    expect(sockets).toHaveLength(1);
  });

  test('are not sent when the signal has fired before', async () => {
    const { endpoint, sockets } = await server(() => {});
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(client()(endpoint, { signal })).rejects.toThrow('enough');
    expect(sockets).toHaveLength(0);
  });
});

test('an idle connection does not keep the process alive', async () => {
  const { endpoint } = await tcpServer((message, socket) => socket.write(framed(answerTo(message))));
  const tcp = fileURLToPath(new URL('../src/transport/tcp.ts', import.meta.url));
  const wire = fileURLToPath(new URL('../src/wire/query.ts', import.meta.url));
  const program = `
    import { TcpConnections } from ${JSON.stringify(tcp)};
    import { encodeQuery } from ${JSON.stringify(wire)};
    const signal = new AbortController().signal;
    const connections = new TcpConnections(3_600_000);
    const query = encodeQuery({ name: 'example.test.', type: 'TXT' });
    const { kind } = await connections.ask(query, ${JSON.stringify(endpoint)}, { timeoutMs: 10_000, signal });
    console.log(kind);`;
  const loader = import.meta.resolve('tsx');
  const run = await promisify(execFile)(
    process.execPath,
    ['--import', loader, '--input-type=module', '-e', program],
    {
      timeout: 25_000,
    },
  );
  expect(run.stdout.trim()).toBe('packet');
});

test('the network of this machine shares its connections', async () => {
  const { endpoint, sockets } = await server((message, socket) => socket.write(framed(answerTo(message))));
  const options = { timeoutMs: 10_000, signal: new AbortController().signal };
  const question = encodeQuery({ name: 'example.test.', type: 'NS' });
  expect(await networkTransport.tcp(question, endpoint, options)).toMatchObject({ kind: 'packet' });
  expect(await networkTransport.tcp(query(), endpoint, options)).toMatchObject({ kind: 'packet' });
  expect(sockets).toHaveLength(1);
});

test('a stream is cut into messages wherever its chunks end', () => {
  const messages = [Buffer.from('one'), Buffer.alloc(0), Buffer.alloc(65_535, 7), Buffer.from('x')];
  const octets = Buffer.concat(messages.map(framed));
  for (const size of [1, 2, 3, 1_000, octets.length]) {
    const stream = new MessageStream();
    const taken: Buffer[] = [];
    for (let at = 0; at < octets.length; at += size)
      taken.push(...stream.take(octets.subarray(at, at + size)));
    expect(taken.map(({ length }) => length)).toEqual([3, 0, 65_535, 1]);
    expect(Buffer.concat(taken).equals(Buffer.concat(messages))).toBe(true);
    expect(stream.isWithinMessage).toBe(false);
  }
});
