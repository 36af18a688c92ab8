import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { digest, head, holdPresents, Line, leaseOf, post, TOKEN, until, useServers } from './world.js';

const start = useServers();
const fqdn = '_acme-challenge.shop.test.';
const goodBody = () => JSON.stringify({ fqdn, value: digest() });

async function expectAlive(url: string) {
  expect((await post(`${url}/present`, goodBody())).status).toBe(200);
}

async function expectHealthy(url: string) {
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
}

describe('too much', () => {
  test('a body whose length is told is refused before it is sent', async () => {
    const { url, double, log } = await start();
    const line = await Line.open(url);
    line.socket.write(head('/present', 8_193));
    await once(line.socket, 'data');
    expect(line.text).toMatch(/^HTTP\/1\.1 413 /);
    line.socket.destroy();
    expect([double.presented, log()[0].outcome]).toEqual([[], 'BODY_TOO_LARGE']);
  });

  test('a body in chunks is refused when it gets too long, and cut off when it goes on', async () => {
    const { url, double } = await start();
    const line = await Line.open(url);
    line.socket.write(head('/present', 'chunked'));
    const chunk = `${(1_024).toString(16)}\r\n${' '.repeat(1_024)}\r\n`;
    const sending = setInterval(() => line.socket.write(chunk.repeat(16)), 1);
    await line.ended;
    clearInterval(sending);
    expect(line.text).toMatch(/^HTTP\/1\.1 413 /);
    expect(double.presented).toEqual([]);
    await expectAlive(url);
  });

  test('8 KiB are taken to the last byte', async () => {
    const { url } = await start();
    const body = goodBody();
    expect((await post(`${url}/present`, body.padEnd(8_192))).status).toBe(200);
    expect((await post(`${url}/present`, body.padEnd(8_193))).status).toBe(413);
  });

  test('the answer to a body that was not wanted can be read, and the connection goes on', async () => {
    const { url } = await start();
    const line = await Line.open(url);
    const unauthorized = head('/present', 20_000).replace(TOKEN, 'x'.repeat(30));
    line.socket.write(`${unauthorized}${'x'.repeat(20_000)}`);
    await once(line.socket, 'data');
    expect(line.text).toMatch(/^HTTP\/1\.1 401 /);
    expect(await line.say('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toContain(
      '{"status":"ok"}',
    );
  });

  test('431 for headers', async () => {
    const { url, log } = await start();
    const line = await Line.open(url);
    const said = await line.say(`GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(said).toMatch(/^HTTP\/1\.1 431 /);
    expect(log()[0]).toMatchObject({ status: 431, outcome: 'HEADERS_TOO_LARGE', method: null, path: null });
  });

  test('503 when as many are worked on as may be, and again 200 afterwards', async () => {
    const { url, double } = await start({ limits: { underWay: 2 } });
    const release = holdPresents(double);
    const held = [1, 2].map(() => post(`${url}/present`, goodBody()));
    await until(() => double.presented.length === 2);
    const refused = await post(`${url}/present`, goodBody());
    expect([refused.status, refused.body.error.code, refused.headers.get('retry-after')]).toEqual([
      503,
      'OVERLOADED',
      '5',
    ]);
    release();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);
    await expectAlive(url);
  });
});

describe('too slow', () => {
  const limits = { headerMs: 300, requestMs: 300 };

  test.each([
    ['says nothing', ''],
    ['stops within the headers', 'POST /present HTTP/1.1\r\nHost: x\r\n'],
  ])('a connection that %s is closed with 408', async (_, text) => {
    const { url, log } = await start({ limits });
    const line = await Line.open(url);
    expect(await line.say(text)).toMatch(/^HTTP\/1\.1 408 /);
    expect(log()[0]).toMatchObject({ status: 408, outcome: 'TOO_SLOW' });
  });

  test('headers that drip do not gain time', async () => {
    const { url } = await start({ limits });
    const line = await Line.open(url);
    line.socket.write('POST /present HTTP/1.1\r\n');
    const dripping = setInterval(() => line.socket.write('X: x\r\n'), 20);
    await line.ended;
    clearInterval(dripping);
    expect(line.text).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('a body that drips is answered with 408 and closed', async () => {
    const { url, double, log } = await start({ limits });
    const line = await Line.open(url);
    line.socket.write(head('/present', 1_000));
    const dripping = setInterval(() => line.socket.write('x'), 20);
    await line.ended;
    clearInterval(dripping);
    expect(line.text).toMatch(/^HTTP\/1\.1 408 [\s\S]*"TOO_SLOW"/);
    expect([double.presented, log()[0].outcome]).toEqual([[], 'TOO_SLOW']);
  });

  test('a stranger whose body does not come is cut off', async () => {
    const { url } = await start({ limits });
    const line = await Line.open(url);
    expect(await line.say('POST /present HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 401 /,
    );
  });

  test('the time for a request does not count its work', async () => {
    const { url, double } = await start({ limits });
    const release = holdPresents(double);
    const held = post(`${url}/present`, goodBody());
    setTimeout(release, 2_000);
    expect((await held).status).toBe(200);
  });

  test('idle connections keep nobody out: the oldest stranger makes room', async () => {
    const { url } = await start({ limits: { strangers: 5, headerMs: 60_000 } });
    const idle = [];
    for (let number = 0; number < 5; number += 1) idle.push(await Line.open(url));
    await expectAlive(url);
    await idle[0]!.ended;
    expect(idle.map(({ socket }) => socket.closed)).toEqual([true, false, false, false, false]);
    for (const { socket } of idle) socket.destroy();
  });

  test('a connection that has shown the token is no stranger any more', async () => {
    const { url, double } = await start({ limits: { strangers: 3, headerMs: 60_000 } });
    const release = holdPresents(double);
    const held = post(`${url}/present`, goodBody());
    await until(() => double.presented.length === 1);
    const idle = await Promise.all([1, 2, 3, 4].map(() => Line.open(url)));
    release();
    expect((await held).status).toBe(200);
    for (const { socket } of idle) socket.destroy();
  });
});

describe('what is no request', () => {
  test.each([
    ['garbage', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['an unknown method', 'STEAL /present HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['two lengths', 'POST /present HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx'],
    [
      'a length and chunks',
      'POST /present HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx',
    ],
    ['a line break in a header', 'GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n'],
  ])('%s is answered with 400 and closed', async (_, text) => {
    const { url, log, double } = await start();
    expect(await (await Line.open(url)).say(text)).toMatch(/^HTTP\/1\.1 400 /);
    expect(log()[0]).toMatchObject({ status: 400, outcome: 'MALFORMED' });
    expect(double.presented).toEqual([]);
    await expectAlive(url);
  });

  test('chunks that are none', async () => {
    const { url, double } = await start();
    const line = await Line.open(url);
    await line.say(`${head('/present', 'chunked')}zz\r\nx\r\n`);
    expect(double.presented).toEqual([]);
    await expectAlive(url);
  });

  test('CONNECT and an upgrade open nothing', async () => {
    const { url } = await start();
    expect(
      await (await Line.open(url)).say('CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n'),
    ).not.toContain(' 200 ');
    const upgrade = 'GET /present HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const line = await Line.open(url);
    line.socket.write(upgrade);
    await once(line.socket, 'data');
    expect(line.text).toMatch(/^HTTP\/1\.1 401 /);
    line.socket.destroy();
  });

  test('garbage behind a good request does not cut that', async () => {
    const { url, double, log } = await start();
    const release = holdPresents(double);
    const body = goodBody();
    const line = await Line.open(url);
    line.socket.write(`${head('/present', body.length)}${body}`);
    await until(() => double.presented.length === 1);
    expect(await line.say('\x00garbage\r\n\r\n')).toBe('');
    release();
    await until(() => log().length === 1);
    expect(log()[0]).toMatchObject({ status: 200, outcome: 'visible' });
  });
});

describe('HTTP as it may be spoken', () => {
  test('Expect: 100-continue is told to go on only with the token', async () => {
    const { url } = await start();
    const body = goodBody();
    const good = await Line.open(url);
    good.socket.write(head('/present', body.length, ['Expect: 100-continue', 'Connection: close']));
    await once(good.socket, 'data');
    expect(good.text).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    expect(await good.say(body)).toContain('HTTP/1.1 200 ');
    const bad = await Line.open(url);
    const text = head('/present', body.length, ['Expect: 100-continue']).replace(TOKEN, 'x'.repeat(30));
    expect(await bad.say(text)).toMatch(/^HTTP\/1\.1 401 /);
    const other = await Line.open(url);
    other.socket.write(head('/present', body.length, ['Expect: cake']));
    await once(other.socket, 'data');
    expect(other.text).toMatch(/^HTTP\/1\.1 417 /);
    other.socket.destroy();
  });

  test('requests in a row on one connection are answered in their order', async () => {
    const { url, double } = await start();
    const body = goodBody();
    const line = await Line.open(url);
    const said = await line.say(
      [
        `${head('/present', body.length)}${body}`,
        'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n',
        `${head('/nowhere', 2)}{}`,
        `${head('/cleanup', body.length, ['Connection: close'])}${body}`,
      ].join(''),
    );
    expect([...said.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status)).toEqual([
      '200',
      '200',
      '404',
      '200',
    ]);
    expect([double.presented.length, double.cleaned.length]).toEqual([1, 1]);
  });

  test('a client that closes its own half gets its answer', async () => {
    const { url } = await start();
    const body = goodBody();
    const line = await Line.open(url, { allowHalfOpen: true });
    line.socket.end(`${head('/present', body.length)}${body}`);
    await line.ended;
    expect(line.text).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('a client that goes away does not cut what was begun', async () => {
    const { url, double, log } = await start();
    let signal: AbortSignal | undefined;
    let release = () => {};
    double.onPresent = async (record, given) => {
      signal = given;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return { lease: leaseOf(record), report: { visible: true, elapsedMs: 1 } };
    };
    const body = goodBody();
    const line = await Line.open(url);
    line.socket.write(`${head('/present', body.length)}${body}`);
    await until(() => double.presented.length === 1);
    line.socket.resetAndDestroy();
    await expectHealthy(url);
    expect(signal?.aborted).toBe(false);
    release();
    await until(() => log().some(({ outcome }) => outcome === 'visible'));
    expect(log().at(-1)).toMatchObject({ path: '/present', remote: '127.0.0.1' });
  });

  test('a client that goes away within its body begins nothing', async () => {
    const { url, double, log } = await start();
    const line = await Line.open(url);
    line.socket.write(`${head('/present', 100)}{"fqdn":`);
    await expectHealthy(url);
    line.socket.resetAndDestroy();
    await until(() => log().some(({ outcome }) => outcome === 'INCOMPLETE'));
    expect(double.presented).toEqual([]);
  });
});

describe('a thousand at once', () => {
  test('hostile and good ones: every good one is answered', async () => {
    const { url, double, stderr } = await start({ limits: { headerMs: 1_000, requestMs: 1_000 } });
    const hostile: ((line: Line) => void)[] = [
      ({ socket }) => socket.write('POST /present HTTP/1.1\r\nX: '),
      ({ socket }) => socket.write(`${head('/present', 5_000)}{`),
      ({ socket }) =>
        socket.write(`${head('/present', 'chunked')}${`400\r\n${'x'.repeat(1_024)}\r\n`.repeat(20)}`),
      ({ socket }) => socket.write(`${head('/present', 9)}not json!`),
      ({ socket }) => socket.write('\x00\x01\x02\r\n\r\n'),
      ({ socket }) => socket.write(head('/present', 10).replace(TOKEN, 'wrong')),
      ({ socket }) => socket.resetAndDestroy(),
      ({ socket }) => socket.end(head('/present', 10)),
    ];
    const lines: Line[] = [];
    const good: Promise<{ status: number }>[] = [];
    for (let number = 0; number < 1_000; number += 1) {
      const line = await Line.open(url);
      lines.push(line);
      hostile[number % hostile.length]!(line);
      if (number % 10 === 0) good.push(post(`${url}/present`, goodBody()));
    }
    const statuses = (await Promise.all(good)).map(({ status }) => status);
    expect(statuses).toEqual(Array(100).fill(200));
    expect(double.presented).toHaveLength(100);
    for (const { socket } of lines) socket.destroy();
    expect(stderr.text).not.toMatch(/INTERNAL|warning|error:/);
  });
});
