import { execFile } from 'node:child_process';
import { inspect, promisify } from 'node:util';
import { type DnsError, toFqdn } from '@domainproof/core';
import { afterEach, expect, test, vi } from 'vitest';
import { type DnsClient, huaweicloud } from '../src/index.js';
import { vendorClient } from './support/vendor-client.js';
import {
  type Answer,
  failureOf,
  KEYS,
  listOf,
  newCall,
  type Received,
  startVendorServer,
  type VendorServer,
  vendorSet,
  ZONE,
} from './support/vendor-server.js';

const KEY = { name: toFqdn('_dnsauth.example.com'), type: 'TXT', line: 'default' };
const ADD = { key: KEY, add: ['a'], remove: [], ttl: 300 };
const REMOVE = { key: KEY, add: [], remove: ['token-1'], ttl: 300 };

let server: VendorServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** A provider on the vendor's client as it is published, against a server that answers so. */
async function published(answer: (request: Received) => Answer) {
  server = await startVendorServer(answer);
  const { requests, endpoint } = server;
  return { provider: huaweicloud({ client: vendorClient(endpoint, KEYS, false) }), requests };
}

/** The answer to writes is a refusal whose code the client drops; lists hold `sets`. */
function refusing(status: number, code: string, ...sets: readonly unknown[]) {
  return ({ method }: Received) =>
    method === 'GET' ? listOf(...sets) : { status, json: { code, message: 'What the vendor says.' } };
}

