import { describe, expect, it } from 'vitest';
import { holdTimers, LONG_MS } from './held-timers.js';
import { huaweicloudAccount, txt } from './huaweicloud-account.js';

const NAME = '_dnsauth.example.com.';

describe('one record set', () => {
  it('is created, shown, changed and deleted, and served meanwhile', async () => {
    const { call, recordSets, publisher, cloud, calls } = await huaweicloudAccount();
    const path = await recordSets();
    const created = await call('POST', path, { body: txt('_DNSauth.example.com.', 'token-1') });
    expect(created.status).toBe(202);
    expect(created.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(created.body).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      name: NAME,
      type: 'TXT',
      ttl: 300,
      records: ['"token-1"'],
      status: 'PENDING_CREATE',
      default: false,
      line: 'default_view',
      weight: 1,
      zone_name: 'example.com.',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/),
      updated_at: null,
    });
    const one = `${path}/${created.body.id}`;
    expect((await call('GET', one)).body.status).toBe('ACTIVE');
    expect(publisher.values(NAME)).toEqual(['token-1']);

    const updated = await call('PUT', one, { body: { ...txt(NAME, 'token-1', 'token-2'), ttl: 60 } });
    expect(updated).toMatchObject({ status: 202, body: { status: 'PENDING_UPDATE', ttl: 60 } });
    expect(publisher.values(NAME)).toEqual(['token-1', 'token-2']);
    expect(publisher.ttl(NAME)).toBe(60);
    const shown = (await call('GET', one)).body;
    expect(shown.records).toEqual(['"token-2"', '"token-1"']);
    expect(shown.updated_at).not.toBeNull();

    const deleted = await call('DELETE', one);
    expect(deleted).toMatchObject({ status: 202, body: { status: 'PENDING_DELETE' } });
    expect(await call('GET', one)).toMatchObject({ status: 404, body: { code: 'DNS.0313' } });
    expect(publisher.values(NAME)).toEqual([]);
    expect(cloud.records('example.com')).toEqual([]);
    expect(calls.entries.map(({ operation }) => operation)).toEqual([
      'ListPublicZones',
      'CreateRecordSet',
      'ShowRecordSet',
      'UpdateRecordSet',
      'ShowRecordSet',
      'DeleteRecordSet',
      'ShowRecordSet',
    ]);
    expect(calls.entries.at(-1)).toMatchObject({ httpStatus: 404, vendorCode: 'DNS.0313', method: 'GET' });
  });

  it('keeps what an update leaves out, and its name, type and line', async () => {
    const { call, recordSets } = await huaweicloudAccount();
    const path = await recordSets();
    const body = { ...txt(NAME, 'a'), ttl: 60, description: 'note', line: 'Dianxin' };
    const one = `${path}/${(await call('POST', path, { body })).body.id}`;
    await call('PUT', one, { body: { name: NAME, type: 'TXT', line: 'Yidong' } });
    expect((await call('GET', one)).body).toMatchObject({
      ttl: 60,
      description: 'note',
      line: 'Dianxin',
      records: ['"a"'],
    });
    expect((await call('PUT', one, { body: txt('other.example.com.', 'a') })).body.code).toBe('DNS.0304');
    expect((await call('PUT', one, { body: { name: NAME, type: 'A' } })).body.code).toBe('DNS.0307');
  });

  it('is paused and brought back', async () => {
    const { call, recordSets, publisher } = await huaweicloudAccount();
    const path = await recordSets();
    const { id } = (await call('POST', path, { body: txt(NAME, 'a') })).body;
    const set = (status: string) => call('PUT', `/v2.1/recordsets/${id}/statuses/set`, { body: { status } });
    expect((await set('DISABLE')).body.status).toBe('PENDING_DISABLE');
    expect((await call('GET', `${path}/${id}`)).body.status).toBe('DISABLE');
    expect(publisher.values(NAME)).toEqual([]);
    await set('ENABLE');
    expect((await call('GET', `${path}/${id}`)).body.status).toBe('ACTIVE');
    expect(publisher.values(NAME)).toEqual(['a']);
    expect((await set('PAUSE')).body.code).toBe('DNS.0315');
  });

  it('created with status DISABLE is not served', async () => {
    const { call, recordSets, publisher, cloud } = await huaweicloudAccount();
    await call('POST', await recordSets(), { body: { ...txt(NAME, 'a'), status: 'DISABLE' } });
    expect(cloud.records('example.com')).toMatchObject([{ status: 'DISABLE', values: ['a'] }]);
    expect(publisher.values(NAME)).toEqual([]);
  });

  it('has neither line nor weight in the older version, and other names for the times', async () => {
    const { call, zoneId } = await huaweicloudAccount();
    const path = `/v2/zones/${await zoneId()}/recordsets`;
    const body = { ...txt(NAME, 'a'), line: 'Dianxin' };
    const created = (await call('POST', path, { body })).body;
    expect(created).toHaveProperty('create_at');
    for (const field of ['created_at', 'line', 'weight']) expect(created).not.toHaveProperty(field);
    const newer = await call('GET', `/v2.1${path.slice(3)}/${created.id}`);
    expect(newer.body.line).toBe('default_view');
  });

  it('of another zone is not found', async () => {
    const { call, recordSets } = await huaweicloudAccount({ zones: [{}, { name: 'other.com' }] });
    const { id } = (await call('POST', await recordSets(), { body: txt(NAME, 'a') })).body;
    const elsewhere = `${await recordSets('other.com.')}/${id}`;
    for (const method of ['GET', 'DELETE'])
      expect((await call(method, elsewhere)).body.code).toBe('DNS.0313');
    expect((await call('GET', '/v2.1/zones/none/recordsets')).body.code).toBe('DNS.0302');
  });
});

