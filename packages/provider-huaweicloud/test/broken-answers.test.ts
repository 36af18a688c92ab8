import { inspect } from 'node:util';
import { DnsError, toFqdn } from '@domainproof/core';
import { describe, expect, test } from 'vitest';
import {
  type Answer,
  failureOf,
  KEYS,
  newCall,
  providerAt,
  startVendorServer,
  TELLING,
  type TestCall,
  type Via,
  vendorSet,
  ZONE,
} from './support/vendor-server.js';

const KEY = { name: toFqdn('_dnsauth.example.com'), type: 'TXT', line: 'default' };
const CHANGE = { key: KEY, add: ['a'], remove: [], ttl: 300 };
const TOKEN = 'STSTOKEN/0003+value==';

interface Setting {
  via?: Via;
  call?: () => TestCall;
  timeoutMs?: number;
  endpoint?: string;
}

/** What a read and a write fail with when they are answered the same way; each call is reported exactly once. */
async function failures(
  answer: Answer | (() => Answer),
  { call = newCall, timeoutMs, endpoint, via }: Setting = {},
) {
  const server = await startVendorServer(typeof answer === 'function' ? answer : () => answer);
  const options = { timeoutMs, securityToken: TOKEN };
  const provider = providerAt({ endpoint: endpoint ?? server.endpoint }, options, via);
  const calls = [call(), call()] as const;
  const read = await failureOf(provider.readRecordSet(ZONE, KEY, calls[0]));
  const write = await failureOf(provider.applyChange(ZONE, undefined, CHANGE, calls[1]));
  await server.close();
  for (const [index, error] of [read, write].entries())
    expect(calls[index as 0 | 1].events).toEqual([
      expect.objectContaining({ provider: 'huaweicloud', outcome: (error as DnsError).code }),
    ]);
  return { read, write };
}

const HTML = '<html><head><title>502 Bad Gateway</title></head></html>';
const WHOLE = JSON.stringify({ recordsets: [vendorSet()], metadata: { total_count: 1 } });

test.each<[string, Answer]>([
  ['HTML', { raw: HTML, headers: { 'content-type': 'text/html' } }],
  ['an empty body', { raw: '' }],
  ['half an object', { raw: WHOLE.slice(0, 40) }],
  ['a list', { raw: '[]' }],
  ['null', { raw: 'null' }],
  ['more than 8 MiB', { raw: `{"recordsets":"${'x'.repeat(9 * 1024 * 1024)}"}` }],
])('%s is TRANSIENT with a 5xx and PROTOCOL otherwise', async (_, answer) => {
  const good = await failures({ ...answer, status: 200 });
  expect(good.read).toMatchObject({ code: 'PROTOCOL', httpStatus: 200, outcomeUnknown: false });
  expect(good.write).toMatchObject({ code: 'PROTOCOL', httpStatus: 200, outcomeUnknown: true });
  const bad = await failures({ ...answer, status: 503 });
  expect(bad.read).toMatchObject({ code: 'TRANSIENT', retryable: true, outcomeUnknown: false });
  expect(bad.write).toMatchObject({ code: 'TRANSIENT', retryable: true, outcomeUnknown: true });
  const refused = await failures({ ...answer, status: 400 });
  expect(refused.write).toMatchObject({ code: 'PROTOCOL', outcomeUnknown: false });
});

test('a connection that ends in the middle of a good answer is TRANSIENT, and a write may have been carried out', async () => {
  const { read, write } = await failures({ raw: WHOLE, broken: 'cut' });
  expect(read).toMatchObject({ code: 'TRANSIENT', httpStatus: 200, outcomeUnknown: false });
  expect(write).toMatchObject({ code: 'TRANSIENT', httpStatus: 200, outcomeUnknown: true });
});

test('a 401 whose text is cut off is a 401 still', async () => {
  const { read } = await failures({ status: 401, raw: '{"error_code":"APIGW.0301"}', broken: 'cut' });
  expect(read).toMatchObject({ code: 'AUTH_INVALID', retryable: false });
});

test('a redirect is refused and not followed', async () => {
  const target = await startVendorServer(() => ({ json: {} }));
  const { read } = await failures({ status: 307, json: {}, headers: { location: target.endpoint } });
  await target.close();
  expect(read).toMatchObject({ code: 'PROTOCOL', httpStatus: 307 });
  expect(target.requests).toEqual([]);
});

test('no secret is in the provider object', () => {
  const shown = inspect(providerAt({ endpoint: 'http://127.0.0.1' }), { depth: 9, showHidden: true });
  expect(shown).not.toContain(KEYS.secretAccessKey);
});

function abortingSoon(reason?: unknown): () => TestCall {
  return () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 60);
    return newCall(controller.signal);
  };
}

