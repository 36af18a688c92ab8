import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core';
import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js';
import { HcClient } from '@huaweicloud/huaweicloud-sdk-core/HcClient.js';
import { DefaultHttpClient } from '@huaweicloud/huaweicloud-sdk-core/http/DefaultHttpClient.js';
import { describe, expect, it } from 'vitest';
import { ALL_BYSTANDERS, CHALLENGE, FOREIGN, foreignWorld } from './foreign-world.js';

type World = Awaited<ReturnType<typeof foreignWorld>>;
type Query = Record<string, string | number>;
// biome-ignore lint/suspicious/noExplicitAny: neither the signer nor the client has types for answers.
type Answer = { status: number; body: any };
type Send = (method: string, path: string, query?: Query, data?: object) => Promise<Answer>;
type Keys = { ak: string; sk: string; securityToken?: string; projectId?: string };

const NAME = `${CHALLENGE}.example.com.`;
const silent = () => undefined;
const logger = {
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  setLevel: silent,
  setName: silent,
  getLevel: () => 'off',
};

function keysOf({ simulator }: World, keys: Partial<Keys> = {}): Keys {
  const { accessKeyId: ak, secretAccessKey: sk, securityToken } = simulator.huaweicloud;
  return { ak, sk, ...(securityToken === undefined ? {} : { securityToken }), ...keys };
}

/** The vendor's client. It rejects for error statuses, with the body in `data`. */
function throughHcClient(world: World, keys?: Partial<Keys>): Send {
  const { endpoint } = world.simulator.huaweicloud;
  const http = new DefaultHttpClient({ logger, axiosRequestConfig: { timeout: 15_000 } } as never, [
    endpoint,
  ]);
  const client = new HcClient(http)
    .withCredential(new BasicCredentials(keysOf(world, keys)) as never)
    .withEndpoints([endpoint]);
  return async (method, url, queryParams = {}, data) => {
    const body = data === undefined ? {} : { data: data as Record<string, unknown> };
    const request = {
      method,
      url,
      contentType: 'application/json',
      queryParams,
      pathParams: {},
      headers: {},
      ...body,
    };
    try {
      const { httpStatusCode, ...answer } = await client.sendRequest(request);
      return { status: httpStatusCode ?? 0, body: answer };
    } catch (error) {
      const { httpStatusCode, errorCode } = error as { httpStatusCode: number; errorCode?: string };
      return { status: httpStatusCode, body: { error_code: errorCode } };
    }
  };
}