test('a refused POST without a code is RECORD_CONFLICT when something is in the way', async () => {
  const { provider, requests } = await published(refusing(400, 'DNS.0312', vendorSet()));
  const call = newCall();
  await expect(provider.applyChange(ZONE, undefined, ADD, call)).rejects.toMatchObject({
    code: 'RECORD_CONFLICT',
    httpStatus: 400,
    operation: 'CreateRecordSet',
    outcomeUnknown: false,
  });
  expect(requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
  expect(call.events.map(({ operation }) => operation)).toEqual(['CreateRecordSet', 'ListRecordSets']);
});

test('a refused POST without a code is final when nothing is in the way, and the hint tells how to see the code', async () => {
  const { provider } = await published(refusing(400, 'DNS.0213'));
  await expect(provider.applyChange(ZONE, undefined, ADD, newCall())).rejects.toMatchObject({
    code: 'PROTOCOL',
    retryable: false,
    outcomeUnknown: false,
    operation: 'CreateRecordSet',
    hint: expect.stringContaining('http client'),
  });
});

test('a refused POST is told as it is when the look that follows fails', async () => {
  const { provider } = await published(() => ({ status: 400, json: { code: 'DNS.0312' } }));
  await expect(provider.applyChange(ZONE, undefined, ADD, newCall())).rejects.toMatchObject({
    operation: 'CreateRecordSet',
    httpStatus: 400,
  });
});

test('a DELETE with 404 is a set that is gone already', async () => {
  const { provider } = await published(refusing(404, 'DNS.0313', vendorSet()));
  const current = await provider.readRecordSet(ZONE, KEY, newCall());
  const receipt = await provider.applyChange(ZONE, current, REMOVE, newCall());
  expect(receipt).toMatchObject({ settled: true, absent: ['token-1'] });
});

test('a PUT with 404 is RECORD_CONFLICT, so that the caller looks again', async () => {
  const { provider } = await published(refusing(404, 'DNS.0313', vendorSet()));
  const current = await provider.readRecordSet(ZONE, KEY, newCall());
  await expect(provider.applyChange(ZONE, current, ADD, newCall())).rejects.toMatchObject({
    code: 'RECORD_CONFLICT',
    httpStatus: 404,
  });
});

test.each([
  ['PENDING_UPDATE', 'BUSY'],
  ['ACTIVE', 'PROTOCOL'],
])('a PUT with 400 to a set that was %s is %s', async (status, code) => {
  const { provider } = await published(refusing(400, 'DNS.0314', vendorSet({ status })));
  const current = await provider.readRecordSet(ZONE, KEY, newCall());
  const work = provider.applyChange(ZONE, current, ADD, newCall());
  await expect(work).rejects.toMatchObject({ code, retryable: code === 'BUSY' });
});

test.each([
  [401, 'AUTH_INVALID', 'AUTH_INVALID', /access key/],
  [403, 'FORBIDDEN', 'FORBIDDEN', /quota.*permission dns:/],
  [404, 'PROTOCOL', 'ZONE_NOT_FOUND', /endpoint|zone/],
  [409, 'BUSY', 'BUSY', /^/],
  [429, 'THROTTLED', 'THROTTLED', /call rate/],
  [500, 'TRANSIENT', 'TRANSIENT', /^/],
])('HTTP %d without a code is %s for zones and %s for sets', async (status, zones, sets, hint) => {
  const { provider, requests } = await published(() => ({ status, json: { code: 'DNS.9999' } }));
  const errors = [
    await failureOf(provider.findZones(KEY.name, newCall())),
    await failureOf(provider.readRecordSet(ZONE, KEY, newCall())),
    await failureOf(provider.applyChange(ZONE, undefined, ADD, newCall())),
  ] as DnsError[];
  expect(errors.map(({ code }) => code)).toEqual([zones, sets, sets]);
  for (const error of errors) {
    expect(error).toMatchObject({ httpStatus: status, vendorCode: undefined });
    expect(error.hint ?? '').toMatch(hint);
  }
  expect(errors[2]?.outcomeUnknown).toBe(status >= 500);
  expect(requests).toHaveLength(3);
});

test('a gateway refusal keeps its code, and a refused key is sent once', async () => {
  const error_msg = 'Incorrect IAM authentication information: verify aksk signature fail';
  const { provider, requests } = await published(() => ({
    status: 401,
    json: { error_code: 'APIGW.0301', error_msg },
    headers: { 'x-request-id': 'r1' },
  }));
  await expect(provider.findZones(KEY.name, newCall())).rejects.toMatchObject({
    code: 'AUTH_INVALID',
    vendorCode: 'APIGW.0301',
    requestId: 'r1',
    hint: expect.stringContaining('secret key'),
  });
  expect(requests).toHaveLength(1);
});

test.each(['null', ''])(
  'an answer of "%s" that the client stumbles over is PROTOCOL or TRANSIENT',
  async (raw) => {
    for (const status of [200, 503]) {
      const { provider } = await published(() => ({ status, raw }));
      await expect(provider.applyChange(ZONE, undefined, ADD, newCall())).rejects.toMatchObject({
        code: status === 503 && raw === '' ? 'TRANSIENT' : 'PROTOCOL',
        outcomeUnknown: true,
      });
      await server?.close();
    }
  },
);

/** A client whose calls all end so. */
function clientThat(work: () => unknown): DnsClient {
  const method = async () => work();
  return {
    listPublicZones: method,
    showRecordSetByZone: method,
    createRecordSetWithLine: method,
    updateRecordSets: method,
    deleteRecordSets: method,
  };
}

test.each([
  ['timeout of 5000ms exceeded', 'TIMEOUT', true],
  ['connect ECONNREFUSED 127.0.0.1:1', 'TRANSIENT', false],
  ['getaddrinfo ENOTFOUND dns.example', 'TRANSIENT', false],
  ['read ECONNRESET', 'TRANSIENT', true],
  ['socket hang up', 'TRANSIENT', true],
  ['self-signed certificate in certificate chain', 'PROTOCOL', false],
  ['write EPROTO 00000:error:0A00010B:SSL routines', 'PROTOCOL', false],
  ["Cannot read properties of null (reading 'error')", 'PROTOCOL', true],
])('an exception that only says "%s" is %s', async (message, code, outcomeUnknown) => {
  const client = clientThat(() => {
    throw Object.assign(new Error(message), { name: 'ServiceResponseException' });
  });
  const provider = huaweicloud({ client });
  expect(await failureOf(provider.applyChange(ZONE, undefined, ADD, newCall()))).toMatchObject({
    code,
    outcomeUnknown,
    provider: 'huaweicloud',
  });
});

test.each([undefined, 'text', { httpStatusCode: 'x' }])(
  '%o thrown by a client is PROTOCOL',
  async (thrown) => {
    const client = clientThat(() => {
      throw thrown;
    });
    await expect(huaweicloud({ client }).findZones(KEY.name, newCall())).rejects.toMatchObject({
      code: 'PROTOCOL',
    });
  },
);

test('an answer that is no object may have broken off', async () => {
  const client = clientThat(() => 'text');
  await expect(huaweicloud({ client }).findZones(KEY.name, newCall())).rejects.toMatchObject({
    code: 'TRANSIENT',
    httpStatus: 200,
  });
});

test('a late refusal of an interrupted call goes unheard', async () => {
  let refuse: (reason: Error) => void = () => {};
  const client = clientThat(() => new Promise((_, reject) => (refuse = reject)));
  const controller = new AbortController();
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const work = huaweicloud({ client }).applyChange(ZONE, undefined, ADD, newCall(controller.signal));
  setImmediate(() => controller.abort());
  await expect(work).rejects.toMatchObject({ code: 'ABORTED', outcomeUnknown: true });
  refuse(new Error('too late'));
  await new Promise((done) => setImmediate(done));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test('long words of an exception are masked, as the client of someone else may hold other keys', async () => {
  const client = clientThat(() => {
    throw Object.assign(new Error('x'), {
      httpStatusCode: 400,
      errorCode: 'DNS.0308',
      errorMsg: `ak ABCDEFGHIJKLMNOPQRST, token ${'Q'.repeat(900)}, value "short"`,
    });
  });
  const error = (await failureOf(huaweicloud({ client }).findZones(KEY.name, newCall()))) as DnsError;
  expect(error.code).toBe('INVALID_VALUE');
  expect(error.message).toContain('"short"');
  expect(inspect(error, { depth: 9 })).not.toMatch(/ABCDEFGH|QQQQ/);
});

test('a client without a method that is needed is told so', async () => {
  const { listPublicZones: _, ...rest } = clientThat(() => ({}));
  const call = newCall();
  const work = huaweicloud({ client: rest as DnsClient }).findZones(KEY.name, call);
  await expect(work).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringContaining('listPublicZones'),
  });
  expect(call.events).toEqual([]);
});

test('an older client without the methods for batches has no batches', () => {
  const older = clientThat(() => ({}));
  expect(huaweicloud({ client: older }).capabilities.batch).toBe(false);
  const newer = vendorClient('http://127.0.0.1:1', KEYS, true);
  expect(huaweicloud({ client: newer }).capabilities.batch).toEqual({ from: 3 });
});

test.each([
  { accessKeyId: 'ak' },
  { secretAccessKey: 'sk' },
  { securityToken: 'token' },
  { projectId: 'p1' },
  { endpoint: 'http://127.0.0.1' },
  { region: 'cn-north-4' },
])('%o beside a client is refused, and not ignored', (option) => {
  const client = clientThat(() => ({}));
  expect(() => huaweicloud({ client, ...option })).toThrow(
    expect.objectContaining({
      code: 'UNSUPPORTED',
      message: expect.stringContaining(Object.keys(option)[0] as string),
    }),
  );
});

test('a client needs neither keys nor environment', () => {
  const environment = new Proxy({}, { get: (_, name) => expect.unreachable(`read ${String(name)}`) });
  expect(huaweicloud({ client: clientThat(() => ({})), environment }).id).toBe('huaweicloud');
});

test('nothing of the vendor is loaded for a ready client', async () => {
  const script = `
    import { createRequire } from 'node:module';
    import { huaweicloud } from '@domainproof/provider-huaweicloud';
    const { cache } = createRequire('file:///');
    const client = { listPublicZones: async () => ({ zones: [], httpStatusCode: 200 }) };
    const call = { signal: new AbortController().signal, log: {}, onApiCall() {} };
    const zones = await huaweicloud({ client }).findZones('example.com.', call);
    console.log(JSON.stringify([zones.length, Object.keys(cache).filter((file) => file.includes('huaweicloud-sdk')).length]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
  });
  expect(JSON.parse(stdout)).toEqual([0, 0]);
});
