import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment, Fqdn } from '@domainproof/core';
import { missingSettings } from '@domainproof/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AlidnsOptions, alidns, manifest } from '../src/index.js';
import { domainPage, failureOf, startServer, type TestServer, testCall } from './support/server.js';

let server: TestServer;
beforeEach(async () => {
  server = await startServer(() => domainPage(0, []));
});
afterEach(() => server.close());

const call = (options: AlidnsOptions) => alidns(options).findZones('example.net.' as Fqdn, testCall());

/** Key id and token that a request was signed with. */
async function used(environment: Environment, options: AlidnsOptions = {}) {
  await call({ endpoint: server.endpoint, environment, ...options });
  const headers = server.requests.at(-1)?.headers;
  const key = /Credential=([^,]*)/.exec(String(headers?.authorization))?.[1];
  return [key, headers?.['x-acs-security-token']];
}

const OFFICIAL = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'official', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 's1' };
const LEGO = { ALICLOUD_ACCESS_KEY: 'lego', ALICLOUD_SECRET_KEY: 's2' };
const ACME_SH = { Ali_Key: 'acme-sh', Ali_Secret: 's3' };

describe('credentials', () => {
  it('come from the names that people use already, the official ones first', async () => {
    expect(await used({ ...OFFICIAL, ...LEGO, ...ACME_SH })).toEqual(['official', undefined]);
    expect(await used({ ...LEGO, ...ACME_SH })).toEqual(['lego', undefined]);
    expect(await used(ACME_SH)).toEqual(['acme-sh', undefined]);
  });

  it('take the token of their own family, and no other', async () => {
    const tokens = { ALIBABA_CLOUD_SECURITY_TOKEN: 't1', ALICLOUD_SECURITY_TOKEN: 't2' };
    expect(await used({ ...OFFICIAL, ...tokens })).toEqual(['official', 't1']);
    expect(await used({ ...LEGO, ...tokens })).toEqual(['lego', 't2']);
    expect(await used({ ...ACME_SH, ...tokens })).toEqual(['acme-sh', undefined]);
  });

  it('pass over a family that has only half of a pair', async () => {
    expect(await used({ ALIBABA_CLOUD_ACCESS_KEY_ID: 'half', ...LEGO })).toEqual(['lego', undefined]);
  });

  it('of the options win, and take no token from the environment', async () => {
    const options = { accessKeyId: 'given', accessKeySecret: 'secret' };
    const environment = { ...OFFICIAL, ALIBABA_CLOUD_SECURITY_TOKEN: 't1' };
    expect(await used(environment, options)).toEqual(['given', undefined]);
    expect(await used(environment, { ...options, securityToken: 't9' })).toEqual(['given', 't9']);
  });

  it('may have their secret in the environment and their id in the options', async () => {
    expect(
      await used({ Ali_Secret: 's3', ALIBABA_CLOUD_SECURITY_TOKEN: 't1' }, { accessKeyId: 'given' }),
    ).toEqual(['given', undefined]);
  });

  it('come out of files too, without the line break at the end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'alidns-'));
    try {
      const file = (name: string, text: string) => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      const environment = {
        ALIBABA_CLOUD_ACCESS_KEY_ID_FILE: file('id', 'from-file\n'),
        ALIBABA_CLOUD_ACCESS_KEY_SECRET_FILE: file('secret', 'secret\r\n'),
      };
      expect(await used(environment)).toEqual(['from-file', undefined]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('that are missing are AUTH_INVALID at the first call, with the names to set', async () => {
    const error = await failureOf(call({ endpoint: server.endpoint, environment: {} }));
    expect(error).toMatchObject({ code: 'AUTH_INVALID', provider: 'alidns', retryable: false });
    for (const field of manifest.settings.filter(({ option }) => option !== 'endpoint'))
      for (const name of field.environment) expect(error.hint).toContain(name);
    expect(server.requests).toHaveLength(0);
  });

  it('that appear later are found by the next call', async () => {
    const environment: Record<string, string> = {};
    const provider = alidns({ endpoint: server.endpoint, environment });
    await failureOf(provider.findZones('example.net.' as Fqdn, testCall()));
    Object.assign(environment, OFFICIAL);
    expect(await provider.findZones('example.net.' as Fqdn, testCall())).toEqual([]);
  });

  it('with a token alone, or with a line break inside, are refused without being shown', async () => {
    const alone = await failureOf(call({ securityToken: 'tok-en', environment: OFFICIAL }));
    expect(alone).toMatchObject({ code: 'AUTH_INVALID' });
    expect(JSON.stringify(alone)).not.toContain('tok-en');
    const broken = await failureOf(call({ accessKeyId: 'id', accessKeySecret: 'se\ncret', environment: {} }));
    expect(broken).toMatchObject({
      code: 'AUTH_INVALID',
      message: expect.stringContaining('accessKeySecret'),
    });
    expect(broken.message).not.toContain('cret\n');
  });

  it('are told by the manifest as the command line needs it', () => {
    const missing = missingSettings(manifest, {}, {}).map(({ option }) => option);
    expect(missing).toEqual(['accessKeyId', 'accessKeySecret']);
    expect(missingSettings(manifest, {}, OFFICIAL)).toEqual([]);
    const visible = manifest.settings.filter(({ secret }) => !secret).map(({ option }) => option);
    expect(visible).toEqual(['endpoint']);
  });
});

describe('the endpoint', () => {
  it('comes from the options, then from the environment', async () => {
    await call({ environment: { ...OFFICIAL, DOMAINPROOF_ALIDNS_ENDPOINT: server.endpoint } });
    expect(server.requests).toHaveLength(1);
    await call({
      endpoint: `${server.endpoint}/`,
      environment: { ...OFFICIAL, DOMAINPROOF_ALIDNS_ENDPOINT: 'http://127.0.0.1:1' },
    });
    expect(server.requests).toHaveLength(2);
  });

  it('without a scheme is reached by https', async () => {
    const bare = server.endpoint.replace('http://', '');
    const error = await failureOf(call({ endpoint: bare, environment: OFFICIAL }));
    expect(error.message).toContain(`https://${bare}`);
  });

  it.each([
    ['ftp://alidns.aliyuncs.com'],
    ['https://alidns.aliyuncs.com/path'],
    ['https://alidns.aliyuncs.com?query'],
    ['not a host'],
    ['https://'],
    ['https://user:pa55word@alidns.aliyuncs.com'],
  ])('%s is refused', async (endpoint) => {
    const error = await failureOf(call({ endpoint, environment: OFFICIAL }));
    expect(error).toMatchObject({ code: 'UNSUPPORTED', hint: expect.stringContaining('http://host:port') });
    expect(error.message).not.toContain('pa55word');
  });
});

describe('timeoutMs', () => {
  it.each([[0], [-1], [Number.NaN], [Number.POSITIVE_INFINITY], [2 ** 31]])(
    '%d is refused at once',
    (timeoutMs) => {
      expect(() => alidns({ timeoutMs })).toThrow(/timeoutMs/);
    },
  );
});