describe('the way from PENDING to the name servers', () => {
  it('takes the settling time, and no second write meanwhile', async () => {
    const waits = holdTimers();
    const { call, recordSets, publisher, cloud } = await huaweicloudAccount({ settleMs: LONG_MS });
    const path = await recordSets();
    const { id } = (await call('POST', path, { body: txt(NAME, 'a') })).body;
    expect((await call('GET', `${path}/${id}`)).body.status).toBe('PENDING_CREATE');
    expect(publisher.values(NAME)).toEqual([]);
    const early = await call('PUT', `${path}/${id}`, { body: txt(NAME, 'b') });
    expect(early).toMatchObject({ status: 409, body: { code: 'DNS.0314' } });
    expect((await call('DELETE', `${path}/${id}`)).body.code).toBe('DNS.0314');

    waits()[0]?.end();
    expect(publisher.values(NAME)).toEqual(['a']);
    expect((await call('PUT', `${path}/${id}`, { body: txt(NAME, 'b') })).status).toBe(202);
    expect(publisher.values(NAME)).toEqual(['a']);
    waits()[1]?.end();
    expect(publisher.values(NAME)).toEqual(['b']);
    await call('DELETE', `${path}/${id}`);
    expect((await call('GET', `${path}/${id}`)).body.status).toBe('PENDING_DELETE');
    waits()[2]?.end();
    expect(publisher.values(NAME)).toEqual([]);
    expect((await call('GET', `${path}/${id}`)).status).toBe(404);
    expect(cloud.records('example.com')).toEqual([]);
  });

  it('answers DNS.0314 with 400 if told so, and lets pending sets be deleted if told so', async () => {
    const waits = holdTimers();
    const { call, recordSets, publisher } = await huaweicloudAccount({
      settleMs: LONG_MS,
      busyStatus: 400,
      deleteWhilePending: true,
    });
    const path = await recordSets();
    const { id } = (await call('POST', path, { body: txt(NAME, 'a') })).body;
    expect((await call('PUT', `${path}/${id}`, { body: txt(NAME, 'b') })).status).toBe(400);
    expect((await call('DELETE', `${path}/${id}`)).status).toBe(202);
    expect((await call('DELETE', `${path}/${id}`)).body.code).toBe('DNS.0314');
    // The older change that settles last is void.
    for (const wait of waits().reverse()) wait.end();
    expect((await call('GET', `${path}/${id}`)).status).toBe(404);
    expect(publisher.history.flatMap(({ values }) => values)).toEqual([]);
  });
});

