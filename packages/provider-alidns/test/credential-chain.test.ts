import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http, { createServer, type IncomingMessage, type RequestOptions, type Server } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Environment, type Fqdn, missingSettings } from '@domainproof/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AlidnsOptions, alidns, manifest } from '../src/index.js';
import { domainPage, failureOf, refusal, startServer, type TestServer, testCall } from './support/server.js';

let server: TestServer;
let home: string;
beforeEach(async () => {
  server = await startServer(() => domainPage(0, []));
  home = mkdtempSync(join(tmpdir(), 'alidns-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
  await server.close();
  await source?.close();
  source = undefined;
});

/** Whatever gives out credentials: a URI, the vendor's STS, an instance's metadata. */
interface Source {
  url: string;
  asked: { path: string; body: string; headers: IncomingMessage['headers'] }[];
  close(): Promise<void>;
}
let source: Source | undefined;

async function startSource(
  respond: (path: string, nth: number) => object | string | number,
): Promise<Source> {
  const asked: Source['asked'] = [];
  const listener: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const path = `${request.method} ${request.url}`;
    asked.push({ path, body, headers: request.headers });
    const answer = respond(path, asked.length - 1);
    if (typeof answer === 'number') response.writeHead(answer).end();
    else if ('refusal' in Object(answer)) response.writeHead(400).end(JSON.stringify(answer));
    else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  source = {
    url: `http://127.0.0.1:${port}/credentials`,
    asked,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        listener.closeAllConnections();
      }),
  };
  return source;
}

/** Requests to a host of the vendor's go to the source instead: the library takes no other host for them. */
function divert(host: string) {
  const original = http.request;
  const diverted = (options: RequestOptions) =>
    options.host === host
      ? original({
          ...options,
          host: '127.0.0.1',
          port: new URL(source?.url as string).port,
          agent: undefined,
        })
      : original(options);
  vi.spyOn(http, 'request').mockImplementation(diverted as never);
  vi.spyOn(https, 'request').mockImplementation(diverted as never);
}

const MINUTES = 60_000;
const triple = (name: string, lifetimeMs = 60 * MINUTES) => ({
  Code: 'Success',
  AccessKeyId: `STS.${name}`,
  AccessKeySecret: `secret-of-${name}`,
  SecurityToken: `token/of+${name}`,
  Expiration: `${new Date(Date.now() + lifetimeMs).toISOString().slice(0, 19)}Z`,
});

const provider = (environment: Environment, options: AlidnsOptions = {}) =>
  alidns({ endpoint: server.endpoint, environment, ...options });
const call = (one: ReturnType<typeof alidns>) => one.findZones('example.net.' as Fqdn, testCall());

/** Key id and token that the last request was signed with. */
function used() {
  const headers = server.requests.at(-1)?.headers;
  return [/Credential=([^,]*)/.exec(String(headers?.authorization))?.[1], headers?.['x-acs-security-token']];
}

function file(path: string, content: object | string): string {
  const full = join(home, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, typeof content === 'string' ? content : JSON.stringify(content));
  return full;
}

const cliConfig = {
  current: 'main',
  profiles: [
    { name: 'main', mode: 'AK', access_key_id: 'cli-main', access_key_secret: 's' },
    {
      name: 'other',
      mode: 'StsToken',
      access_key_id: 'cli-other',
      access_key_secret: 's',
      sts_token: 'cli-token',
    },
  ],
};
const ini = (id: string) => `[default]\ntype = access_key\naccess_key_id = ${id}\naccess_key_secret = s\n`;

