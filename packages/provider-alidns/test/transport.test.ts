import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { abortError, type DnsError } from '@domainproof/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Exchange } from '../src/exchange.js';
import {
  failureOf,
  KEY,
  key,
  type Reply,
  startServer,
  type TestServer,
  testCall,
  zone,
} from './support/server.js';
import { TRANSPORTS } from './support/transports.js';

describe.each(TRANSPORTS)('over $name', ({ providerFor }) => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startServer();
  });
  afterEach(() => server.close());

  const change = { key: key(), add: ['token-1'], remove: [], ttl: 600 };

  /** The failure of an add and of a read, and what was reported of each. Their signals fire when the server has the request. */
  async function bothFail(options = {}, reasonOnArrival?: () => unknown) {
    const provider = providerFor(server, options);
    const controllers = {
      AddDomainRecord: new AbortController(),
      DescribeDomainRecords: new AbortController(),
    };
    if (reasonOnArrival)
      server.respond = ({ action }) => {
        controllers[action as keyof typeof controllers].abort(reasonOnArrival());
        return 'hang';
      };
    const addCall = testCall(controllers.AddDomainRecord.signal);
    const readCall = testCall(controllers.DescribeDomainRecords.signal);
    const add: DnsError = await failureOf(provider.applyChange(zone, undefined, change, addCall));
    const read: DnsError = await failureOf(provider.readRecordSet(zone, key(), readCall));
    expect(addCall.events).toHaveLength(1);
    expect(readCall.events).toHaveLength(1);
    expect(addCall.events[0]).toMatchObject({ operation: 'AddDomainRecord', outcome: add.code, write: true });
    expect(readCall.events[0]).toMatchObject({
      operation: 'DescribeDomainRecords',
      outcome: read.code,
      write: false,
    });
    return { add, read };
  }

  describe('an answer that is none', () => {
    it.each([
      [
        'an HTML page',
        { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad gateway</html>' },
      ],
      ['an empty body', { status: 200, body: '' }],
      ['an empty body with an error status', { status: 503, body: '' }],
      ['half of a JSON text', { status: 200, body: '{"RecordId":"2017458' }],
      [
        'a compressed body that was not asked for',
        { headers: { 'content-encoding': 'gzip' }, body: gzipSync('{}') },
      ],
    ])('%s is TRANSIENT, and a write may have been carried out', async (_, reply: Reply) => {
      server.respond = () => reply;
      const { add, read } = await bothFail();
      expect(add).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: true, httpStatus: reply.status ?? 200 });
      expect(read).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: false });
    });

    it.each([
      ['null', 'null'],
      ['a list', '[]'],
      ['a string', '"fine"'],
    ])('%s is PROTOCOL', async (_, body) => {
      server.respond = () => ({ body });
      const { add, read } = await bothFail();
      expect(add).toMatchObject({ code: 'PROTOCOL', outcomeUnknown: true });
      expect(read).toMatchObject({ code: 'PROTOCOL', outcomeUnknown: false });
    });

    it('with the status of a redirection is PROTOCOL', async () => {
      server.respond = () => ({ status: 302, headers: { location: '/elsewhere' }, body: { RecordId: '1' } });
      const { add, read } = await bothFail();
      expect(add).toMatchObject({ code: 'PROTOCOL', outcomeUnknown: true, httpStatus: 302 });
      expect(read).toMatchObject({ code: 'PROTOCOL', httpStatus: 302 });
      expect(server.requests).toHaveLength(2);
    });

    it('that breaks off in the middle is TRANSIENT', async () => {
      server.respond = () => 'truncate';
      const { add, read } = await bothFail();
      expect(add).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: true });
      expect(read).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: false });
    });

    it('that stops in the middle is a TIMEOUT', async () => {
      server.respond = () => 'stall';
      const { add } = await bothFail({ timeoutMs: 1_000 });
      expect(add).toMatchObject({ code: 'TIMEOUT', outcomeUnknown: true });
    });

    it('that does not end is cut off', async () => {
      server.respond = () => ({ body: Buffer.alloc(20 * 1024 * 1024, ' ') });
      const { read } = await bothFail();
      expect(read).toMatchObject({ code: 'PROTOCOL', message: expect.stringContaining('without an end') });
    });
  });

  describe('a connection that fails', () => {
    it('by a reset leaves the outcome of a write unknown', async () => {
      server.respond = () => 'reset';
      const { add, read } = await bothFail();
      expect(add).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: true });
      expect(add.message).toContain('ECONNRESET');
      expect(read).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: false });
    });

    it('by a closed port names the endpoint and sent nothing', async () => {
      await server.close();
      const { add } = await bothFail();
      expect(add).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: false, retryable: true });
      expect(add.message).toContain(server.endpoint);
      server = await startServer();
    });

    it('by an unknown host names the endpoint and sent nothing', async () => {
      const { add } = await bothFail({ endpoint: 'http://no-such-host.invalid:1' });
      expect(add).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: false });
      expect(add.message).toContain('http://no-such-host.invalid:1');
    });

    it('by the wrong scheme is PROTOCOL, with a word on certificates', async () => {
      const { add } = await bothFail({ endpoint: server.endpoint.replace('http:', 'https:') });
      expect(add).toMatchObject({
        code: 'PROTOCOL',
        outcomeUnknown: false,
        hint: expect.stringContaining('scheme'),
      });
    });
  });

  describe('a server that does not answer', () => {
    beforeEach(() => {
      server.respond = () => 'hang';
    });

    it('is a TIMEOUT after timeoutMs', async () => {
      const { add, read } = await bothFail({ timeoutMs: 1_000 });
      expect(add).toMatchObject({ code: 'TIMEOUT', retryable: true, outcomeUnknown: true });
      expect(read).toMatchObject({ code: 'TIMEOUT', retryable: true, outcomeUnknown: false });
      expect(add.message).toContain('1000 ms');
    });

    it('is left when the signal fires', async () => {
      const { add, read } = await bothFail({}, () => undefined);
      expect(add).toMatchObject({ code: 'ABORTED', outcomeUnknown: true, operation: 'AddDomainRecord' });
      expect(read).toMatchObject({ code: 'ABORTED', outcomeUnknown: false });
    });

    it('is left at the deadline of the signal', async () => {
      const { add } = await bothFail({}, () => new DOMException('late', 'TimeoutError'));
      expect(add).toMatchObject({ code: 'TIMEOUT', retryable: false, outcomeUnknown: true });
    });

    it('loses its connection, so that it sees that nobody waits any more', async () => {
      const closed = new Promise<void>((resolve) => {
        server.respond = () => 'hang';
        const stop = new AbortController();
        const raw = createServer((socket) => {
          socket.on('data', () => stop.abort());
          socket.on('error', () => {});
          socket.on('close', () => {
            raw.close();
            resolve();
          });
        });
        raw.listen(0, '127.0.0.1', () => {
          const { port } = raw.address() as { port: number };
          const provider = providerFor({ endpoint: `http://127.0.0.1:${port}` }, { timeoutMs: 60_000 });
          provider.readRecordSet(zone, key(), testCall(stop.signal)).catch(() => {});
        });
      });
      await closed;
    });

    it.each(['hang', 'stall'] as const)(
      'does not keep the process alive after an abort (%s)',
      async (behaviour) => {
        server.respond = () => behaviour;
        const script = `
      import { alidns } from ${JSON.stringify(fileURLToPath(new URL('../dist/index.js', import.meta.url)))};
      const provider = alidns({ ...${JSON.stringify(KEY)}, endpoint: ${JSON.stringify(server.endpoint)}, timeoutMs: 60_000, environment: {} });
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 100);
      const call = { signal: stop.signal, log: { debug() {}, info() {}, warn() {} }, onApiCall() {} };
      await provider.findZones('example.net.', call).catch((error) => console.log(error.code));
    `;
        const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
          timeout: 10_000,
        });
        expect((await run).stdout.trim()).toBe('ABORTED');
      },
      15_000,
    );
  });

  describe('the signal', () => {
    it('that fired already keeps everything from being sent', async () => {
      const call = testCall(AbortSignal.abort());
      const error = await failureOf(providerFor(server).applyChange(zone, undefined, change, call));
      expect(error).toMatchObject({ code: 'ABORTED', outcomeUnknown: false });
      expect(server.requests).toHaveLength(0);
      expect(call.events).toHaveLength(0);
    });

    it('with a DnsError as its reason does not hide that a write was on its way', async () => {
      const stop = new AbortController();
      server.respond = () => {
        stop.abort(abortError(AbortSignal.abort()));
        return 'hang';
      };
      const work = providerFor(server).applyChange(zone, undefined, change, testCall(stop.signal));
      expect(await failureOf(work)).toMatchObject({ code: 'ABORTED', outcomeUnknown: true });
    });
  });

  describe('the exchange', () => {
    it.each([
      ['its host is looked up', { host: 'example.net', lookup: () => {} }],
      [
        'its connection is made',
        { createConnection: () => connect({ host: 'example.net', port: 80, lookup: () => {} }) },
      ],
    ])('knows that nothing was sent while %s', async (_, options) => {
      const exchange = new Exchange('AddDomainRecord');
      const outgoing = request({ ...options, headers: { 'x-acs-action': 'AddDomainRecord' } });
      outgoing.on('error', () => {});
      expect(exchange.neverSent).toBe(false);
      exchange.began(outgoing);
      await new Promise((resolve) => setImmediate(resolve));
      expect(exchange.neverSent).toBe(true);
      exchange.cancel();
      await new Promise((resolve) => outgoing.once('close', resolve));
      expect(exchange.neverSent).toBe(true);
    });

    it('ends a request that begins after it was cancelled, and one for credentials with it', async () => {
      server.respond = () => 'hang';
      const exchange = new Exchange('AddDomainRecord');
      const closed = (outgoing: ReturnType<typeof request>) =>
        new Promise((resolve) => outgoing.once('close', resolve));
      const forCredentials = request(server.endpoint);
      exchange.began(forCredentials);
      exchange.cancel();
      await closed(forCredentials);
      const late = request(server.endpoint, { headers: { 'x-acs-action': 'AddDomainRecord' } });
      exchange.began(late);
      await closed(late);
      expect(server.requests).toHaveLength(0);
      expect(exchange.neverSent).toBe(true);
    });

    it('signs every request anew', async () => {
      server.respond = () => ({ body: { TotalCount: 0 } });
      const provider = providerFor(server, { securityToken: 'ExampleToken' });
      await provider.readRecordSet(zone, key(), testCall());
      await provider.readRecordSet(zone, key(), testCall());
      const [first, second] = server.requests.map(({ headers }) => headers);
      expect(first?.['x-acs-signature-nonce']).not.toBe(second?.['x-acs-signature-nonce']);
      expect(first).toMatchObject({
        'x-acs-version': '2015-01-09',
        'x-acs-security-token': 'ExampleToken',
        'x-acs-accesskey-id': KEY.accessKeyId,
        authorization: expect.stringMatching(
          /^ACS3-HMAC-SHA256 Credential=LTAI5tExampleKeyId,SignedHeaders=/,
        ),
      });
    });
  });
});
