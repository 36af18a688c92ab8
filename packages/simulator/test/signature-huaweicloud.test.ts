import { createHash } from 'node:crypto';
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core';
import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../src/http/exchange.js';
import {
  canonicalRequest,
  isSigned,
  parseAuthorization,
  parseSdkDate,
  signatureOf,
} from '../src/huaweicloud/signature.js';
import { huaweicloudAccount, sdkDate, signHuaweicloud, txt } from './huaweicloud-account.js';

const vector: Exchange = {
  method: 'POST',
  rawPath: '/v2.1/zones/z1/recordsets',
  query: [],
  headers: {
    'content-type': 'application/json',
    host: '127.0.0.1:8053',
    'x-project-id': 'p1',
    'x-sdk-date': '20260102T030405Z',
  },
  body: Buffer.from('{"name":"_dnsauth.example.com.","type":"TXT","ttl":300,"records":["\\"abc\\""]}'),
  form: [],
};
const signedHeaders = ['content-type', 'host', 'x-project-id', 'x-sdk-date'];
const signature = 'fed318fc4f62c4d99f0a4b148a3f374894a0b49a4d26d03eac47ff60fea61d09';

describe('the test vector of SDK-HMAC-SHA256', () => {
  it('has this canonical request and signature', () => {
    const hash = createHash('sha256').update(canonicalRequest(vector, signedHeaders)).digest('hex');
    expect(hash).toBe('adb9e4ff9469c164e0ca6f023def1bb817b624d1ea19296cae17c8841a9c73bd');
    expect(signatureOf(vector, signedHeaders, 'testSecret')).toBe(signature);
  });

  it('is accepted with and without spaces after the commas', () => {
    for (const comma of [', ', ',']) {
      const header = [
        'SDK-HMAC-SHA256 Access=testId',
        `SignedHeaders=${signedHeaders.join(';')}`,
        `Signature=${signature}`,
      ].join(comma);
      const authorization = parseAuthorization(header);
      expect(authorization?.accessKeyId).toBe('testId');
      expect(isSigned(vector, authorization!, 'testSecret')).toBe(true);
      expect(isSigned(vector, authorization!, 'testSecreT')).toBe(false);
    }
  });

  it.each<[string, Partial<Exchange>]>([
    ['method', { method: 'PUT' }],
    ['path', { rawPath: '/v2.1/zones/z2/recordsets' }],
    ['query', { query: [['limit', '1']] }],
    ['body', { body: Buffer.from('{}') }],
    ['signed header', { headers: { ...vector.headers, 'x-project-id': 'p2' } }],
  ])('is refused when the %s is changed', (_, change) => {
    const authorization = { accessKeyId: 'testId', signedHeaders, signature };
    expect(isSigned({ ...vector, ...change }, authorization, 'testSecret')).toBe(false);
  });

  it('is refused where host or date are not among the signed headers', () => {
    for (const left of ['host', 'x-sdk-date']) {
      const names = signedHeaders.filter((name) => name !== left);
      const authorization = {
        accessKeyId: 'testId',
        signedHeaders: names,
        signature: signatureOf(vector, names, 'testSecret'),
      };
      expect(isSigned(vector, authorization, 'testSecret')).toBe(false);
    }
  });

  it('takes a named body hash only if it is that of the body, or says that it is not signed', () => {
    const names = [...signedHeaders, 'x-sdk-content-sha256'];
    const verdict = (hash: string) => {
      const exchange = { ...vector, headers: { ...vector.headers, 'x-sdk-content-sha256': hash } };
      const authorization = {
        accessKeyId: 'testId',
        signedHeaders: names,
        signature: signatureOf(exchange, names, 'testSecret'),
      };
      return isSigned(exchange, authorization, 'testSecret');
    };
    expect(verdict('947fcb9833882cde1a0020c9898b2a85532e430f9a883a1f35ab59e35d67b939')).toBe(true);
    expect(verdict('UNSIGNED-PAYLOAD')).toBe(true);
    expect(verdict('0'.repeat(64))).toBe(false);
  });
});