/** The vendor's signer alone, and Node's fetch. */
function throughSigner(world: World, keys?: Partial<Keys>): Send {
  const { endpoint } = world.simulator.huaweicloud;
  const { ak, sk, securityToken, projectId } = keysOf(world, keys);
  return async (method, url, queryParams = {}, data) => {
    const search = new URLSearchParams(queryParams as Record<string, string>);
    const signed = AKSKSigner.sign(
      {
        method,
        endpoint: `${endpoint}${url}`,
        url,
        queryParams,
        headers: {
          'content-type': 'application/json',
          ...(securityToken === undefined ? {} : { 'x-security-token': securityToken }),
          ...(projectId === undefined ? {} : { 'x-project-id': projectId }),
        },
        ...(data === undefined ? {} : { data }),
      } as never,
      { getAk: () => ak, getSk: () => sk } as never,
    ) as Record<string, string>;
    const { host: _, Host: __, ...headers } = signed;
    const response = await fetch(`${endpoint}${url}${search.size === 0 ? '' : `?${search}`}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(data === undefined ? {} : { body: JSON.stringify(data) }),
    });
    return { status: response.status, body: await response.json() };
  };
}

const quoted = (...values: string[]) => values.map((value) => `"${value}"`);
const namesIn = ({ body }: Answer): string[] => body.recordsets.map(({ name }: { name: string }) => name);

describe.each([
  ['HcClient with DefaultHttpClient', throughHcClient],
  ["AKSKSigner with Node's fetch", throughSigner],
])('the official @huaweicloud/huaweicloud-sdk-core: %s', (kind, connect) => {
  async function connected(options: Parameters<typeof foreignWorld>[0] = {}, keys?: Partial<Keys>) {
    const world = await foreignWorld(options);
    const send = connect(world, keys);
    const { body } = await send('GET', '/v2/zones', {
      name: 'example.com',
      search_mode: 'equal',
      type: 'public',
    });
    const zone: string = body.zones[0].id;
    const path = `/v2.1/zones/${zone}/recordsets`;
    const find = async (name = NAME, type = 'TXT') =>
      (await send('GET', path, { name, type, search_mode: 'equal' })).body.recordsets[0];
    return { ...world, send, zone, path, find };
  }

  it('finds the zone by its exact name among those that contain it', async () => {
    const { send, zone } = await connected();
    const all = await send('GET', '/v2/zones', { name: 'EXAMPLE.com' });
    expect(all.body.zones.map(({ name }: { name: string }) => name)).toEqual([
      'example.com.',
      'my-example.com.',
    ]);
    expect((await send('GET', `/v2/zones/${zone}`)).body).toMatchObject({
      name: 'example.com.',
      status: 'ACTIVE',
    });
    const hosts = ['ns1.huaweicloud-dns.com.', 'ns1.huaweicloud-dns.cn.'];
    const { nameservers } = (await send('GET', `/v2/zones/${zone}/nameservers`)).body;
    expect(nameservers.map(({ hostname }: { hostname: string }) => hostname)).toEqual(hosts);
    expect((await send('GET', '/v2/public-zones/dns-servers/example.com')).body).toEqual({
      all_hw_dns: true,
      include_hw_dns: true,
      dns_servers: ['ns1.huaweicloud-dns.com', 'ns1.huaweicloud-dns.cn'],
      expected_dns_servers: ['ns1.huaweicloud-dns.com', 'ns1.huaweicloud-dns.cn'],
      domain_name: 'example.com.',
    });
    const { quotas } = (await send('GET', '/v2/quotamg/dns/quotas', { domain_id: 'd' })).body;
    expect(quotas).toContainEqual(expect.objectContaining({ quota_key: 'record_set', unit: 'count' }));
  });

  it('merges two values into a foreign set, and takes one and then the other out', async () => {
    const { send, path, find, proved, bystanders } = await connected();
    const set = await find();
    expect(set.records).toEqual(quoted(FOREIGN));
    expect((await send('POST', path, {}, { name: NAME, type: 'TXT', records: quoted('first') })).status).toBe(
      400,
    );
    const put = (...values: string[]) =>
      send('PUT', `${path}/${set.id}`, {}, { name: NAME, type: 'TXT', records: quoted(...values) });
    expect(await put(FOREIGN, 'first', 'second 证书')).toMatchObject({
      status: 202,
      body: { status: 'PENDING_UPDATE' },
    });
    expect(await proved('huaweicloud', CHALLENGE)).toEqual(['first', 'second 证书', FOREIGN]);
    expect((await send('GET', `${path}/${set.id}`)).body).toMatchObject({ status: 'ACTIVE', ttl: 300 });
    await put(FOREIGN, 'second 证书');
    expect(await proved('huaweicloud', CHALLENGE)).toEqual(['second 证书', FOREIGN]);
    await put(FOREIGN);
    expect(await proved('huaweicloud', CHALLENGE)).toEqual([FOREIGN]);
    expect(bystanders('huaweicloud')).toBe(ALL_BYSTANDERS);
  });

  it.each(['v2', 'v2.1'])('creates, shows, updates and deletes a CNAME by %s', async (version) => {
    const { send, zone, find, proved } = await connected();
    const path = `/${version}/zones/${zone}/recordsets`;
    const key = { name: 'alias.example.com.', type: 'CNAME' };
    const created = await send('POST', path, {}, { ...key, ttl: 60, records: ['one.example.org'] });
    expect(created).toMatchObject({
      status: 202,
      body: { status: 'PENDING_CREATE', records: ['one.example.org.'] },
    });
    expect(created.body).toHaveProperty(version === 'v2' ? 'create_at' : 'created_at');
    const { id } = await find(key.name, 'CNAME');
    expect(await proved('huaweicloud', 'alias', 'CNAME')).toEqual(['one.example.org.']);
    await send('PUT', `${path}/${id}`, {}, { ...key, records: ['two.example.org.'] });
    expect(await proved('huaweicloud', 'alias', 'CNAME')).toEqual(['two.example.org.']);
    expect((await send('GET', `${path}/${id}`)).body).toMatchObject({
      ttl: 60,
      records: ['two.example.org.'],
    });
    expect((await send('DELETE', `${path}/${id}`)).body.status).toBe('PENDING_DELETE');
    expect(await proved('huaweicloud', 'alias', 'CNAME')).toEqual([]);
    expect((await send('GET', `${path}/${id}`)).status).toBe(404);
  });

  it('filters by part of a name, by the whole name, by type, line and status', async () => {
    const { send, path } = await connected();
    const list = async (query: Query) => namesIn(await send('GET', path, query));
    const near = [`${CHALLENGE}.other.example.com.`, `x${CHALLENGE}.example.com.`];
    expect((await list({ name: CHALLENGE })).sort()).toEqual([NAME, ...near].sort());
    expect(await list({ name: NAME.toUpperCase(), search_mode: 'equal' })).toEqual([NAME]);
    expect(await list({ name: NAME.slice(0, -1), search_mode: 'equal' })).toEqual([NAME]);
    expect(await list({ name: CHALLENGE, type: 'CNAME' })).toEqual([]);
    expect(await list({ name: CHALLENGE, line_id: 'Dianxin' })).toEqual([]);
    expect(await list({ status: 'ACTIVE', type: 'NS' })).toEqual(['example.com.']);
    expect(await list({ sort_key: 'name', sort_dir: 'asc', limit: 1, name: '_' })).toEqual([NAME]);
  });

  it.each(['marker', 'offset'])('reads every set page by page, by %s', async (by) => {
    const { send, path, simulator } = await connected({ huaweicloud: { pageLimit: 6 } });
    const names: string[] = [];
    for (let total = 1, last = ''; names.length < total; ) {
      const page = await send(
        'GET',
        path,
        by === 'marker' ? { marker: last, limit: 10 } : { offset: names.length },
      );
      total = page.body.metadata.total_count;
      last = page.body.recordsets.at(-1).id;
      expect(page.body.recordsets.length).toBeLessThanOrEqual(6);
      names.push(...namesIn(page));
    }
    // The SOA and NS sets of the apex share a name.
    expect(names).toHaveLength(simulator.records('huaweicloud', 'example.com').length + 2);
    expect(new Set(names).size).toBe(names.length - 1);
    expect(namesIn(await send('GET', '/v2.1/recordsets', { name: 'crowd-7' }))).toEqual([
      'crowd-7.example.com.',
    ]);
  });

  it('writes in batches: lines, updates, deletions, statuses and tasks', async () => {
    const { send, path, proved, held, bystanders } = await connected();
    const name = 'batch.example.com.';
    const lines = ['default_view', 'Dianxin'].map((line) => ({ line, records: quoted(line), ttl: 60 }));
    const created = await send('POST', `${path}/batch/lines`, {}, { name, type: 'TXT', lines });
    expect(created).toMatchObject({ status: 202, body: { metadata: { total_count: 2 } } });
    expect(held('huaweicloud', 'batch')).toEqual(['Dianxin', 'default_view']);
    const ids: string[] = created.body.recordsets.map(({ id }: { id: string }) => id);
    const updated = await send('PUT', path, {}, { recordsets: [{ id: ids[0], records: quoted('a', 'b') }] });
    expect(updated.status).toBe(202);
    const recordset_ids = [ids[0]];
    const set = (status: string) => send('PUT', '/v2.1/recordsets/statuses', {}, { status, recordset_ids });
    expect((await set('DISABLE')).body.recordsets).toMatchObject([{ status: 'PENDING_DISABLE' }]);
    expect((await set('DISABLE')).body.recordsets).toEqual([]);
    const one = await send('PUT', `/v2.1/recordsets/${ids[0]}/statuses/set`, {}, { status: 'ENABLE' });
    expect(one).toMatchObject({ status: 202, body: { id: ids[0] } });
    await send('DELETE', path, {}, { recordset_ids: [ids[1], 'long gone'] });
    expect(await proved('huaweicloud', 'batch')).toEqual(['a', 'b']);
    const recordsets = [
      { name: 'task', type: 'TXT', records: quoted('1') },
      { name: NAME, type: 'TXT', records: quoted('2') },
    ];
    const { task_id } = (await send('POST', `${path}/batch-create-task`, {}, { recordsets })).body;
    expect((await send('GET', `${path}/batch-create-task`)).body).toMatchObject({
      task_id,
      success_count: 1,
      error_items: [{ error_code: 'DNS.0312' }],
    });
    expect(await proved('huaweicloud', 'task')).toEqual(['1']);
    expect(bystanders('huaweicloud')).toBe(ALL_BYSTANDERS);
  });

  it('reads the system lines, by language and page', async () => {
    const { send } = await connected();
    const first = (await send('GET', '/v2.1/system-lines', { locale: 'zh-cn', limit: 2 })).body;
    expect(first.lines.map(({ id }: { id: string }) => id)).toEqual(['default_view', 'Dianxin']);
    const all = (await send('GET', '/v2.1/system-lines', { locale: 'en-us', limit: 1000 })).body;
    expect(all.lines).toHaveLength(all.metadata.total_count);
    expect(all.lines[0]).toMatchObject({ father_id: 'DEFAULT' });
  });

  it('is refused with a wrong secret or key, and throttled at the gateway', async () => {
    const world = await connected();
    const code = async (keys: Partial<Keys>) =>
      (await connect(world, keys)('GET', '/v2/zones')).body.error_code;
    expect(await code({ sk: 'wrong' })).toBe('APIGW.0301');
    expect(await code({ ak: 'HPUA0000' })).toBe('APIGW.0301');
    expect(await code({ securityToken: 'not asked for' })).toBe('APIGW.0301');
    expect(await code({})).toBeUndefined();
    world.simulator.faults.add({ cloud: 'huaweicloud', kind: 'throttle' });
    expect(await world.send('GET', '/v2/zones')).toMatchObject({
      status: 429,
      body: { error_code: 'APIGW.0308' },
    });
  });

  it('comes in with temporary credentials, and with no others', async () => {
    const world = await connected({ huaweicloud: { temporaryCredentials: true, lockOut: false } });
    const { securityToken } = world.simulator.huaweicloud;
    expect(world.simulator.env.HUAWEICLOUD_SDK_SECURITY_TOKEN).toBe(securityToken);
    expect((await world.find()).records).toEqual(quoted(FOREIGN));
    for (const token of [undefined, 'another']) {
      const keys = { ...keysOf(world), securityToken: token } as Partial<Keys>;
      expect((await connect(world, keys)('GET', '/v2/zones')).status).toBe(401);
    }
  });

  it('may send its project, which counts where the account minds', async () => {
    const world = await connected({ huaweicloud: { wrongProject: 'refused' } });
    const status = async (projectId: string) =>
      (await connect(world, { projectId })('GET', '/v2/zones')).status;
    expect(await status(world.simulator.huaweicloud.projectId)).toBe(200);
    expect(await status('0123456789abcdef0123456789abcdef')).toBe(403);
    const careless = await connected({}, { projectId: '0123456789abcdef0123456789abcdef' });
    expect((await careless.send('GET', '/v2/zones')).status).toBe(200);
  });

  if (kind.startsWith('HcClient'))
    it("throws the service's refusals without their codes: it reads another form of error", async () => {
      const { send, path } = await connected();
      const created = await send('POST', path, {}, { name: NAME, type: 'TXT', records: quoted('x') });
      expect(created).toEqual({ status: 400, body: { error_code: undefined } });
    });
  else
    it("gets the service's refusals with their codes", async () => {
      const { send, path, find } = await connected({ huaweicloud: { duplicates: 'DNS.0335' } });
      const body = { name: NAME, type: 'TXT', records: quoted('x') };
      const code = async (change: object) => (await send('POST', path, {}, { ...body, ...change })).body.code;
      expect(await code({})).toBe('DNS.0335');
      expect(await code({ type: 'CNAME', records: ['a.example.org.'] })).toBe('DNS.0312');
      expect(await code({ records: ['unquoted'] })).toBe('DNS.0308');
      expect(await code({ name: 'a.example.org.' })).toBe('DNS.0304');
      expect(await code({ line: 'nowhere' })).toBe('DNS.0806');
      expect((await find()).records).toEqual(quoted(FOREIGN));
    });
});
