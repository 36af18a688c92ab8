import type Alidns from '@alicloud/alidns20150109';
import type Alidns30 from 'alidns-3.0';
import type Alidns35 from 'alidns-3.5';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AlidnsSdkClient, alidns } from '../src/index.js';
import {
  failureOf,
  KEY,
  key,
  recordPage,
  refusal,
  startServer,
  type TestServer,
  testCall,
  zone,
} from './support/server.js';
import { OLDER_CLIENTS, officialClient, TRANSPORTS } from './support/transports.js';

let server: TestServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

const change = { key: key(), add: ['token-1'], remove: [], ttl: 600 };
const added = { body: { RequestId: 'R', RecordId: '20174582930112513' } };

describe.each(OLDER_CLIENTS)('over $name', ({ providerFor }) => {
  const add = (options = {}, call = testCall()) =>
    providerFor(server, options).applyChange(zone, undefined, change, call);
  const read = (call = testCall()) => providerFor(server).readRecordSet(zone, key(), call);

  it('adds, reads and removes', async () => {
    server.respond = ({ action }) =>
      action === 'AddDomainRecord' ? added : recordPage(1, [{ Value: 'token-1', RecordId: '7' }]);
    expect(await add()).toMatchObject({ native: { recordIds: { 'token-1': '20174582930112513' } } });
    const current = await read();
    expect(current?.values).toEqual(['token-1']);
    await providerFor(server).applyChange(
      zone,
      current,
      { ...change, add: [], remove: ['token-1'] },
      testCall(),
    );
    expect(server.actions()).toEqual(['AddDomainRecord', 'DescribeDomainRecords', 'DeleteDomainRecord']);
    expect(server.requests[2]?.parameters).toEqual({ RecordId: '7' });
  });

  it('signs with the token of the client', async () => {
    server.respond = () => added;
    await add({ securityToken: 'ExampleToken' });
    expect(server.requests[0]?.headers).toMatchObject({
      'x-acs-version': '2015-01-09',
      'x-acs-security-token': 'ExampleToken',
    });
  });

  it('tells a refusal as the default transport does', async () => {
    server.respond = () => refusal('Forbidden.RAM', 'User not authorized.', 400);
    const call = testCall();
    expect(await failureOf(add({}, call))).toMatchObject({
      code: 'FORBIDDEN',
      vendorCode: 'Forbidden.RAM',
      httpStatus: 400,
      requestId: '6000EF52-23F8-5FD5-9FBF-D0C3D926FEA0',
      hint: expect.stringContaining('alidns:AddDomainRecord'),
    });
    expect(call.events).toMatchObject([{ outcome: 'FORBIDDEN', write: true, vendorCode: 'Forbidden.RAM' }]);
  });

  it('tells how long a throttled call is to wait', async () => {
    server.respond = () => refusal('Throttling.User', 'Slow down.', 400, { 'x-acs-retry-after': '1500' });
    expect(await failureOf(add())).toMatchObject({ code: 'THROTTLED', retryAfterMs: 1_500 });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['a page', { status: 502, body: '<html>Bad gateway</html>' }],
    ['an empty body', { body: '' }],
    ['an answer that breaks off', 'truncate' as const],
    ['a reset', 'reset' as const],
  ])('%s is TRANSIENT with an unknown outcome', async (_, behaviour) => {
    server.respond = () => behaviour;
    expect(await failureOf(add())).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: true });
    expect(server.requests).toHaveLength(1);
  });

  it('ends at timeoutMs and at the signal', async () => {
    server.respond = () => 'hang';
    expect(await failureOf(add({ timeoutMs: 1_000 }))).toMatchObject({
      code: 'TIMEOUT',
      outcomeUnknown: true,
    });
    const stop = new AbortController();
    server.respond = () => {
      stop.abort();
      return 'hang';
    };
    expect(await failureOf(add({}, testCall(stop.signal)))).toMatchObject({
      code: 'ABORTED',
      outcomeUnknown: true,
    });
  });
});

describe.each([...TRANSPORTS, ...OLDER_CLIENTS].slice(1))('$name', ({ providerFor }) => {
  it('shows no secret of its own when the service repeats it', async () => {
    const secrets = { accessKeyId: 'LTAIown', accessKeySecret: 'own/Secret+', securityToken: 'own/Token=' };
    server.respond = () => refusal('Some.Code', Object.values(secrets).join(' '));
    const error = await failureOf(providerFor(server, secrets).readRecordSet(zone, key(), testCall()));
    for (const secret of Object.values(secrets)) expect(error.message).not.toContain(secret);
    expect(error.message).toContain('[redacted]');
  });

  it('names the endpoint that cannot be reached', async () => {
    const { endpoint } = server;
    await server.close();
    const error = await failureOf(providerFor(server).readRecordSet(zone, key(), testCall()));
    expect(error).toMatchObject({ code: 'TRANSIENT', message: expect.stringContaining(endpoint) });
    server = await startServer();
  });
});