describe('reading of headers', () => {
  it.each([undefined, '', 'Bearer x', 'SDK-HMAC-SHA256 Access=a, SignedHeaders=host', 'V11-HMAC-SHA256 x'])(
    'takes %j for no authorization',
    (header) => expect(parseAuthorization(header)).toBeUndefined(),
  );

  it('reads the date in UTC, and nothing that is not one', () => {
    expect(parseSdkDate('20260102T030405Z')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
    for (const text of [undefined, '', '2026-01-02T03:04:05Z', '20261302T030405Z', '20260102T030405'])
      expect(parseSdkDate(text)).toBeUndefined();
  });
});

describe("requests of the vendor's own signer", () => {
  async function vendorCall(
    account: Awaited<ReturnType<typeof huaweicloudAccount>>,
    method: string,
    path: string,
    query: Record<string, string | string[]> = {},
    data?: unknown,
    headers: Record<string, string> = {},
    secret = account.keys.secretAccessKey,
  ) {
    const credentials = new BasicCredentials({ ak: account.keys.accessKeyId, sk: secret });
    const request = {
      method,
      endpoint: `http://${account.host}${path}`,
      url: path,
      queryParams: query,
      headers: { 'content-type': 'application/json', ...headers },
      ...(data === undefined ? {} : { data }),
    };
    const signed = AKSKSigner.sign(request as never, credentials as never) as unknown as Record<
      string,
      string
    >;
    const { host: _, ...sent } = signed;
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      [value].flat().map((item) => [name, item]),
    );
    const search = pairs.map(([name = '', item = '']) => `${name}=${encodeURIComponent(item)}`).join('&');
    const response = await fetch(`http://${account.host}${path}?${search}`, {
      method,
      headers: sent,
      ...(data === undefined ? {} : { body: JSON.stringify(data) }),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  }

  it('are accepted for every method, with queries of all sorts', async () => {
    const account = await huaweicloudAccount();
    const path = await account.recordSets();
    const created = await vendorCall(account, 'POST', path, {}, txt('_a.example.com.', '证书 (*)'));
    expect(created.status).toBe(202);
    const one = `${path}/${created.body.id}`;
    const listed = await vendorCall(account, 'GET', path, {
      search_mode: 'equal',
      name: '_a.example.com.',
      limit: '500',
      tags: "it's, a|b!*()~ c",
      type: 'TXT',
    });
    expect(listed).toMatchObject({ status: 200, body: { metadata: { total_count: 1 } } });
    expect((await vendorCall(account, 'PUT', one, {}, txt('_a.example.com.', 'b'))).status).toBe(202);
    expect((await vendorCall(account, 'DELETE', path, {}, { recordset_ids: [created.body.id] })).status).toBe(
      202,
    );
    expect((await vendorCall(account, 'GET', one)).status).toBe(404);
  });

  it('are accepted with a project id and the several values of one parameter', async () => {
    const account = await huaweicloudAccount();
    const query = { tags: ['b,2', 'a,1'], type: 'public' };
    const answer = await vendorCall(account, 'GET', '/v2/zones', query, undefined, { 'X-Project-Id': 'p1' });
    expect(answer.status).toBe(200);
  });

  it('carry the security token of temporary credentials', async () => {
    const account = await huaweicloudAccount({ securityToken: 'temporary', zones: [] });
    const zones = (headers: Record<string, string>) =>
      vendorCall(account, 'GET', '/v2/zones', {}, undefined, headers);
    expect((await zones({ 'X-Security-Token': 'temporary' })).status).toBe(200);
    expect((await zones({ 'X-Security-Token': 'another' })).status).toBe(401);
    expect((await zones({})).status).toBe(401);
  });

  it('must have signed the token that they carry', async () => {
    const account = await huaweicloudAccount({ securityToken: 'temporary', zones: [] });
    const { accessKeyId, secretAccessKey } = account.keys;
    const headers: Record<string, string> = { host: account.host, 'x-sdk-date': sdkDate() };
    const ask = async (sent: Record<string, string>, signed: Record<string, string>) => {
      const request = { method: 'GET', path: '/v2/zones', headers: signed, accessKeyId, secretAccessKey };
      const { host: _, ...plain } = sent;
      const authorization = signHuaweicloud(request);
      return (await fetch(`http://${account.host}/v2/zones`, { headers: { ...plain, authorization } }))
        .status;
    };
    const full = { ...headers, 'x-security-token': 'temporary' };
    expect(await ask(full, full)).toBe(200);
    expect(await ask(full, headers)).toBe(401);
  });

  it('are refused with a wrong secret', async () => {
    const account = await huaweicloudAccount();
    const answer = await vendorCall(account, 'GET', '/v2/zones', {}, undefined, {}, 'wrong');
    expect(answer).toMatchObject({ status: 401, body: { error_code: 'APIGW.0301' } });
  });
});

describe('the gateway', () => {
  const text = (why: string) => `Incorrect IAM authentication information: ${why}`;

  it('refuses in its own form, with a request id of 32 digits', async () => {
    const { call, calls } = await huaweicloudAccount();
    const { status, body, headers } = await call('GET', '/v2/zones', { secretAccessKey: 'wrong' });
    expect(status).toBe(401);
    expect(body).toEqual({
      error_code: 'APIGW.0301',
      error_msg: text('verify aksk signature fail'),
      request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(headers.get('x-request-id')).toBe(body.request_id);
    expect(calls.entries.at(-1)).toMatchObject({
      operation: 'ListPublicZones',
      httpStatus: 401,
      vendorCode: 'APIGW.0301',
    });
  });

  it('refuses a key that it does not know, a token, and no authorization', async () => {
    const { call, host } = await huaweicloudAccount();
    const unknown = await call('GET', '/v2/zones', { accessKeyId: 'NOBODY' });
    expect(unknown.body.error_msg).toBe(text('Get secretKey failed,ak:NOBODY,err:ak not exist'));
    const token = await call('GET', '/v2/zones', { headers: { 'x-auth-token': 'MIID' } });
    expect(token.body.error_msg).toBe(text('decrypt token fail'));
    expect((await fetch(`http://${host}/v2/zones`)).status).toBe(401);
  });

  it('refuses a body that was changed on the way', async () => {
    const { call, recordSets, cloud } = await huaweicloudAccount();
    const body = txt('_a.example.com.', 'mine');
    const sentBody = JSON.stringify(txt('_a.example.com.', 'evil'));
    expect((await call('POST', await recordSets(), { body, sentBody })).status).toBe(401);
    expect(cloud.records('example.com')).toEqual([]);
  });

  it('refuses dates more than 15 minutes off, either way', async () => {
    const now = Date.UTC(2026, 0, 2, 3, 4, 5);
    const { call } = await huaweicloudAccount({ now: () => now, lockOut: false });
    const at = async (minutes: number) =>
      (await call('GET', '/v2/zones', { headers: { 'x-sdk-date': sdkDate(now + minutes * 60_000) } })).body;
    expect((await at(-14)).zones).toHaveLength(1);
    expect((await at(14)).zones).toHaveLength(1);
    for (const minutes of [-16, 16]) expect((await at(minutes)).error_msg).toBe(text('signature expired'));
  });

  it('locks the key for five minutes after the sixth failure in a row', async () => {
    let now = Date.UTC(2026, 0, 2);
    const { call } = await huaweicloudAccount({ now: () => now });
    const wrong = () => call('GET', '/v2/zones', { secretAccessKey: 'wrong' });
    const right = () => call('GET', '/v2/zones');
    for (let count = 0; count < 5; count += 1) await wrong();
    expect((await right()).status).toBe(200);
    await wrong();
    expect((await right()).status).toBe(200);
    for (let count = 0; count < 6; count += 1) await wrong();
    const locked = await right();
    expect(locked.status).toBe(401);
    expect(locked.body.error_msg).toBe(text('AK access failed to reach the limit,forbidden'));
    now += 5 * 60_000;
    expect((await right()).status).toBe(200);
  });

  it('locks nothing when the lock is switched off', async () => {
    const { call } = await huaweicloudAccount({ lockOut: false });
    for (let count = 0; count < 8; count += 1) await call('GET', '/v2/zones', { secretAccessKey: 'wrong' });
    expect((await call('GET', '/v2/zones')).status).toBe(200);
  });

  it.each([
    ['GET', '/'],
    ['GET', '/v3/zones'],
    ['GET', '/v2/nothing'],
    ['PATCH', '/v2/zones'],
    ['PUT', '/v2/zones/z/recordsets'],
  ])('has no API at %s %s', async (method, path) => {
    const { call, calls } = await huaweicloudAccount();
    const answer = await call(method, path);
    expect(answer).toMatchObject({ status: 404, body: { error_code: 'APIGW.0101' } });
    expect(calls.entries.at(-1)?.operation).toBe('Unknown');
  });

  it('refuses a body over 12 MB and a query that is not percent-encoded', async () => {
    const { call, host, recordSets } = await huaweicloudAccount();
    const large = await call('POST', await recordSets(), { body: 'x'.repeat(12 * 1024 * 1024) });
    expect(large).toMatchObject({ status: 413, body: { error_code: 'APIGW.0201' } });
    expect((await fetch(`http://${host}/v2/zones?name=%FF`)).status).toBe(400);
  });
});