describe('what is refused', () => {
  const long = (count: number) => 'x'.repeat(count);
  it.each<[string, string, object]>([
    ['a name outside the zone', 'DNS.0304', { name: '_dnsauth.my-example.org.' }],
    ['a name that only looks as if it ended in the zone', 'DNS.0304', { name: 'my-example.com.' }],
    ['a name without a final dot', 'DNS.0304', { name: '_dnsauth.example.com' }],
    ['a name with an empty label', 'DNS.0304', { name: '_dnsauth..example.com.' }],
    ['a label of 64 characters', 'DNS.0304', { name: `${long(64)}.example.com.` }],
    ['a name that is too long', 'DNS.0304', { name: `${'abcdefgh.'.repeat(28)}example.com.` }],
    ['a star inside a name', 'DNS.0304', { name: 'a.*.example.com.' }],
    ['no name', 'DNS.0304', { name: undefined }],
    ['a type that is none', 'DNS.0307', { type: 'HINFO' }],
    ['a SOA', 'DNS.0307', { type: 'SOA' }],
    ['no records', 'DNS.0308', { records: [] }],
    ['records that are not texts', 'DNS.0308', { records: [1] }],
    ['51 records', 'DNS.0308', { records: Array.from({ length: 51 }, (_, index) => `"${index}"`) }],
    ['a record given twice', 'DNS.0308', { records: ['"a"', '"a"'] }],
    ['a text without quotes', 'DNS.0308', { records: ['a'] }],
    ['a text without its last quote', 'DNS.0308', { records: ['"a'] }],
    ['a lone quote', 'DNS.0308', { records: ['"'] }],
    ['an empty text', 'DNS.0308', { records: ['""'] }],
    ['a quote inside a text', 'DNS.0308', { records: ['"a"b"'] }],
    ['a backslash', 'DNS.0308', { records: ['"a\\\\b"'] }],
    ['a string of 256', 'DNS.0308', { records: [`"${long(256)}"`] }],
    [
      'a value over 4096',
      'DNS.0308',
      {
        records: [
          Array(17)
            .fill(`"${long(250)}"`)
            .join(' '),
        ],
      },
    ],
    ['strings with two spaces between', 'DNS.0308', { records: ['"a"  "b"'] }],
    ['a TTL of 0', 'DNS.0319', { ttl: 0 }],
    ['a TTL over 2^31', 'DNS.0319', { ttl: 2147483648 }],
    ['a TTL that is no number', 'DNS.0303', { ttl: '300' }],
    ['a line that is none', 'DNS.0806', { line: 'telecom' }],
    ['a weight over 1000', 'DNS.0323', { weight: 1001 }],
    ['a status that is none', 'DNS.0315', { status: 'ACTIVE' }],
    ['a long description', 'DNS.0305', { description: long(256) }],
    ['two CNAMEs', 'DNS.0308', { type: 'CNAME', records: ['a.example.', 'b.example.'] }],
    ['a CNAME to an address', 'DNS.0308', { type: 'CNAME', records: ['192.0.2.1'] }],
    ['an A that is none', 'DNS.0308', { type: 'A', records: ['2001:db8::1'] }],
    ['an AAAA that is none', 'DNS.0308', { type: 'AAAA', records: ['192.0.2.1'] }],
    ['an MX without priority', 'DNS.0308', { type: 'MX', records: ['mail.example.'] }],
    ['an SRV with too little', 'DNS.0308', { type: 'SRV', records: ['1 2 host.example.'] }],
    ['a CAA with an unknown tag', 'DNS.0308', { type: 'CAA', records: ['0 contact "x"'] }],
  ])('%s: %s', async (_, code, change) => {
    const { call, recordSets, cloud } = await huaweicloudAccount();
    const answer = await call('POST', await recordSets(), { body: { ...txt(NAME, 'a'), ...change } });
    expect(answer).toMatchObject({ status: 400, body: { code, message: expect.any(String) } });
    expect(cloud.records('example.com')).toEqual([]);
  });

  it('says what is wrong with a text as the service does', async () => {
    const { call, recordSets } = await huaweicloudAccount();
    const { body } = await call('POST', await recordSets(), { body: { ...txt(NAME), records: ['a'] } });
    expect(body.message).toBe(
      "Attribute 'records' is invalid, 'TXT records missing starting quotation mark'.",
    );
  });

  it.each(['', '[]', '{', 'null', '"x"'])('a body that is %j', async (rawBody) => {
    const { call, recordSets } = await huaweicloudAccount();
    expect((await call('POST', await recordSets(), { rawBody })).body.code).toBe('DNS.0002');
  });

  it('a set over the quota', async () => {
    const { call, recordSets } = await huaweicloudAccount({ recordSetQuota: 3 });
    const path = await recordSets();
    expect((await call('POST', path, { body: txt('a.example.com.', 'a') })).status).toBe(202);
    expect(await call('POST', path, { body: txt('b.example.com.', 'a') })).toMatchObject({
      status: 403,
      body: { code: 'DNS.0403' },
    });
  });

  it('any write to a disabled zone, which is not served either', async () => {
    const records = [{ name: 'a', type: 'TXT', value: 'a' }];
    const { call, recordSets, publisher } = await huaweicloudAccount({
      zones: [{ status: 'disabled', records }],
    });
    const answer = await call('POST', await recordSets(), { body: txt(NAME, 'a') });
    expect(answer.body.code).toBe('DNS.0213');
    expect(publisher.zones).toEqual([]);
    expect(publisher.history).toEqual([]);
  });

  it('taking away or changing SOA and NS of the apex, which are listed', async () => {
    const { call, recordSets } = await huaweicloudAccount();
    const path = await recordSets();
    const { recordsets } = (await call('GET', path)).body;
    expect(recordsets).toMatchObject([
      { type: 'NS', ttl: 172800, default: true, line: 'default_view' },
      { type: 'SOA', ttl: 300, default: true },
    ]);
    for (const { id, name, type } of recordsets) {
      expect(await call('DELETE', `${path}/${id}`)).toMatchObject({
        status: 400,
        body: { code: 'DNS.0317' },
      });
      const change = await call('PUT', `${path}/${id}`, { body: { name, type, ttl: 60 } });
      expect(change.body.code).toBe('DNS.0318');
      expect((await call('DELETE', path, { body: { recordset_ids: [id] } })).body.code).toBe('DNS.0317');
    }
  });
});