describe('a credentials URI', () => {
  it('is asked once for as long as its credentials last', async () => {
    const { url, asked } = await startSource((_, nth) => triple(String(nth)));
    const one = provider({ ALIBABA_CLOUD_CREDENTIALS_URI: url });
    await call(one);
    await call(one);
    expect(used()).toEqual(['STS.0', 'token/of+0']);
    expect(asked).toHaveLength(1);
  });

  it('is asked again before they end, so that a long run outlives a token', async () => {
    const { url } = await startSource((_, nth) => triple(String(nth), 10 * MINUTES));
    const one = provider({ ALIBABA_CLOUD_CREDENTIALS_URI: url });
    await call(one);
    expect(used()[0]).toBe('STS.0');
    await call(one);
    expect(used()).toEqual(['STS.1', 'token/of+1']);
  });

  it('that fails is named, and is asked anew by the next call', async () => {
    const { url } = await startSource((_, nth) => (nth === 0 ? 500 : triple('later')));
    const one = provider({ ALIBABA_CLOUD_CREDENTIALS_URI: url });
    const error = await failureOf(call(one));
    expect(error).toMatchObject({ code: 'AUTH_INVALID', provider: 'alidns', outcomeUnknown: false });
    expect(error.message).toContain('ALIBABA_CLOUD_CREDENTIALS_URI');
    expect(error.hint).toContain('ALIBABA_CLOUD_CREDENTIALS_URI');
    expect(server.requests).toHaveLength(0);
    await call(one);
    expect(used()[0]).toBe('STS.later');
  });

  it('shows nothing of an answer with half of the credentials in it', async () => {
    const { url } = await startSource(() => ({ AccessKeyId: 'STS.half', AccessKeySecret: 'half-secret' }));
    const error = await failureOf(call(provider({ ALIBABA_CLOUD_CREDENTIALS_URI: url })));
    expect(error.code).toBe('AUTH_INVALID');
    expect(JSON.stringify(error)).not.toMatch(/STS\.half|half-secret/);
  });

  it('that gives what no header can carry is AUTH_INVALID', async () => {
    const { url } = await startSource(() => ({ ...triple('x'), AccessKeySecret: 'se cret' }));
    const error = await failureOf(call(provider({ ALIBABA_CLOUD_CREDENTIALS_URI: url })));
    expect(error).toMatchObject({
      code: 'AUTH_INVALID',
      message: expect.stringContaining('accessKeySecret'),
    });
  });

  it('whose token the vendor refuses is named, and asked anew; nothing of the token is shown', async () => {
    const { url, asked } = await startSource((_, nth) => triple(String(nth)));
    const one = provider({ ALIBABA_CLOUD_CREDENTIALS_URI: url });
    server.respond = ({ headers }) =>
      refusal('InvalidSecurityToken.Expired', `Token ${headers['x-acs-security-token']} has ended.`);
    const error = await failureOf(call(one));
    expect(error).toMatchObject({
      code: 'AUTH_EXPIRED',
      hint: expect.stringContaining('ALIBABA_CLOUD_CREDENTIALS_URI'),
    });
    expect(JSON.stringify(error)).not.toContain('token/of+0');
    server.respond = () => domainPage(0, []);
    await call(one);
    expect(asked).toHaveLength(2);
    expect(used()[0]).toBe('STS.1');
  });

  it('that does not answer ends with the signal, and with timeoutMs', async () => {
    const silent = createServer(() => stop.abort());
    const stop = new AbortController();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const uri = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    try {
      const one = provider({ ALIBABA_CLOUD_CREDENTIALS_URI: uri }, { timeoutMs: 500 });
      const work = one.findZones('example.net.' as Fqdn, testCall(stop.signal));
      expect(await failureOf(work)).toMatchObject({ code: 'ABORTED', outcomeUnknown: false });
      expect(await failureOf(call(one))).toMatchObject({
        code: 'TIMEOUT',
        message: expect.stringContaining('the source of the credentials'),
      });
    } finally {
      silent.closeAllConnections();
      await new Promise((resolve) => silent.close(resolve));
    }
  });
});

