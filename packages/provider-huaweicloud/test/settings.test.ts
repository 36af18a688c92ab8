import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { toFqdn } from '@domainproof/core';
import { expect, test, vi } from 'vitest';
import createProvider, { huaweicloud, manifest } from '../src/index.js';
import { KEYS, newCall, providerAt, startVendorServer } from './support/vendor-server.js';

const NO_ZONES = { json: { zones: [], metadata: { total_count: 0 } } };

async function headersSent(options: Parameters<typeof providerAt>[1]) {
  const server = await startVendorServer(() => NO_ZONES);
  await providerAt(server, options).findZones(toFqdn('example.com'), newCall());
  await server.close();
  return server.requests[0]?.headers ?? {};
}

test('the factory is the default export too', () => {
  expect(createProvider).toBe(huaweicloud);
  expect(huaweicloud({ ...KEYS, environment: {} }).id).toBe(manifest.id);
});

test('a missing key is told by its option and its environment name', () => {
  expect(() => huaweicloud({ environment: {} })).toThrow(
    expect.objectContaining({ code: 'AUTH_INVALID', hint: expect.stringContaining('HUAWEICLOUD_SDK_AK') }),
  );
  expect(() => huaweicloud({ environment: { HW_ACCESS_KEY: 'ak' } })).toThrow(
    expect.objectContaining({ code: 'AUTH_INVALID', hint: expect.stringContaining('HUAWEICLOUD_SDK_SK') }),
  );
});

test('every environment name of the manifest works, also as a file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'huaweicloud-'));
  writeFileSync(join(directory, 'ak'), 'AKFROMFILE\n');
  const [accessKey, secretKey] = manifest.settings;
  for (const name of accessKey?.environment ?? []) {
    const plain = await headersSent({ ...unset, environment: { [name]: 'AKFROMENV', CLOUD_SDK_SK: 'sk' } });
    expect(plain.authorization).toContain('Access=AKFROMENV,');
    const file = { [`${name}_FILE`]: join(directory, 'ak'), CLOUD_SDK_SK: 'sk' };
    expect((await headersSent({ ...unset, environment: file })).authorization).toContain(
      'Access=AKFROMFILE,',
    );
  }
  for (const name of secretKey?.environment ?? [])
    expect(huaweicloud({ environment: { HW_ACCESS_KEY: 'ak', [name]: 'sk' } }).id).toBe('huaweicloud');
});

const unset = { accessKeyId: undefined, secretAccessKey: undefined };

test('project id and security token are sent only if they are set', async () => {
  const bare = await headersSent({});
  expect(bare).not.toHaveProperty('x-project-id');
  expect(bare).not.toHaveProperty('x-security-token');
  const full = await headersSent({ projectId: 'p1', securityToken: 'STSTOKEN0003' });
  expect(full).toMatchObject({ 'x-project-id': 'p1', 'x-security-token': 'STSTOKEN0003' });
  expect(full.authorization).toMatch(
    /SignedHeaders=content-type;host;x-project-id;x-sdk-date;x-security-token,/,
  );
});

test('a token of the environment is not sent beside a key that was given as an option', async () => {
  const environment = {
    HUAWEICLOUD_SDK_AK: 'other',
    HUAWEICLOUD_SDK_SK: 'sk',
    HUAWEICLOUD_SDK_SECURITY_TOKEN: 'token',
  };
  expect(await headersSent({ environment })).not.toHaveProperty('x-security-token');
  expect(await headersSent({ ...unset, environment })).toHaveProperty('x-security-token', 'token');
});

test.each(['accessKeyId', 'secretAccessKey', 'securityToken', 'projectId'])(
  'a line break in %s is told at once, and the value is not repeated',
  (option) => {
    let error: unknown;
    try {
      huaweicloud({ ...KEYS, [option]: 'COPIEDVALUE\nX', environment: {} });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'AUTH_INVALID', message: expect.stringContaining(option) });
    expect(inspect(error)).not.toContain('COPIEDVALUE');
  },
);

test.each([
  'ftp://host',
  'https://',
  'https://host/path',
  'https://host?query',
  'https://host/#part',
  'https://user:PASSWORD@host',
  'two words',
  'host:99999',
])('the endpoint %s is refused', (endpoint) => {
  let error: unknown;
  try {
    huaweicloud({ ...KEYS, endpoint, environment: {} });
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ code: 'UNSUPPORTED' });
  expect(inspect(error)).not.toContain('PASSWORD');
});

test('an endpoint comes from the environment, and a bare host means https', async () => {
  const server = await startVendorServer(() => NO_ZONES);
  const environment = { DOMAINPROOF_HUAWEICLOUD_ENDPOINT: server.endpoint };
  await huaweicloud({ ...KEYS, environment }).findZones(toFqdn('example.com'), newCall());
  expect(server.requests).toHaveLength(1);
  const bareHost = huaweicloud({ ...KEYS, endpoint: new URL(server.endpoint).host, environment: {} });
  const work = bareHost.findZones(toFqdn('example.com'), newCall());
  // The server speaks http only.
  await expect(work).rejects.toMatchObject({ code: 'PROTOCOL', hint: expect.stringContaining('https') });
  await server.close();
});

test.each([0, -1, 1.5, Number.NaN, 2 ** 31])('timeoutMs %d is refused', (timeoutMs) => {
  expect(() => huaweicloud({ ...KEYS, timeoutMs, environment: {} })).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED' }),
  );
});

/** The host that a provider with these settings would call; nothing is sent. */
async function hostFor(options: Parameters<typeof huaweicloud>[0]): Promise<string> {
  const request = vi.spyOn(process.getBuiltinModule('node:https'), 'request').mockImplementation(() => {
    throw new Error('not sent');
  });
  const work = huaweicloud({ ...KEYS, ...options }).findZones(toFqdn('example.com'), newCall());
  await expect(work).rejects.toMatchObject({ code: 'TRANSIENT' });
  const url = new URL(String(request.mock.calls[0]?.[0]));
  request.mockRestore();
  return url.host;
}

test.each([
  [{}, 'dns.cn-north-4.myhuaweicloud.com'],
  [{ HUAWEICLOUD_REGION: 'ap-southeast-3' }, 'dns.ap-southeast-3.myhuaweicloud.com'],
  [{ HW_REGION_NAME: 'my-kualalumpur-1' }, 'dns.my-kualalumpur-1.myhuaweicloud.com'],
  [{ HW_REGION_NAME: 'cn-north-4_team' }, 'dns.cn-north-4.myhuaweicloud.com'],
  [{ HW_REGION_NAME: 'evil.example/x' }, 'dns.cn-north-4.myhuaweicloud.com'],
  [{ HUAWEICLOUD_REGION: 'ap-southeast-3', DOMAINPROOF_HUAWEICLOUD_ENDPOINT: 'dns.example' }, 'dns.example'],
])('the environment %o means the host %s', async (environment, host) => {
  expect(await hostFor({ environment })).toBe(host);
});

test('a region that is given wins over the environment, and must be one', async () => {
  const environment = { HUAWEICLOUD_REGION: 'ap-southeast-3' };
  expect(await hostFor({ region: 'cn-east-3', environment })).toBe('dns.cn-east-3.myhuaweicloud.com');
  expect(() => huaweicloud({ ...KEYS, region: 'cn-north-4/x', environment: {} })).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED', message: expect.stringContaining('region') }),
  );
});