describe('values', () => {
  it.each<[string, string, string, string]>([
    ['CNAME', 'Target.Example.org', 'Target.Example.org.', 'target.example.org.'],
    ['MX', '10 mail.example.org', '10 mail.example.org.', '10 mail.example.org.'],
    ['SRV', '1 2 443 a.example.org.', '1 2 443 a.example.org.', '1 2 443 a.example.org.'],
    ['NS', 'ns.example.org', 'ns.example.org.', 'ns.example.org.'],
    ['A', '192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['AAAA', '2001:DB8::1', '2001:DB8::1', '2001:db8::1'],
    ['CAA', '0 issue "ca.example"', '0 issue "ca.example"', '0 issue "ca.example"'],
    ['TXT', '"part one" "part two"', '"part one" "part two"', 'part onepart two'],
  ])('%s %s is shown with a final dot and served in its own form', async (type, sent, shown, served) => {
    const { call, recordSets, publisher } = await huaweicloudAccount();
    const body = { name: 'x.example.com.', type, records: [sent] };
    expect((await call('POST', await recordSets(), { body })).body.records).toEqual([shown]);
    expect(publisher.values('x.example.com.', type)).toEqual([served]);
  });

  it('of 255 characters a string and 50 a set are taken', async () => {
    const { call, recordSets } = await huaweicloudAccount();
    const records = Array.from({ length: 50 }, (_, index) => `"${String(index).padStart(255, 'x')}"`);
    expect((await call('POST', await recordSets(), { body: { ...txt(NAME), records } })).status).toBe(202);
  });

  it('that are long are held in strings of 255 bytes when they come from a scenario', async () => {
    const value = `x${'证'.repeat(100)}`;
    const { call, recordSets, publisher, cloud } = await huaweicloudAccount({
      zones: [{ records: [{ name: '_dnsauth', type: 'TXT', value }] }],
    });
    const { recordsets } = (await call('GET', await recordSets(), { query: { type: 'TXT' } })).body;
    expect(recordsets[0].records[0]).toBe(`"x${'证'.repeat(84)}" "${'证'.repeat(16)}"`);
    expect(publisher.values(NAME)).toEqual([value]);
    const [held] = cloud.records('example.com');
    expect(held?.values).toEqual([value]);
    expect(held?.records).toEqual(recordsets[0].records);
  });

  it('of other lines are kept but not served', async () => {
    const { call, recordSets, publisher, cloud } = await huaweicloudAccount();
    const body = { ...txt(NAME, 'a'), line: 'Yidong_Beijing' };
    expect((await call('POST', await recordSets(), { body })).status).toBe(202);
    expect(cloud.records('EXAMPLE.com.')).toMatchObject([{ line: 'Yidong_Beijing', status: 'ACTIVE' }]);
    expect(publisher.history).toEqual([]);
  });
});
