import { describe, expect, it } from 'vitest';
import { huaweicloudAccount, txt } from './huaweicloud-account.js';

const decoys = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `h${index}`, type: 'TXT', value: `v${index}` }));
const names = (list: { name: string }[]) => list.map(({ name }) => name);

describe('zones', () => {
  const zones = ['example.com', 'my-example.com', 'a.example.com', 'example.com.cn', 'other.org'].map(
    (name) => ({
      name,
    }),
  );

  it('are found by a part of their name unless asked exactly, with or without the final dot', async () => {
    const { call } = await huaweicloudAccount({ zones });
    const find = async (query: Record<string, string>) =>
      names((await call('GET', '/v2/zones', { query })).body.zones);
    expect(await find({ name: 'Example.COM' })).toEqual([
      'example.com.cn.',
      'a.example.com.',
      'my-example.com.',
      'example.com.',
    ]);
    expect(await find({ name: 'example.com.' })).toHaveLength(4);
    for (const name of ['example.com', 'example.com.', 'EXAMPLE.com'])
      expect(await find({ name, search_mode: 'equal' })).toEqual(['example.com.']);
    expect(await find({ type: 'private' })).toEqual([]);
    expect(await find({ status: 'DISABLE' })).toEqual([]);
  });

  it('have this shape, alone and in a list', async () => {
    const { call, zoneId, host } = await huaweicloudAccount();
    const { body } = await call('GET', '/v2/zones');
    expect(body.metadata).toEqual({ total_count: 1 });
    expect(body.links).toEqual({ self: `http://${host}/v2/zones` });
    expect(body.zones[0]).toMatchObject({
      name: 'example.com.',
      status: 'ACTIVE',
      zone_type: 'public',
      record_num: 2,
      ttl: 300,
      masters: [],
    });
    expect((await call('GET', `/v2/zones/${await zoneId()}`)).body).toEqual(body.zones[0]);
    expect(await call('GET', '/v2/zones/none')).toMatchObject({ status: 404, body: { code: 'DNS.0302' } });
  });

  it('tell their name servers', async () => {
    const { call, zoneId } = await huaweicloudAccount();
    expect((await call('GET', `/v2/zones/${await zoneId()}/nameservers`)).body).toEqual({
      nameservers: [
        { hostname: 'ns1.huaweicloud-dns.com.', priority: 1 },
        { hostname: 'ns1.huaweicloud-dns.cn.', priority: 2 },
      ],
    });
  });

  it('are paged by offset and by marker', async () => {
    const many = Array.from({ length: 121 }, (_, index) => ({ name: `zone-${index}.com` }));
    const { call } = await huaweicloudAccount({ zones: many });
    const second = (await call('GET', '/v2/zones', { query: { limit: '100', offset: '100' } })).body;
    expect(second.zones).toHaveLength(21);
    expect(second.metadata.total_count).toBe(121);
    const first = (await call('GET', '/v2/zones', { query: { limit: '100' } })).body;
    const marker = first.zones.at(-1).id;
    const query = { limit: '100', marker, offset: '7' };
    expect(names((await call('GET', '/v2/zones', { query })).body.zones)).toEqual(names(second.zones));
  });
});

