import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { digest, head, holdPresents, Line, leaseOf, post, until, useServers } from './world.js';

const start = useServers();
const fqdn = '_acme-challenge.shop.test.';
const ensured = (value: string) => ({
  type: 'ensured' as const,
  lease: leaseOf({ name: fqdn, type: 'TXT', value }),
});

describe('the time for a request', () => {
  test('that is over before the record is written: 504, and the work goes on', async () => {
    const { url, double } = await start({ timeoutMs: 50 });
    let ended = false;
    const release = holdPresents(double, () => {
      ended = true;
    });
    const reply = await post(`${url}/present`, { fqdn, value: digest() });
    expect([reply.status, reply.body.error.code]).toEqual([504, 'TIMEOUT']);
    expect(ended).toBe(false);
    release();
    await until(() => ended);
  });

  test('that is over after it is written: 200, not visible', async () => {
    const { url, double, challenges } = await start({ timeoutMs: 50 });
    const release = holdPresents(double);
    const value = digest();
    const replying = post(`${url}/present`, { fqdn, value });
    await until(() => double.presented.length === 1);
    challenges.apply(ensured(value));
    const reply = await replying;
    expect([reply.status, reply.body.visible, reply.body.lease]).toEqual([
      200,
      false,
      ensured(value).lease.id,
    ]);
    release();
  });

  test('another value that is written does not count', async () => {
    const { url, double, challenges } = await start({ timeoutMs: 50 });
    const release = holdPresents(double);
    const replying = post(`${url}/present`, { fqdn, value: digest() });
    await until(() => double.presented.length === 1);
    challenges.apply(ensured(digest()));
    expect((await replying).status).toBe(504);
    release();
  });

  test('holds for cleanup too', async () => {
    const { url, double } = await start({ timeoutMs: 50 });
    let release = (_: 'removed') => {};
    double.onCleanup = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    expect((await post(`${url}/cleanup`, { fqdn, value: digest() })).status).toBe(504);
    release('removed');
  });

  test('work that goes on still counts as under way', async () => {
    const { url, double } = await start({ timeoutMs: 50, limits: { underWay: 1 } });
    const release = holdPresents(double);
    expect((await post(`${url}/present`, { fqdn, value: digest() })).status).toBe(504);
    expect((await post(`${url}/present`, { fqdn, value: digest() })).body.error.code).toBe('OVERLOADED');
    release();
    await until(() => double.presented.length === 1);
    await expect.poll(async () => (await post(`${url}/present`, { fqdn, value: digest() })).status).toBe(200);
  });
});

describe('the end', () => {
  test('waits for what is under way; meanwhile nothing is begun, and monitors see it', async () => {
    const { server, url, double, log } = await start();
    const release = holdPresents(double);
    const held = post(`${url}/present`, { fqdn, value: digest() });
    await until(() => double.presented.length === 1);
    let isStopped = false;
    const stopping = server.stop().then(() => {
      isStopped = true;
    });
    const health = await fetch(`${url}/healthz`);
    expect([health.status, await health.json()]).toEqual([503, { status: 'stopping' }]);
    expect(health.headers.get('connection')).toBe('close');
    for (const path of ['present', 'cleanup']) {
      const refused = await post(`${url}/${path}`, { fqdn, value: digest() });
      expect([refused.status, refused.body.error.code]).toEqual([503, 'STOPPING']);
    }
    expect([isStopped, double.presented.length, double.isClosed]).toEqual([false, 1, true]);
    release();
    expect((await held).status).toBe(200);
    await stopping;
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    expect(log().at(-1)).toMatchObject({ path: '/present', status: 200 });
  });

  test('is at once if nothing is under way, whatever connections are open', async () => {
    const { server, url } = await start();
    const idle = await Line.open(url);
    const slow = await Line.open(url);
    slow.socket.write('POST /present HTTP/1.1\r\n');
    const kept = await Line.open(url);
    kept.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(kept.socket, 'data');
    await server.stop();
    await Promise.all([idle.ended, slow.ended, kept.ended]);
  });

  test('after the grace time cuts the waiting: written is 200, not written is 503', async () => {
    const { server, url, double, challenges, stderr } = await start({ graceMs: 50 });
    holdPresents(double);
    const [written, unwritten] = [digest(), digest()];
    const replies = [written, unwritten].map((value) => post(`${url}/present`, { fqdn, value }));
    await until(() => double.presented.length === 2);
    challenges.apply(ensured(written));
    await server.stop();
    const [first, second] = await Promise.all(replies);
    expect([first!.status, first!.body.visible]).toEqual([200, false]);
    expect([second!.status, second!.body.error.code]).toEqual([503, 'ABORTED']);
    expect(stderr.text).toContain('warning: 2 challenges did not end in time');
  });

  test('does not wait for a body that drips', async () => {
    const { server, url } = await start({ graceMs: 50 });
    const line = await Line.open(url);
    line.socket.write(`${head('/present', 100)}{`);
    await expect.poll(async () => (await fetch(`${url}/healthz`)).status).toBe(200);
    await server.stop();
    await line.ended;
  });
});