describe('alidns({ client })', () => {
  it('takes the clients by their own types', () => {
    // That this compiles is what is tested.
    const typed = (client: Alidns.default | Alidns35.default | Alidns30.default) => alidns({ client });
    const client = officialClient('4.6.1', { ...KEY, endpoint: server.endpoint });
    expect(typed(client as Alidns.default).id).toBe('alidns');
  });

  it('lets no retry of the client take its own record for somebody else’s', async () => {
    const retryOptions = {
      retryable: true,
      noRetryCondition: [],
      retryCondition: [{ maxAttempts: 3, exception: ['SyntaxError', 'ServerError'], errorCode: [] }],
    };
    const client = officialClient('4.6.1', { ...KEY, endpoint: server.endpoint }, { retryOptions });
    server.respond = (_, index) =>
      index === 0 ? { status: 502, body: '<html>' } : refusal('DomainRecordDuplicate', 'There already.');
    const work = alidns({ client }).applyChange(zone, undefined, change, testCall());
    expect(await failureOf(work)).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: true });
    expect(server.requests).toHaveLength(1);
  });

  it('works with the older signature, whose errors hold it in a URL', async () => {
    const config = { signatureAlgorithm: 'v2' };
    const client = officialClient(
      '4.6.1',
      { ...KEY, endpoint: server.endpoint, securityToken: 'to/ken' },
      config,
    );
    const provider = alidns({ client });
    server.respond = () => recordPage(1, [{ Value: 'token-1' }]);
    expect((await provider.readRecordSet(zone, key(), testCall()))?.values).toEqual(['token-1']);
    server.respond = () => 'reset';
    const error = await failureOf(provider.applyChange(zone, undefined, change, testCall()));
    expect(error).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: true });
    expect(JSON.stringify(error)).not.toMatch(/to%2Fken|Signature=[^[]/);
  });

  it('reads no credentials and no endpoint of the environment', async () => {
    const client = officialClient('4.6.1', { ...KEY, endpoint: server.endpoint });
    const environment = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'other',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'other',
      DOMAINPROOF_ALIDNS_ENDPOINT: 'http://127.0.0.1:1',
    };
    server.respond = () => added;
    await alidns({ client, environment }).applyChange(zone, undefined, change, testCall());
    expect(server.requests[0]?.headers.authorization).toContain(KEY.accessKeyId);
  });

  it.each(['4.6.1', '3.0.13'] as const)(
    '%s without credentials is AUTH_INVALID, and sends nothing',
    async (version) => {
      const { endpoint } = server;
      const client = officialClient(version, { endpoint });
      const error = await failureOf(alidns({ client }).applyChange(zone, undefined, change, testCall()));
      expect(error).toMatchObject({ code: 'AUTH_INVALID', outcomeUnknown: false, retryable: false });
      expect(server.requests).toHaveLength(0);
    },
  );

  it('whose credential fails is AUTH_INVALID, and shows nothing of why', async () => {
    const fails = () => Promise.reject(new Error('cannot read: {"access_key_secret":"s3cret"}'));
    const credential = {
      getAccessKeyId: fails,
      getAccessKeySecret: fails,
      getSecurityToken: fails,
      getCredential: fails,
    };
    const client = officialClient('4.6.1', { endpoint: server.endpoint }, { credential });
    const error = await failureOf(alidns({ client }).applyChange(zone, undefined, change, testCall()));
    expect(error).toMatchObject({ code: 'AUTH_INVALID', outcomeUnknown: false });
    expect(JSON.stringify(error)).not.toContain('s3cret');
    expect(server.requests).toHaveLength(0);
  });

  it('of another kind needs no more than callApi, and its writes are of unknown outcome', async () => {
    const client: AlidnsSdkClient = { callApi: () => Promise.reject(new Error('no such luck')) };
    const error = await failureOf(alidns({ client }).applyChange(zone, undefined, change, testCall()));
    expect(error).toMatchObject({
      code: 'PROTOCOL',
      outcomeUnknown: true,
      message: expect.stringContaining('no such luck'),
    });
  });

  it.each([
    ['accessKeyId', { accessKeyId: 'a' }],
    ['endpoint', { endpoint: 'http://127.0.0.1:1' }],
    ['credentials', { credentials: 'default-chain' as const }],
  ])('beside %s is refused', (name, options) => {
    const client = officialClient('3.0.13', { ...KEY, endpoint: server.endpoint });
    expect(() => alidns({ client, ...options })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', message: expect.stringContaining(name) }),
    );
  });

  it('that is no client is refused', () => {
    expect(() => alidns({ client: {} as never })).toThrow(/callApi/);
  });
});