describe('a profile of the vendor’s command line', () => {
  it('counts as soon as its file is there', async () => {
    file('.aliyun/config.json', cliConfig);
    await call(provider({ HOME: home }));
    expect(used()).toEqual(['cli-main', undefined]);
  });

  it('is chosen by ALIBABA_CLOUD_PROFILE', async () => {
    file('.aliyun/config.json', cliConfig);
    await call(provider({ USERPROFILE: home, ALIBABA_CLOUD_PROFILE: 'other' }));
    expect(used()).toEqual(['cli-other', 'cli-token']);
  });

  it('that is not there is named', async () => {
    file('.aliyun/config.json', cliConfig);
    const error = await failureOf(call(provider({ HOME: home, ALIBABA_CLOUD_PROFILE: 'none' })));
    expect(error).toMatchObject({ code: 'AUTH_INVALID', message: expect.stringContaining('none') });
  });

  it('is left out if it is switched off, and after an AccessKey of the environment', async () => {
    file('.aliyun/config.json', cliConfig);
    const off = { HOME: home, ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'true' };
    expect(await failureOf(call(provider(off)))).toMatchObject({ code: 'AUTH_INVALID' });
    await call(provider({ HOME: home, Ali_Key: 'acme-sh', Ali_Secret: 's' }));
    expect(used()[0]).toBe('acme-sh');
  });

  it('whose file is broken shows nothing of it', async () => {
    const path = file('.aliyun/config.json', '{"access_key_secret":"s3cret",');
    const error = await failureOf(call(provider({ HOME: home })));
    expect(error.message).toContain(path);
    expect(JSON.stringify(error)).not.toContain('s3cret');
  });
});

describe('a credentials file', () => {
  it('counts as soon as it is there, after the command line’s profile', async () => {
    file('.alibabacloud/credentials', ini('ini'));
    await call(provider({ HOME: home }));
    expect(used()[0]).toBe('ini');
    file('.aliyun/config.json', cliConfig);
    await call(provider({ HOME: home }));
    expect(used()[0]).toBe('cli-main');
  });

  it('comes after a profile that fails', async () => {
    file('.aliyun/config.json', {});
    file('.alibabacloud/credentials', ini('ini'));
    await call(provider({ HOME: home }));
    expect(used()[0]).toBe('ini');
  });

  it('may have another place, and lies in the home of the process by default', async () => {
    vi.stubEnv('HOME', home);
    vi.stubEnv('ALIBABA_CLOUD_ECS_METADATA_DISABLED', 'true');
    file('.alibabacloud/credentials', ini('at-home'));
    await call(provider(process.env));
    expect(used()[0]).toBe('at-home');
    vi.stubEnv('ALIBABA_CLOUD_CREDENTIALS_FILE', file('elsewhere', ini('elsewhere')));
    await call(provider(process.env));
    expect(used()[0]).toBe('elsewhere');
  });
});

describe('an OIDC role', () => {
  const oidc = () => ({
    ALIBABA_CLOUD_ROLE_ARN: 'acs:ram::1:role/dns',
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: 'acs:ram::1:oidc-provider/ci',
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: file('token', 'the.oidc.token'),
  });

  it('is taken with the token in the file', async () => {
    const { asked } = await startSource(() => ({ Credentials: triple('oidc') }));
    divert('sts.cn-hangzhou.aliyuncs.com');
    await call(provider({ ...oidc(), ALIBABA_CLOUD_STS_REGION: 'cn-hangzhou' }));
    expect(used()).toEqual(['STS.oidc', 'token/of+oidc']);
    const form = new URLSearchParams(asked[0]?.body);
    expect(Object.fromEntries(form)).toMatchObject({
      OIDCToken: 'the.oidc.token',
      RoleArn: 'acs:ram::1:role/dns',
      RoleSessionName: 'domainproof',
    });
  });

  it.each([
    ['AuthenticationFail.OIDCToken.Expired', 'AUTH_EXPIRED'],
    ['AuthenticationFail.NoPermission', 'AUTH_INVALID'],
  ])('that is refused with %s is %s', async (Code, code) => {
    await startSource(() => ({ refusal: true, Code, Message: 'the.oidc.token' }));
    divert('sts.aliyuncs.com');
    const respond = source as Source;
    const error = await failureOf(call(provider(oidc())));
    expect(respond.asked).toHaveLength(1);
    expect(error).toMatchObject({ code, hint: expect.stringContaining('ALIBABA_CLOUD_ROLE_ARN') });
    expect(JSON.stringify(error)).not.toContain('the.oidc.token');
  });

  it('without all three of its names is none', async () => {
    const { ALIBABA_CLOUD_ROLE_ARN, ALIBABA_CLOUD_OIDC_PROVIDER_ARN } = oidc();
    const error = await failureOf(
      call(provider({ ALIBABA_CLOUD_ROLE_ARN, ALIBABA_CLOUD_OIDC_PROVIDER_ARN })),
    );
    expect(error.message).toBe('No AccessKey for Alibaba Cloud DNS was found.');
  });
});

