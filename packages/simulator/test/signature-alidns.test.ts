import { createHash } from 'node:crypto';
import openapi, { Config, OpenApiRequest, Params } from '@alicloud/openapi-client';
import { describe, expect, it } from 'vitest';
import {
  acs3CanonicalRequest,
  acs3Signature,
  acs3StringToSign,
  parseAuthorization,
  rpcSignature,
  rpcStringToSign,
} from '../src/alidns/signature.js';
import { decodePairs, type Exchange } from '../src/http/exchange.js';
import { alidnsAccount, signAcs3, valuesOf } from './alidns-account.js';

describe('the test vectors', () => {
  it('ACS3-HMAC-SHA256 has this canonical request and signature', () => {
    const exchange: Exchange = {
      method: 'POST',
      rawPath: '/',
      query: decodePairs('DomainName=example.com&RR=_dnsauth&TTL=600&Type=TXT&Value=a%20b%2Bc%3D%2F%2A~%27'),
      headers: {
        host: '127.0.0.1:8053',
        'x-acs-action': 'AddDomainRecord',
        'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        'x-acs-date': '2026-01-02T03:04:05Z',
        'x-acs-signature-nonce': 'nonce-0001',
        'x-acs-version': '2015-01-09',
      },
      body: Buffer.alloc(0),
      form: [],
    };
    const request = acs3CanonicalRequest(exchange, Object.keys(exchange.headers));
    expect(createHash('sha256').update(request).digest('hex')).toBe(
      'c868dd60f619224cafca7ec169aec183db11fa4048ad854032d94cfe47eef981',
    );
    expect(acs3Signature(acs3StringToSign(request), 'testSecret')).toBe(
      '693403bc5467d4d5d6001cdc2760fc8fdd9f6b0e0850c232b7e1a74557de74d1',
    );
  });

  it('the older HMAC-SHA1 has this signature, its own parameter left out', () => {
    const pairs = Object.entries({
      AccessKeyId: 'testId',
      Action: 'DescribeDomainRecords',
      DomainName: 'example.com',
      Format: 'JSON',
      KeyWord: "a b*~'",
      Signature: 'whatever',
      SignatureMethod: 'HMAC-SHA1',
      SignatureVersion: '1.0',
      SignatureNonce: 'nonce-0001',
      Timestamp: '2026-01-02T03:04:05Z',
      Version: '2015-01-09',
    });
    expect(rpcSignature(rpcStringToSign('GET', pairs), 'testSecret')).toBe('m0HUQDzy0P82eBW7rIgBWT8mhNc=');
  });

  it('an authorization header is read with or without spaces', () => {
    const signature = 'a'.repeat(64);
    for (const comma of [',', ', '])
      expect(
        parseAuthorization(
          [
            'ACS3-HMAC-SHA256 Credential=testId',
            'SignedHeaders=host;x-acs-date',
            `Signature=${signature}`,
          ].join(comma),
        ),
      ).toEqual({ accessKeyId: 'testId', signedHeaders: ['host', 'x-acs-date'], signature });
  });
});

describe("requests of the vendor's own client", () => {
  const awkward = `a b+c=/*~'!()"%20#&?证书`;

  function vendorClient(
    account: Awaited<ReturnType<typeof alidnsAccount>>,
    config: Partial<ConstructorParameters<typeof Config>[0]> = {},
  ) {
    const Client = openapi.default ?? openapi;
    const client = new Client(
      new Config({ ...account.keys, endpoint: account.host, protocol: 'http', ...config }),
    );
    return async (
      action: string,
      parameters: Record<string, string>,
      place: 'query' | 'body' = 'query',
      method = 'POST',
    ) => {
      const params = new Params({
        action,
        version: '2015-01-09',
        protocol: 'HTTP',
        pathname: '/',
        method,
        authType: 'AK',
        style: 'RPC',
        reqBodyType: 'formData',
        bodyType: 'json',
      });
      const request = new OpenApiRequest({ [place]: parameters });
      return (await client.callApi(params, request, {} as never)).body;
    };
  }

  const add = (Value: string) => ({ DomainName: 'example.net', RR: '_dnsauth', Type: 'TXT', Value });

  it.each(['query', 'body'] as const)('are accepted with parameters in the %s', async (place) => {
    const account = await alidnsAccount();
    const call = vendorClient(account);
    const { RecordId } = await call('AddDomainRecord', add(awkward), place);
    expect(account.publisher.values('_dnsauth.example.net.')).toEqual([awkward]);
    await call('DeleteDomainRecord', { RecordId }, place);
    expect(account.publisher.values('_dnsauth.example.net.')).toEqual([]);
  });

  it.each(['query', 'body'] as const)(
    'are accepted in the older signature, parameters in the %s',
    async (place) => {
      const account = await alidnsAccount();
      const call = vendorClient(account, { signatureAlgorithm: 'v2' });
      await call('AddDomainRecord', add(awkward), place);
      expect(account.publisher.values('_dnsauth.example.net.')).toEqual([awkward]);
    },
  );

  it('are accepted by GET', async () => {
    const account = await alidnsAccount();
    const list = await vendorClient(account)('DescribeDomains', { KeyWord: "it's *" }, 'query', 'GET');
    expect(list.TotalCount).toBe(0);
  });

  it.each([undefined, 'v2'])(
    'carry the token of temporary credentials (signature %s)',
    async (signatureAlgorithm) => {
      const account = await alidnsAccount({ securityToken: 'temporary' });
      const sts = (securityToken?: string) =>
        vendorClient(account, { securityToken, signatureAlgorithm })('DescribeDomains', {});
      expect((await sts('temporary')).TotalCount).toBe(1);
      await expect(sts('another')).rejects.toMatchObject({ code: 'InvalidSecurityToken.Malformed' });
      await expect(sts()).rejects.toMatchObject({ code: 'InvalidSecurityToken.Malformed' });
    },
  );

  it.each([undefined, 'v2'])('are refused with a wrong secret (signature %s)', async (signatureAlgorithm) => {
    const account = await alidnsAccount();
    const call = vendorClient(account, { accessKeySecret: 'wrong', signatureAlgorithm });
    await expect(call('DescribeDomains', {})).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
  });
});