describe.each(TELLING)('over %s', (via) => {
  const own = via === 'its own requests';

  test.each<[string, Answer]>([
    ['HTML', { raw: HTML, headers: { 'content-type': 'text/html' } }],
    ['an empty body', { raw: '' }],
    ['half an object', { raw: WHOLE.slice(0, 40) }],
  ])('%s with a good status is PROTOCOL, and with a 5xx TRANSIENT', async (_, answer) => {
    const good = await failures({ ...answer, status: 200 }, { via });
    expect(good.read).toMatchObject({ code: 'PROTOCOL', httpStatus: 200, outcomeUnknown: false });
    expect(good.write).toMatchObject({ code: 'PROTOCOL', httpStatus: 200, outcomeUnknown: true });
    const bad = await failures({ ...answer, status: 503 }, { via });
    expect(bad.read).toMatchObject({ code: 'TRANSIENT', httpStatus: 503, outcomeUnknown: false });
    expect(bad.write).toMatchObject({ code: 'TRANSIENT', httpStatus: 503, outcomeUnknown: true });
  });

  test('a reset connection is TRANSIENT, and a write may have been carried out', async () => {
    const { read, write } = await failures({ broken: 'reset' }, { via });
    expect(read).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: false });
    expect(write).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: true, operation: 'CreateRecordSet' });
  });

  test('an endpoint where nothing listens is named, and nothing was written', async () => {
    const gone = await startVendorServer(() => ({}));
    await gone.close();
    const { read, write } = await failures({}, { endpoint: gone.endpoint, via });
    for (const error of [read, write])
      expect(error).toMatchObject({
        code: 'TRANSIENT',
        outcomeUnknown: false,
        message: expect.stringMatching(
          own ? /127\.0\.0\.1:\d+ .*ECONNREFUSED.*check the endpoint/ : /ECONNREFUSED.*check the endpoint/,
        ),
      });
  });

  test('an endpoint whose name does not resolve is named, and nothing was written', async () => {
    const { write } = await failures({}, { endpoint: 'http://no-such-host.invalid', via });
    expect(write).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: false });
    expect((write as DnsError).message).toMatch(
      own ? /no-such-host\.invalid .*(ENOTFOUND|EAI_AGAIN)/ : /(ENOTFOUND|EAI_AGAIN)/,
    );
  });

  test('no answer in time is TIMEOUT, and a write may have been carried out', async () => {
    const { read, write } = await failures({ broken: 'hang' }, { timeoutMs: 60, via });
    expect(read).toMatchObject({ code: 'TIMEOUT', retryable: true, outcomeUnknown: false });
    expect(write).toMatchObject({ code: 'TIMEOUT', retryable: true, outcomeUnknown: true });
    expect((write as DnsError).message).toContain('60 ms');
  });

  test('an aborted call ends with ABORTED, and a write may have been carried out', async () => {
    const { read, write } = await failures({ broken: 'hang' }, { call: abortingSoon(), via });
    expect(read).toMatchObject({ code: 'ABORTED', outcomeUnknown: false });
    expect(write).toMatchObject({ code: 'ABORTED', outcomeUnknown: true });
  });

  test('an aborted call whose reason is an error of ours keeps its code', async () => {
    const reason = new DnsError('TIMEOUT', 'The deadline passed.', { retryable: false });
    const { write } = await failures({ broken: 'hang' }, { call: abortingSoon(reason), via });
    expect(write).toMatchObject({
      code: 'TIMEOUT',
      message: 'The deadline passed.',
      retryable: false,
      outcomeUnknown: true,
      operation: 'CreateRecordSet',
    });
  });

  test('a signal that is aborted already means no request at all', async () => {
    const server = await startVendorServer(() => ({ json: {} }));
    const call = newCall(AbortSignal.abort());
    const error = await failureOf(providerAt(server, {}, via).applyChange(ZONE, undefined, CHANGE, call));
    await server.close();
    expect(error).toMatchObject({ code: 'ABORTED', outcomeUnknown: false });
    expect(server.requests).toEqual([]);
    expect(call.events).toEqual([]);
  });

  test('no secret is in any error or event, even if the vendor repeats all of them', async () => {
    const secrets = [KEYS.accessKeyId, KEYS.secretAccessKey, TOKEN];
    const echo = secrets.map((secret) => `${secret} ${encodeURIComponent(secret)} Signature=abc`).join('\n');
    const headers = { 'x-request-id': KEYS.accessKeyId };
    const answers: Answer[] = [
      { status: 401, json: { error_code: 'APIGW.0301', error_msg: echo }, headers },
      { status: 400, json: { code: KEYS.secretAccessKey, message: `${'x'.repeat(290)}${echo}` }, headers },
      { status: 400, json: { error_code: 'DNS.0001', error_msg: echo, request_id: KEYS.accessKeyId } },
      { status: 502, raw: echo, headers },
      { status: 200, raw: echo, headers },
      { status: 302, json: {}, headers: { location: `http://${KEYS.accessKeyId}/` } },
      { broken: 'reset' },
      { raw: echo, broken: 'cut' },
    ];
    for (const answer of answers) {
      const calls: TestCall[] = [];
      const call = () => {
        const next = newCall();
        calls.push(next);
        return next;
      };
      const { read, write } = await failures(answer, { call, via });
      for (const error of [read, write]) {
        expect(error).toBeInstanceOf(DnsError);
        const { message, stack } = error as DnsError;
        const everything = [
          message,
          stack,
          JSON.stringify(error),
          inspect(error, { depth: 9, showHidden: true }),
        ];
        const shown = `${everything.join('\n')}${JSON.stringify(calls.map(({ events }) => events))}`;
        for (const secret of secrets) {
          expect(shown).not.toContain(secret);
          expect(shown).not.toContain(secret.slice(0, 9));
          expect(shown).not.toContain(encodeURIComponent(secret));
        }
        expect(shown).not.toContain('Signature=abc');
      }
    }
  });
});