describe('the RAM role of the ECS instance', () => {
  const metadata = (path: string) => {
    if (path.startsWith('PUT')) return 'metadata-token';
    return path.endsWith('/security-credentials/') ? 'role-of-instance' : triple('ecs');
  };

  it.each(['ALIBABA_CLOUD_ECS_METADATA', 'ALICLOUD_RAM_ROLE'])('has the name in %s', async (name) => {
    const { asked } = await startSource(metadata);
    divert('100.100.100.200');
    await call(provider({ [name]: 'dns-role' }));
    expect(used()).toEqual(['STS.ecs', 'token/of+ecs']);
    expect(asked.at(-1)?.path).toBe('GET /latest/meta-data/ram/security-credentials/dns-role');
    expect(asked.at(-1)?.headers['x-aliyun-ecs-metadata-token']).toBe('metadata-token');
  });

  it('is asked without a sign of it only if the whole chain is wanted', async () => {
    const { asked } = await startSource(metadata);
    divert('100.100.100.200');
    expect((await failureOf(call(provider({})))).code).toBe('AUTH_INVALID');
    expect(asked).toHaveLength(0);
    await call(provider({}, { credentials: 'default-chain' }));
    expect(used()[0]).toBe('STS.ecs');
    expect(asked.map(({ path }) => path)).toContain('GET /latest/meta-data/ram/security-credentials/');
  });

  it('is left out if it is switched off', async () => {
    const { asked } = await startSource(metadata);
    divert('100.100.100.200');
    const environment = { ALICLOUD_RAM_ROLE: 'dns-role', ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'TRUE' };
    const error = await failureOf(call(provider(environment, { credentials: 'default-chain' })));
    expect(error.code).toBe('AUTH_INVALID');
    expect(asked).toHaveLength(0);
  });

  it('that does not answer is told so, beside the other sources', async () => {
    await startSource(() => 404);
    divert('100.100.100.200');
    const uri = source?.url as string;
    const error = await failureOf(
      call(provider({ ALICLOUD_RAM_ROLE: 'dns-role', ALIBABA_CLOUD_CREDENTIALS_URI: uri })),
    );
    expect(error.message).toMatch(
      /the RAM role dns-role of the ECS instance .* nor from ALIBABA_CLOUD_CREDENTIALS_URI/,
    );
  });
});

describe('the chain', () => {
  it('keeps to the source that gave credentials', async () => {
    const { url, asked } = await startSource((_, nth) => triple(String(nth)));
    const one = provider({ HOME: home, ALIBABA_CLOUD_CREDENTIALS_URI: url });
    await call(one);
    file('.aliyun/config.json', cliConfig);
    await call(one);
    expect(used()[0]).toBe('STS.0');
    expect(asked).toHaveLength(1);
  });

  it('is known to the command line by the names of its sources', () => {
    const missing = (environment: Environment) => missingSettings(manifest, {}, environment).length;
    expect(missing({ ALICLOUD_RAM_ROLE: 'r' })).toBe(0);
    expect(missing({ ALIBABA_CLOUD_CREDENTIALS_URI: 'u' })).toBe(0);
    expect(missing({ ALIBABA_CLOUD_ROLE_ARN: 'r' })).toBeGreaterThan(0);
  });

  it('is named in the hint where nothing at all was found', async () => {
    const { hint } = await failureOf(call(provider({})));
    for (const { environment } of manifest.alternatives ?? [])
      for (const name of environment) expect(hint).toContain(name);
  });
});