describe('the door of the API', () => {
  it('says what it signed, and never the secret', async () => {
    const { call, rpc, keys } = await alidnsAccount();
    const wrong = { accessKeySecret: 'wrong' };
    const newer = await call('DescribeDomains', {}, wrong);
    expect(newer).toMatchObject({ status: 400, body: { Code: 'SignatureDoesNotMatch' } });
    expect(newer.body.Message).toContain('x-acs-action:DescribeDomains');
    const older = await rpc('DescribeDomains', {}, wrong);
    expect(older).toMatchObject({ status: 400, body: { Code: 'SignatureDoesNotMatch' } });
    expect(older.body.Message).toContain(`AccessKeyId%3D${keys.accessKeyId}`);
    expect(newer.text + older.text).not.toContain(keys.accessKeySecret);
  });

  it('refuses a body that was changed on the way, in both signatures', async () => {
    const { call, rpc, cloud } = await alidnsAccount();
    const fields = { DomainName: 'example.net', RR: 'a', Type: 'TXT', Value: 'mine' };
    const form = { method: 'POST', place: 'form' } as const;
    const tamper = (text: string) => text.replace('mine', 'evil');
    for (const way of [call, rpc]) {
      const { body } = await way('AddDomainRecord', fields, { ...form, tamper });
      expect(body.Code).toBe('SignatureDoesNotMatch');
    }
    expect((await rpc('AddDomainRecord', fields, { tamper })).body.Code).toBe('SignatureDoesNotMatch');
    expect(cloud.records('example.net')).toEqual([]);
  });

  it('refuses a header of its own that was not signed', async () => {
    const { host, keys } = await alidnsAccount();
    const headers = {
      host,
      'x-acs-action': 'DescribeDomains',
      'x-acs-version': '2015-01-09',
      'x-acs-date': `${new Date().toISOString().slice(0, 19)}Z`,
      'x-acs-signature-nonce': 'n-1',
      'x-acs-content-sha256': createHash('sha256').digest('hex'),
    };
    const authorization = signAcs3({ ...keys, method: 'GET', query: {}, headers, body: '' });
    const { host: _, ...sent } = headers;
    const ask = async (more: Record<string, string>) =>
      (await fetch(`http://${host}/`, { headers: { ...sent, ...more, authorization } })).status;
    expect(await ask({ 'x-acs-extra': 'x' })).toBe(400);
    expect(await ask({})).toBe(200);
  });

  it('refuses a form whose content type was not signed', async () => {
    const { call, host, keys } = await alidnsAccount();
    const fields = { KeyWord: 'nothing' };
    expect((await call('DescribeDomains', fields, { place: 'form' })).body.TotalCount).toBe(0);
    const body = 'KeyWord=nothing';
    const headers = {
      host,
      'x-acs-action': 'DescribeDomains',
      'x-acs-version': '2015-01-09',
      'x-acs-date': `${new Date().toISOString().slice(0, 19)}Z`,
      'x-acs-signature-nonce': 'n-2',
      'x-acs-content-sha256': createHash('sha256').update(body).digest('hex'),
    };
    const authorization = signAcs3({ ...keys, method: 'POST', query: {}, headers, body });
    const { host: _, ...sent } = headers;
    const ask = async (contentType: string) => {
      const all = { ...sent, authorization, 'content-type': contentType };
      return (await fetch(`http://${host}/`, { method: 'POST', headers: all, body })).status;
    };
    expect(await ask('application/x-www-form-urlencoded')).toBe(400);
    expect(await ask('text/plain')).toBe(200);
  });

  it('forgets a nonce when no request with it can be in time any more', async () => {
    let now = Date.UTC(2026, 0, 2);
    const { call } = await alidnsAccount({ now: () => now });
    const ask = async () => (await call('DescribeDomains', {}, { nonce: 'n-1' })).body.Code;
    expect(await ask()).toBeUndefined();
    now += 30 * 60_000;
    expect(await ask()).toBe('SignatureNonceUsed');
    now += 1;
    expect(await ask()).toBeUndefined();
  });

  it.each(['call', 'rpc'] as const)('takes a nonce once (%s)', async (way) => {
    const account = await alidnsAccount();
    const once = () => account[way]('DescribeDomains', {}, { nonce: 'n-1' });
    expect((await once()).status).toBe(200);
    expect(await once()).toMatchObject({ status: 400, body: { Code: 'SignatureNonceUsed' } });
  });

  it('does not let a wrongly signed request use up a nonce', async () => {
    const { call } = await alidnsAccount();
    await call('DescribeDomains', {}, { nonce: 'n-1', accessKeySecret: 'wrong' });
    expect((await call('DescribeDomains', {}, { nonce: 'n-1' })).status).toBe(200);
  });

  it.each(['call', 'rpc'] as const)(
    'refuses times more than 15 minutes off, either way (%s)',
    async (way) => {
      const now = Date.UTC(2026, 0, 2, 3, 4, 5);
      const account = await alidnsAccount({ now: () => now });
      const at = async (minutes: number) =>
        (await account[way]('DescribeDomains', {}, { time: now + minutes * 60_000 })).body.Code;
      expect([await at(-14), await at(14)]).toEqual([undefined, undefined]);
      expect([await at(-16), await at(16)]).toEqual(['InvalidTimeStamp.Expired', 'InvalidTimeStamp.Expired']);
    },
  );

  it('refuses a key that it does not know, no signature, and half a signature', async () => {
    const { call, host } = await alidnsAccount();
    expect(await call('DescribeDomains', {}, { accessKeyId: 'NOBODY' })).toMatchObject({
      status: 404,
      body: { Code: 'InvalidAccessKeyId.NotFound' },
    });
    const plain = await fetch(`http://${host}/?Action=DescribeDomains&Version=2015-01-09`);
    expect(await plain.json()).toMatchObject({ Code: 'MissingAccessKeyId' });
    const half = await fetch(`http://${host}/?Action=DescribeDomains&Version=2015-01-09`, {
      headers: { authorization: 'ACS3-HMAC-SHA256 Credential=x' },
    });
    expect(await half.json()).toMatchObject({ Code: 'IncompleteSignature' });
  });

  it.each([
    ['Nothing', {}],
    ['AddDomainRecord', { headers: { 'x-acs-version': '2014-01-01' } }],
    ['AddCustomLine', {}],
    ['constructor', {}],
  ])('knows no action %s %j', async (action, options) => {
    const { call, calls } = await alidnsAccount();
    const { status, body, headers } = await call(action, {}, options);
    expect(status).toBe(404);
    expect(body).toMatchObject({ Code: 'InvalidAction.NotFound', HostId: 'alidns.aliyuncs.com' });
    expect(body.RequestId).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
    expect(headers.get('x-acs-request-id')).toBe(body.RequestId);
    expect(calls.entries.at(-1)?.operation).toBe('Unknown');
  });

  it('takes parameters of the older signature from a form', async () => {
    const { rpc, call } = await alidnsAccount();
    const fields = { DomainName: 'example.net', RR: 'a', Type: 'TXT', Value: 'x y' };
    // Forms write a space as a plus sign, and sign it as %20.
    const plus = (text: string) => text.replace('x%20y', 'x+y');
    const form = { method: 'POST', place: 'form', tamper: plus } as const;
    expect((await rpc('AddDomainRecord', fields, form)).status).toBe(200);
    expect(valuesOf(await call('DescribeDomainRecords', { DomainName: 'example.net' }))).toEqual(['x y']);
  });

  it('refuses a body over its limit and parameters that are not percent-encoded', async () => {
    const { call, host } = await alidnsAccount();
    const large = await call('AddDomainRecord', { Value: 'x'.repeat(5 * 1024 * 1024) }, { place: 'form' });
    expect(large.status).toBe(413);
    expect((await fetch(`http://${host}/?Action=%FF`)).status).toBe(400);
  });
});
