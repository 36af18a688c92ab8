import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { listenOnSharedPort } from '../src/dns/binding.js';
import { DelayLine } from '../src/dns/delay-line.js';
import { type Network, type NetworkOptions, startNetwork } from '../src/dns/network.js';
import { ask } from './dns-client.js';

const running: Network[] = [];

async function start(options: Partial<NetworkOptions> = {}): Promise<Network> {
  const delaysMs = { huaweicloud: [0, 0], alidns: [0, 0] } as const;
  const network = await startNetwork({ delaysMs, negativeTtl: 60, ...options });
  running.push(network);
  network.delegate('example.com.', 'huaweicloud');
  network.publisher.addZone({ id: 'h', name: 'example.com.', cloud: 'huaweicloud' });
  return network;
}

const publish = (network: Network, value: string) =>
  network.publisher.publish('h', { name: 'a.example.com.', type: 'TXT', ttl: 300, values: [value] });

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(running.splice(0).map((network) => network.close()));
});

describe('the delay of a name server', () => {
  it('is its own: what one serves already the other does not', async () => {
    const network = await start({ delaysMs: { huaweicloud: [0, 100_000], alidns: [0, 0] } });
    publish(network, 'one');
    expect((await ask({ address: '127.0.53.1', port: network.port }, 'a.example.com')).answers).toHaveLength(
      1,
    );
    expect((await ask({ address: '127.0.53.2', port: network.port }, 'a.example.com')).rcode).toBe(3);
  });

  it('ends', async () => {
    const network = await start({ delaysMs: { huaweicloud: [20, 0], alidns: [0, 0] } });
    publish(network, 'one');
    const server = { address: '127.0.53.1', port: network.port };
    await vi.waitUntil(async () => (await ask(server, 'a.example.com')).answers.length === 1);
  });

  it('does not apply to what a zone starts with', async () => {
    const network = await start({ delaysMs: { huaweicloud: [100_000, 100_000], alidns: [0, 0] } });
    network.atOnce(() => publish(network, 'one'));
    expect((await ask({ address: '127.0.53.1', port: network.port }, 'a.example.com')).answers).toHaveLength(
      1,
    );
  });

  it('keeps changes in their order and apart by the time between them', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const line = new DelayLine(100);
    const done: number[] = [];
    line.push(() => done.push(1));
    line.push(() => done.push(2));
    vi.advanceTimersByTime(60);
    line.push(() => done.push(3));
    expect(done).toEqual([]);
    vi.advanceTimersByTime(40);
    expect(done).toEqual([1, 2]);
    vi.advanceTimersByTime(59);
    expect(done).toEqual([1, 2]);
    vi.advanceTimersByTime(1);
    expect(done).toEqual([1, 2, 3]);
    line.push(() => done.push(4));
    line.close();
    vi.advanceTimersByTime(1_000);
    expect(done).toEqual([1, 2, 3]);
  });

  it('outlived by its zone does no harm', async () => {
    const network = await start({ delaysMs: { huaweicloud: [5, 5], alidns: [0, 0] } });
    const server = { address: '127.0.53.1', port: network.port };
    publish(network, 'old zone');
    network.publisher.removeZone('h');
    network.publisher.addZone({ id: 'h2', name: 'example.com.', cloud: 'huaweicloud' });
    network.publisher.publish('h2', { name: 'b.example.com.', type: 'TXT', ttl: 300, values: ['new zone'] });
    await vi.waitUntil(async () => (await ask(server, 'b.example.com')).answers.length === 1);
    expect((await ask(server, 'a.example.com')).rcode).toBe(3);
  });
});

describe('the addresses of name servers', () => {
  it('let several simulators run beside each other', async () => {
    const networks = await Promise.all(Array.from({ length: 6 }, () => start()));
    for (const [index, network] of networks.entries()) publish(network, `value of ${index}`);
    expect(new Set(networks.map(({ port }) => port)).size).toBe(6);
    for (const [index, network] of networks.entries())
      expect((await ask({ address: '127.0.53.1', port: network.port }, 'a.example.com')).answers).toEqual([
        `a.example.com 300 TXT value of ${index}`,
      ]);
  });

  it.each([
    { addresses: ['127.0.0.1', '::1'], second: '::1' },
    { addresses: ['127.0.0.1'], second: '127.0.0.1' },
  ])('may be shared: $addresses', async ({ addresses, second }) => {
    const network = await start({ addresses });
    network.publisher.addZone({ id: 'a', name: 'example.com.', cloud: 'alidns' });
    network.publisher.publish('a', {
      name: 'a.example.com.',
      type: 'TXT',
      ttl: 300,
      values: ['not delegated'],
    });
    publish(network, 'delegated');
    for (const address of ['127.0.0.1', second]) {
      const heard = await ask({ address, port: network.port }, 'a.example.com');
      expect(heard).toMatchObject({ aa: true, answers: ['a.example.com 300 TXT delegated'] });
    }
    const resolver = { address: '127.0.0.1', port: Number(network.resolver.split(':')[1]) };
    for (const name of ['a.example.com', 'example.org'])
      expect((await ask(resolver, name, { rd: true })).answers).toHaveLength(1);
    const type = second === '::1' ? 'AAAA' : 'A';
    expect((await ask(resolver, 'ns1.huaweicloud-dns.cn', { rd: true, type })).answers).toHaveLength(1);
    expect((await ask(resolver, 'no.such.example', { rd: true })).rcode).toBe(3);
  });

  it('that the system does not have, or an empty list, are an error and leave nothing bound', async () => {
    await expect(start({ addresses: ['127.0.0.1', '192.0.2.1'] })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
    });
    await expect(start({ addresses: [] })).rejects.toThrow(
      'The list of addresses for the name servers is empty.',
    );
  });

  it('share a port that is free on all of them', async () => {
    // With every second address taken on the port that the system would choose first, another port has to be found.
    const taken = createServer().listen(0, '127.0.53.2');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const answerer = () => ({ rcode: 5 });
    const shared = await listenOnSharedPort(
      new Map([
        ['127.0.53.1', answerer],
        ['127.0.53.2', answerer],
      ]),
    );
    expect(shared.port).not.toBe(port);
    for (const address of ['127.0.53.1', '127.0.53.2'])
      for (const transport of ['udp', 'tcp'] as const)
        expect((await ask({ address, port: shared.port }, 'example.com', { transport })).rcode).toBe(5);
    await shared.close();
    taken.close();
    const socket = createSocket('udp4');
    socket.bind(shared.port, '127.0.53.2');
    await once(socket, 'listening');
    socket.close();
  });
});