describe('record sets', () => {
  it('come newest first, page by page, with a link to the next', async () => {
    const { call, recordSets, host } = await huaweicloudAccount({ zones: [{ records: decoys(501) }] });
    const path = await recordSets();
    const first = (await call('GET', path, { query: { type: 'TXT' } })).body;
    expect(first.recordsets).toHaveLength(500);
    expect(first.recordsets[0].name).toBe('h500.example.com.');
    expect(first.metadata.total_count).toBe(501);
    const marker = first.recordsets.at(-1).id;
    expect(first.links.next).toBe(`http://${host}${path}?type=TXT&limit=500&marker=${marker}`);
    const byOffset = (await call('GET', path, { query: { type: 'TXT', offset: '1', limit: '499' } })).body;
    expect(byOffset.links.next).toBe(`http://${host}${path}?type=TXT&limit=499&marker=${marker}`);
    const last = (await call('GET', path, { query: { type: 'TXT', marker } })).body;
    expect(names(last.recordsets)).toEqual(['h0.example.com.']);
    expect(last.links.next).toBeUndefined();
  });

  it('come in pages of any size that the account is set to', async () => {
    const { call, recordSets } = await huaweicloudAccount({ pageLimit: 2, zones: [{ records: decoys(5) }] });
    const path = await recordSets();
    const seen: string[] = [];
    let marker = '';
    for (;;) {
      const { body } = await call('GET', path, { query: { limit: '500', type: 'TXT', marker } });
      seen.push(...names(body.recordsets));
      if (body.links.next === undefined) break;
      marker = body.recordsets.at(-1).id;
    }
    expect(seen).toEqual([4, 3, 2, 1, 0].map((index) => `h${index}.example.com.`));
  });

  it.each([
    [{ limit: '501' }, 'DNS.0006'],
    [{ limit: '-1' }, 'DNS.0006'],
    [{ offset: 'x' }, 'DNS.0017'],
    [{ marker: 'none' }, 'DNS.0007'],
    [{ sort_key: 'ttl' }, 'DNS.0032'],
    [{ sort_key: 'constructor' }, 'DNS.0032'],
    [{ sort_dir: 'up' }, 'DNS.0033'],
  ])('are not listed with %j: %s', async (query, code) => {
    const { call, recordSets } = await huaweicloudAccount();
    const answer = await call('GET', await recordSets(), { query: query as Record<string, string> });
    expect(answer).toMatchObject({ status: 400, body: { code } });
  });

  it('are sorted as asked', async () => {
    const records = ['b', 'c', 'a'].map((name) => ({ name, type: 'TXT', value: 'v' }));
    const { call, recordSets } = await huaweicloudAccount({ zones: [{ records }] });
    const query = { type: 'TXT', sort_key: 'name', sort_dir: 'asc' };
    const { body } = await call('GET', await recordSets(), { query });
    expect(names(body.recordsets)).toEqual(['a.example.com.', 'b.example.com.', 'c.example.com.']);
  });

  it('are found by a part of their name unless asked exactly; other filters are exact', async () => {
    const records = [
      { name: '_dnsauth', type: 'TXT', value: 'a' },
      { name: 'x_dnsauth', type: 'TXT', value: 'decoy' },
      { name: '_dnsauth.www', type: 'TXT', value: 'decoy' },
      { name: '_dnsauth', type: 'A', value: '192.0.2.1' },
      { name: '_dnsauth', type: 'TXT', value: 'a', line: 'Dianxin' },
    ];
    const { call, recordSets } = await huaweicloudAccount({ zones: [{ records }] });
    const path = await recordSets();
    const count = async (query: Record<string, string>) =>
      (await call('GET', path, { query })).body.metadata.total_count;
    const exact = { name: '_DNSAUTH.example.com', search_mode: 'equal' };
    expect(await count({ name: '_dnsauth' })).toBe(5);
    expect(await count({ name: '_dnsauth.example.com.' })).toBe(4);
    expect(await count(exact)).toBe(3);
    expect(await count({ ...exact, type: 'TXT' })).toBe(2);
    expect(await count({ ...exact, type: 'TXT', line_id: 'default_view' })).toBe(1);
    expect(await count({ type: 'TX' })).toBe(0);
    expect(await count({ status: 'ACTIVE' })).toBe(7);
    expect(await count({ status: 'ERROR' })).toBe(0);
  });

  it('of all zones are listed together, and per zone on request', async () => {
    const records = [{ name: '_dnsauth', type: 'TXT', value: 'a' }];
    const { call, zoneId } = await huaweicloudAccount({
      zones: [{ records }, { name: 'other.com', records }],
    });
    const find = async (query: Record<string, string>) =>
      (await call('GET', '/v2.1/recordsets', { query: { type: 'TXT', ...query } })).body.recordsets;
    expect((await find({})).map(({ zone_name }: { zone_name: string }) => zone_name).sort()).toEqual([
      'example.com.',
      'other.com.',
    ]);
    expect(await find({ zone_id: await zoneId('other.com.') })).toHaveLength(1);
    expect(await find({ records: 'b' })).toHaveLength(0);
  });

  it('of other lines are hidden from the older version', async () => {
    const records = [{ name: 'a', type: 'TXT', value: 'a', line: 'Dianxin' }];
    const { call, zoneId } = await huaweicloudAccount({ zones: [{ records }] });
    const { body } = await call('GET', `/v2/zones/${await zoneId()}/recordsets`);
    expect(body.recordsets.map(({ type }: { type: string }) => type)).toEqual(['NS', 'SOA']);
  });
});

describe('what belongs to the account', () => {
  it('the lines have names, parents, and pages', async () => {
    const { call } = await huaweicloudAccount();
    const { lines, metadata } = (await call('GET', '/v2.1/system-lines')).body;
    expect(lines).toHaveLength(metadata.total_count);
    expect(lines).toEqual(
      expect.arrayContaining([
        { id: 'default_view', name: '全网默认', father_id: 'DEFAULT' },
        { id: 'Dianxin', name: '电信', father_id: 'ISP' },
        { id: 'Dianxin_Huabei', name: '华北地区', father_id: 'Dianxin' },
        { id: 'Dianxin_Beijing', name: '北京', father_id: 'Dianxin_Huabei' },
        { id: 'AP', name: '亚太地区', father_id: 'REGION' },
      ]),
    );
    const ids = new Set(lines.map(({ id }: { id: string }) => id));
    expect(ids.size).toBe(lines.length);
    for (const { father_id } of lines)
      expect(ids.has(father_id) || ['DEFAULT', 'ISP', 'REGION'].includes(father_id)).toBe(true);
    const query = { limit: '2', offset: '1', locale: 'en-us' };
    expect((await call('GET', '/v2.1/system-lines', { query })).body.lines).toHaveLength(2);
  });

  it('the quotas count what is used', async () => {
    const { call, recordSets } = await huaweicloudAccount({ recordSetQuota: 500 });
    await call('POST', await recordSets(), { body: txt('a.example.com.', 'a') });
    expect((await call('GET', '/v2/quotamg/dns/quotas', { query: { domain_id: 'd' } })).body.quotas).toEqual([
      { quota_key: 'zone', quota_limit: 50, used: 1, unit: 'count' },
      { quota_key: 'record_set', quota_limit: 500, used: 3, unit: 'count' },
    ]);
  });

  it('a scenario that cannot be is refused with its record', async () => {
    const { cloud } = await huaweicloudAccount();
    const add = (fields: object) => cloud.addZone({ name: 'new.com', cloud: 'huaweicloud', ...fields });
    expect(() => add({ name: 'Example.com.' })).toThrow('holds the zone example.com. already');
    const records = [{ name: 'a', type: 'A', value: 'x' }];
    expect(() => add({ records })).toThrow('Record a.new.com. A of the simulated zone new.com.');
    expect(() => add({})).not.toThrow();
    expect(() => cloud.records('none.com')).toThrow('none.com.');
  });
});
