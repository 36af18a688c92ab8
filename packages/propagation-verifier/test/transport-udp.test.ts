import { once } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { networkTransport } from '../src/transport/network.js';
import { receivedFrom, receivedFromFetch } from '../src/transport/refusal.js';
import type { Endpoint, SendOptions } from '../src/transport/transport.js';
import { askUdp } from '../src/transport/udp.js';
import {
  answerTo,
  closedPort,
  query,
  type UdpServer,
  udpServer,
  withOtherCase,
  withOtherId,
} from './loopback.js';

const open: UdpServer[] = [];
afterEach(() => {
  for (const { socket } of open.splice(0)) socket.close();
});

async function server(...arguments_: Parameters<typeof udpServer>): Promise<UdpServer> {
  const started = await udpServer(...arguments_);
  open.push(started);
  return started;
}

function ask(endpoint: Endpoint, options: Partial<SendOptions> = {}, question = query()) {
  return askUdp(question, endpoint, { timeoutMs: 5_000, signal: new AbortController().signal, ...options });
}

/** Long enough for what is on its way over loopback. */
const SHORT = { timeoutMs: 150 };

describe('a question over UDP', () => {
  test('gets the right answer', async () => {
    const { endpoint } = await server((packet) => [answerTo(packet)]);
    const question = query();
    const received = await ask(endpoint, {}, question);
    expect(received).toEqual({ kind: 'packet', packet: answerTo(question.bytes) });
  });

  test('passes over wrong packets until the right one comes', async () => {
    const { endpoint } = await server((packet) => {
      const right = answerTo(packet);
      return [withOtherId(right), withOtherCase(right), right.subarray(0, 12), Buffer.alloc(0), right];
    });
    expect(await ask(endpoint)).toMatchObject({ kind: 'packet' });
  });

  test('comes from another port each time', async () => {
    const { endpoint, received } = await server((packet) => [answerTo(packet)]);
    for (let time = 0; time < 8; time += 1) await ask(endpoint);
    const ports = received.map(({ from }) => from.port);
    expect(new Set(ports).size).toBeGreaterThan(6);
    const steps = ports.slice(1).map((port, index) => port - ports[index]!);
    expect(new Set(steps).size, 'ports in a row').toBeGreaterThan(3);
  });

  test('hears nothing that comes from elsewhere', async () => {
    const other = await server(() => []);
    const asked = await server((packet) => {
      const { from } = asked.received[0]!;
      other.socket.send(answerTo(packet), from.port, from.address);
      return [];
    });
    expect(await ask(asked.endpoint, SHORT)).toEqual({ kind: 'timeout' });
  });

  test('tells a response without the letter case at once, and waits on', async () => {
    const onCaseLost = vi.fn();
    const { endpoint } = await server((packet) => {
      const lost = withOtherCase(answerTo(packet));
      return [lost, lost, answerTo(packet)];
    });
    expect(await ask(endpoint, { onCaseLost })).toMatchObject({ kind: 'packet' });
    expect(onCaseLost).toHaveBeenCalledTimes(1);
  });

  test('ends with the response without the letter case if no other comes', async () => {
    const { endpoint } = await server((packet) => [withOtherCase(answerTo(packet))]);
    expect(await ask(endpoint, SHORT)).toMatchObject({ kind: 'case-lost' });
  });

  test('tells silence, packets that answer nothing, and a closed port apart', async () => {
    const silent = await server(() => []);
    const wrong = await server((packet) => [withOtherId(answerTo(packet))]);
    expect(await ask(silent.endpoint, SHORT)).toEqual({ kind: 'timeout' });
    expect(await ask(wrong.endpoint, SHORT)).toEqual({ kind: 'malformed' });
    expect(await ask(await closedPort())).toEqual({ kind: 'closed' });
  });

  test('leaves a socket that somebody floods before the right id can be guessed', async () => {
    const { endpoint } = await server((packet) => {
      const right = answerTo(packet);
      return [...Array.from({ length: 10 }, () => withOtherId(right)), right];
    });
    expect(await ask(endpoint)).toEqual({ kind: 'flooded' });
  });

  test('says that there is no route', async () => {
    // The broadcast address needs a permission that the socket does not have.
    expect(await ask({ address: '255.255.255.255', port: 53 })).toEqual({ kind: 'no-route' });
  });

  test('goes to IPv6 addresses too', async () => {
    const received = await ask({ address: '::1', port: (await closedPort()).port });
    expect(['closed', 'no-route']).toContain(received.kind);
  });

  test('closes its socket on abort and rejects with the reason', async () => {
    const silent = await server(() => []);
    const controller = new AbortController();
    const asked = ask(silent.endpoint, { signal: controller.signal });
    await once(silent.socket, 'message');
    const { port } = silent.received[0]!.from;
    controller.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    // The port is free again.
    await server(() => [], port);
  });

  test('is not sent when the signal has fired before', async () => {
    const silent = await server(() => []);
    await expect(ask(silent.endpoint, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
    expect(
      await networkTransport.udp(query(), silent.endpoint, {
        ...SHORT,
        signal: new AbortController().signal,
      }),
    ).toEqual({
      kind: 'timeout',
    });
    expect(silent.received).toHaveLength(1);
  });
});

describe('an error of a socket', () => {
  test.each([
    ['ENETUNREACH', 'no-route'],
    ['EHOSTUNREACH', 'no-route'],
    ['EPERM', 'no-route'],
    ['ECONNREFUSED', 'closed'],
    ['ECONNRESET', 'closed'],
    // Says nothing about the address, and an address without route does not count.
    ['EMFILE', 'timeout'],
    ['ETIMEDOUT', 'timeout'],
  ])('%s means %s', (code, kind) => {
    expect(receivedFrom(Object.assign(new Error(code), { code }))).toEqual({ kind });
  });
});

describe('an error of fetch', () => {
  test.each([
    ['ENOTFOUND', 'no-route'],
    ['EAI_AGAIN', 'no-route'],
    ['ENETUNREACH', 'no-route'],
    ['ECONNREFUSED', 'closed'],
    ['UND_ERR_SOCKET', 'closed'],
    ['HPE_INVALID_CONSTANT', 'malformed'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'malformed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'malformed'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'malformed'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
  ])('%s means %s', (code, kind) => {
    const cause = Object.assign(new Error(code), { code });
    expect(receivedFromFetch(new TypeError('fetch failed', { cause }))).toEqual({ kind });
  });

  test('without a cause leaves the question unanswered', () => {
    expect(receivedFromFetch(new TypeError('fetch failed'))).toEqual({ kind: 'timeout' });
  });
});
