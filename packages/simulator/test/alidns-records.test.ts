import { describe, expect, it } from 'vitest';
import { alidnsAccount, valuesOf } from './alidns-account.js';

const NAME = '_dnsauth.example.net.';
const txt = { DomainName: 'example.net', RR: '_dnsauth', Type: 'TXT', Value: 'token-1' };

describe('one record', () => {
  it('is added, shown, changed and deleted, and served meanwhile', async () => {
    const { call, publisher, cloud, calls } = await alidnsAccount();
    const added = await call('AddDomainRecord', { ...txt, RR: '_DNSauth' });
    expect(added.status).toBe(200);
    expect(added.headers.get('content-type')).toBe('application/json;charset=utf-8');
    const { RecordId } = added.body;
    expect(added.body).toEqual({ RecordId, RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/) });
    expect(publisher.values(NAME)).toEqual(['token-1']);
    expect(publisher.ttl(NAME)).toBe(600);

    const { body } = await call('DescribeDomainRecords', { DomainName: 'example.net' });
    expect(body).toMatchObject({ TotalCount: 1, PageNumber: 1, PageSize: 20 });
    expect(body.DomainRecords.Record).toEqual([
      {
        DomainName: 'example.net',
        RecordId,
        RR: '_dnsauth',
        Type: 'TXT',
        Value: 'token-1',
        TTL: 600,
        Line: 'default',
        Status: 'ENABLE',
        Locked: false,
        Weight: 1,
        LbaStatus: false,
        CreateTimestamp: expect.any(Number),
        UpdateTimestamp: expect.any(Number),
      },
    ]);
    const update = { RecordId, RR: '_dnsauth', Type: 'TXT', Value: 'token-2', TTL: 1200 };
    expect((await call('UpdateDomainRecord', update)).body.RecordId).toBe(RecordId);
    expect(publisher.values(NAME)).toEqual(['token-2']);
    const info = (await call('DescribeDomainRecordInfo', { RecordId })).body;
    expect(info).toMatchObject({ RR: '_dnsauth', Value: 'token-2', TTL: 1200, PunyCode: 'example.net' });

    expect((await call('DeleteDomainRecord', { RecordId })).body.RecordId).toBe(RecordId);
    expect(publisher.values(NAME)).toEqual([]);
    expect(cloud.records('example.net')).toEqual([]);
    for (const action of ['DeleteDomainRecord', 'DescribeDomainRecordInfo'])
      expect(await call(action, { RecordId })).toMatchObject({
        status: 400,
        body: {
          Code: 'DomainRecordNotBelongToUser',
          Message: 'The DNS record does not exist in your account.',
          HostId: 'alidns.aliyuncs.com',
          Recommend: expect.stringContaining('DomainRecordNotBelongToUser'),
        },
      });
    expect(calls.entries.map(({ operation }) => operation)).toEqual([
      'AddDomainRecord',
      'DescribeDomainRecords',
      'UpdateDomainRecord',
      'DescribeDomainRecordInfo',
      'DeleteDomainRecord',
      'DeleteDomainRecord',
      'DescribeDomainRecordInfo',
    ]);
  });

  it('has an id that does not survive as a number', async () => {
    const { addTxt } = await alidnsAccount();
    const ids: string[] = [];
    for (const value of ['1', '2', '3', '4', '5']) ids.push(await addTxt('a', value));
    for (const id of ids) {
      expect(id).toMatch(/^\d{17}$/);
      expect(String(Number(id))).not.toBe(id);
    }
    expect(new Set(ids).size).toBe(5);
  });

  it('moves when an update renames it', async () => {
    const { addTxt, call, publisher } = await alidnsAccount();
    const RecordId = await addTxt('a', 'v');
    await call('UpdateDomainRecord', { RecordId, RR: 'b', Type: 'TXT', Value: 'v' });
    expect(publisher.values('a.example.net.')).toEqual([]);
    expect(publisher.values('b.example.net.')).toEqual(['v']);
  });

  it.each([
    ['kept', { TTL: 1200, Line: 'telecom' }],
    ['default', { TTL: 600, Line: 'default' }],
  ] as const)('TTL and line that an update leaves out are %s', async (omittedOnUpdate, after) => {
    const { addTxt, call } = await alidnsAccount({ omittedOnUpdate });
    const RecordId = await addTxt('a', 'v', { TTL: 1200, Line: 'telecom' });
    await call('UpdateDomainRecord', { RecordId, RR: 'a', Type: 'TXT', Value: 'w' });
    expect((await call('DescribeDomainRecordInfo', { RecordId })).body).toMatchObject(after);
  });

  it('is refused an update that changes nothing, or makes it like another', async () => {
    const { addTxt, call } = await alidnsAccount();
    const RecordId = await addTxt('a', 'v');
    await addTxt('a', 'w');
    for (const Value of ['v', 'w'])
      expect((await call('UpdateDomainRecord', { RecordId, RR: 'A', Type: 'TXT', Value })).body.Code).toBe(
        'DomainRecordDuplicate',
      );
  });

  it('may change its TTL alone', async () => {
    const { addTxt, call, publisher } = await alidnsAccount();
    const RecordId = await addTxt('_dnsauth', 'v');
    const update = { RecordId, RR: '_dnsauth', Type: 'TXT', Value: 'v', TTL: 1200 };
    expect((await call('UpdateDomainRecord', update)).status).toBe(200);
    expect(publisher.ttl(NAME)).toBe(1200);
    await addTxt('_dnsauth', 'w');
    expect(publisher.ttl(NAME)).toBe(600);
  });

  it('is paused, remarked on, and brought back', async () => {
    const { addTxt, call, publisher, cloud } = await alidnsAccount();
    const RecordId = await addTxt('_dnsauth', 'v');
    const set = async (Status: string) => (await call('SetDomainRecordStatus', { RecordId, Status })).body;
    expect(await set('Disable')).toMatchObject({ RecordId, Status: 'DISABLE' });
    expect(publisher.values(NAME)).toEqual([]);
    expect(cloud.records('example.net')).toMatchObject([{ status: 'DISABLE' }]);
    expect(await set('Enable')).toMatchObject({ Status: 'ENABLE' });
    expect(publisher.values(NAME)).toEqual(['v']);
    expect((await set('Pause')).Code).toBe('InvalidParameter');
    await call('UpdateDomainRecordRemark', { RecordId, Remark: 'note' });
    expect((await call('DescribeDomainRecordInfo', { RecordId })).body.Remark).toBe('note');
  });

  it('has a status that is spelled as the account is set to', async () => {
    const { addTxt, call } = await alidnsAccount({ statusCase: 'Enable' });
    const RecordId = await addTxt('a', 'v');
    expect((await call('DescribeDomainRecordInfo', { RecordId })).body.Status).toBe('Enable');
  });

  it('of other lines is kept but not served', async () => {
    const { addTxt, publisher, cloud } = await alidnsAccount();
    await addTxt('a', 'v', { Line: 'cn_region_shannxi' });
    expect(cloud.records('example.net')).toMatchObject([{ line: 'cn_region_shannxi' }]);
    expect(publisher.values('a.example.net.')).toEqual([]);
  });

  it('is missing in lists for as long as the account is set to', async () => {
    let now = Date.UTC(2026, 0, 2);
    const { addTxt, call, publisher } = await alidnsAccount({ listLagMs: 2000, now: () => now });
    await addTxt('_dnsauth', 'v');
    expect(publisher.values(NAME)).toEqual(['v']);
    const list = () => call('DescribeDomainRecords', { DomainName: 'example.net' });
    expect(valuesOf(await list())).toEqual([]);
    now += 2000;
    expect(valuesOf(await list())).toEqual(['v']);
  });
});

describe('several records', () => {
  it('of one name are its several values, up to ninety', async () => {
    const { addTxt, call, publisher } = await alidnsAccount();
    for (let index = 0; index < 90; index += 1) await addTxt('_dnsauth', `v${index}`);
    expect(publisher.values(NAME)).toHaveLength(90);
    const over = await call('AddDomainRecord', { ...txt, Value: 'one more' });
    expect(over.body.Code).toBe('QuotaExceeded.Record');
    expect((await call('AddDomainRecord', { ...txt, Line: 'unicom' })).status).toBe(200);
  });

  it('of a domain have a quota', async () => {
    const { addTxt, call } = await alidnsAccount({ recordQuota: 1 });
    await addTxt('a', 'v');
    expect((await call('AddDomainRecord', txt)).body.Code).toBe('QuotaExceeded.Record');
  });

  it('under one RR go together on request, of one type or all', async () => {
    const { addTxt, call, cloud } = await alidnsAccount();
    await addTxt('a', '1');
    await addTxt('a', '2');
    await addTxt('a.b', '3');
    await call('AddDomainRecord', { ...txt, RR: 'a', Type: 'A', Value: '192.0.2.1' });
    const remove = async (fields: object) =>
      (await call('DeleteSubDomainRecords', { DomainName: 'example.net', RR: 'A', ...fields })).body;
    expect(await remove({ Type: 'TXT' })).toMatchObject({ RR: 'a', TotalCount: '2' });
    expect(await remove({})).toMatchObject({ TotalCount: '1' });
    expect(cloud.records('example.net')).toMatchObject([{ name: 'a.b.example.net.' }]);
  });

  it('are refused while the last change of the domain runs', async () => {
    let now = Date.UTC(2026, 0, 2);
    const { addTxt, call } = await alidnsAccount({ operationMs: 500, now: () => now });
    await addTxt('a', 'v');
    const again = () => call('AddDomainRecord', txt);
    expect(await again()).toMatchObject({ status: 400, body: { Code: 'LastOperationNotFinished' } });
    now += 500;
    expect((await again()).status).toBe(200);
  });
});

describe('what is refused', () => {
  it.each<[string, string, Record<string, string | number>]>([
    ['no domain', 'MissingDomainName', { DomainName: '' }],
    ['a domain that is none', 'InvalidDomainName.Format', { DomainName: 'example' }],
    ['a domain of somebody else', 'InvalidDomainName.NoExist', { DomainName: 'example.org' }],
    ['a part of a domain that is held whole', 'InvalidDomainName.NoExist', { DomainName: 'a.example.net' }],
    ['the whole of a domain of which a part is held', 'IncorrectDomainUser', { DomainName: 'example.cn' }],
    ['no RR', 'MissingRR', { RR: '' }],
    ['an RR with a space', 'InvalidRR.Format', { RR: 'a b' }],
    ['an RR with an empty label', 'InvalidRR.Format', { RR: 'a..b' }],
    ['an RR that begins with a hyphen', 'InvalidRR.Format', { RR: '-a' }],
    ['an @ that is not alone', 'InvalidRR.Format', { RR: '@.a' }],
    ['a star in the middle', 'InvalidRR.Format', { RR: 'a.*' }],
    ['a label of 64 characters', 'InvalidRR.Format', { RR: 'x'.repeat(64) }],
    ['a name that is too long', 'InvalidRR.Format', { RR: `${'abcdefgh.'.repeat(28)}a` }],
    ['no type', 'MissingType', { Type: '' }],
    ['a type that is none', 'SubDomainInvalid.Type', { Type: 'HINFO' }],
    ['no value', 'MissingValue', { Value: '' }],
    ['a text over 512', 'SubDomainInvalid.Value', { Value: 'x'.repeat(513) }],
    ['an A that is none', 'SubDomainInvalid.Value', { Type: 'A', Value: 'x' }],
    ['an AAAA that is none', 'SubDomainInvalid.Value', { Type: 'AAAA', Value: '192.0.2.1' }],
    ['a CNAME to an address', 'SubDomainInvalid.Value', { Type: 'CNAME', Value: '192.0.2.1' }],
    ['an SRV with too little', 'SubDomainInvalid.Value', { Type: 'SRV', Value: '1 2 host.example' }],
    ['a CAA with an unknown tag', 'SubDomainInvalid.Value', { Type: 'CAA', Value: '0 contact "x"' }],
    ['an MX without priority', 'SubDomainInvalid.Priority', { Type: 'MX', Value: 'mail.example.org' }],
    ['a priority over 50', 'SubDomainInvalid.Priority', { Type: 'MX', Value: 'm.example', Priority: 51 }],
    ['a line that is none', 'SubDomainInvalid.Line', { Line: 'default_view' }],
    ['a TTL below that of the edition', 'QuotaExceeded.TTL', { TTL: 599 }],
    ['a TTL over a day', 'QuotaExceeded.TTL', { TTL: 86401 }],
    ['a TTL that is no number', 'QuotaExceeded.TTL', { TTL: 'x' }],
  ])('%s: %s', async (_, code, change) => {
    const { call, cloud } = await alidnsAccount({ zones: [{}, { name: 'part.example.cn' }] });
    const { status, body } = await call('AddDomainRecord', { ...txt, ...change });
    expect({ status, code: body.Code }).toEqual({ status: 400, code });
    expect(cloud.records('example.net')).toEqual([]);
  });

  it('a TTL below 600 on the free edition alone, in words that name the range', async () => {
    const { call } = await alidnsAccount({ zones: [{}, { name: 'paid.net', edition: 'ultimate' }] });
    const { body } = await call('AddDomainRecord', { ...txt, TTL: 60 });
    expect(body.Message).toBe(
      'The specified TTL is invalid. A valid TTL must be in the range of 600 to 86400.',
    );
    expect((await call('AddDomainRecord', { ...txt, DomainName: 'paid.net', TTL: 1 })).status).toBe(200);
    expect((await call('AddDomainRecord', { ...txt, DomainName: 'paid.net', TTL: 0 })).status).toBe(400);
  });

  it('any write to a forbidden domain, which is not served either', async () => {
    const records = [{ name: 'a', type: 'TXT', value: 'a' }];
    const { call, publisher } = await alidnsAccount({ zones: [{ status: 'disabled', records }] });
    expect((await call('AddDomainRecord', txt)).body.Code).toBe('DomainForbidden');
    expect(publisher.zones).toEqual([]);
    expect(publisher.history).toEqual([]);
  });

  it('adding and removing domains: the key may not', async () => {
    const { call } = await alidnsAccount();
    for (const action of ['AddDomain', 'DeleteDomain'])
      expect(await call(action, { DomainName: 'example.net' })).toMatchObject({
        status: 400,
        body: { Code: 'Forbidden.RAM' },
      });
  });
});

describe('values', () => {
  it.each<[string, string, string, string]>([
    ['CNAME', 'Target.Example.org.', 'Target.Example.org', 'target.example.org.'],
    ['NS', 'ns.example.org', 'ns.example.org', 'ns.example.org.'],
    ['MX', 'mail.example.org', 'mail.example.org', '5 mail.example.org.'],
    ['SRV', '1 2 443 a.example.org', '1 2 443 a.example.org', '1 2 443 a.example.org.'],
    ['A', '192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['CAA', '0 issue "ca.example"', '0 issue "ca.example"', '0 issue "ca.example"'],
    ['TXT', ' "quoted" \\ text ', ' "quoted" \\ text ', ' "quoted" \\ text '],
  ])('%s %s is shown without a final dot and served in its own form', async (Type, Value, shown, served) => {
    const { call, publisher } = await alidnsAccount();
    const added = await call('AddDomainRecord', { ...txt, RR: 'x', Type, Value, Priority: 5 });
    const info = (await call('DescribeDomainRecordInfo', { RecordId: added.body.RecordId })).body;
    expect(info.Value).toBe(shown);
    expect(info.Priority).toBe(Type === 'MX' ? 5 : undefined);
    expect(publisher.values('x.example.net.', Type)).toEqual([served]);
  });

  it('of the apex and of Chinese names are served under absolute A-labels', async () => {
    const { addTxt, publisher } = await alidnsAccount();
    await addTxt('@', 'apex');
    await addTxt('*.中文', 'chinese');
    expect(publisher.values('example.net.')).toEqual(['apex']);
    expect(publisher.values('*.xn--fiq228c.example.net.')).toEqual(['chinese']);
  });
});

describe('records that exclude each other', () => {
  const add = async (
    records: [rr: string, type: string, value: string, line?: string][],
    edition?: 'ultimate',
  ) => {
    const { call } = await alidnsAccount({ zones: [edition === undefined ? {} : { edition }] });
    const codes: (string | undefined)[] = [];
    for (const [RR, Type, Value, Line = 'default'] of records)
      codes.push((await call('AddDomainRecord', { ...txt, RR, Type, Value, Line, Priority: 5 })).body.Code);
    return codes;
  };

  it('the same value twice, host names in any case, texts exactly', async () => {
    expect(
      await add([
        ['a', 'TXT', 'v'],
        ['A', 'TXT', 'v'],
        ['a', 'TXT', 'V'],
        ['c', 'CNAME', 't.example'],
        ['c', 'CNAME', 'T.example.'],
        ['a', 'TXT', 'v', 'telecom'],
      ]),
    ).toEqual([undefined, 'DomainRecordDuplicate', undefined, undefined, 'DomainRecordDuplicate', undefined]);
  });

  it('a CNAME and any other type on one line', async () => {
    expect(
      await add([
        ['a', 'CNAME', 't.example'],
        ['a', 'TXT', 'v'],
        ['a', 'TXT', 'v', 'telecom'],
        ['b', 'TXT', 'v'],
        ['b', 'CNAME', 't.example'],
        ['b.a', 'TXT', 'v'],
      ]),
    ).toEqual([undefined, 'DomainRecordConflict', undefined, undefined, 'DomainRecordConflict', undefined]);
  });

  it('but MX and TXT may stand beside a CNAME of the apex', async () => {
    expect(
      await add([
        ['@', 'CNAME', 't.example'],
        ['@', 'TXT', 'v'],
        ['@', 'MX', 'mail.example'],
        ['@', 'A', '192.0.2.1'],
      ]),
    ).toEqual([undefined, undefined, undefined, 'DomainRecordConflict']);
  });

  it('two CNAMEs, unless the edition has weights', async () => {
    const two: [string, string, string][] = [
      ['a', 'CNAME', 't1.example'],
      ['a', 'CNAME', 't2.example'],
    ];
    expect(await add(two)).toEqual([undefined, 'DomainRecordConflict']);
    expect(await add(two, 'ultimate')).toEqual([undefined, undefined]);
  });

  it('also by an update', async () => {
    const { addTxt, call } = await alidnsAccount();
    await call('AddDomainRecord', { ...txt, RR: 'c', Type: 'CNAME', Value: 't.example' });
    const RecordId = await addTxt('a', 'v');
    const moved = await call('UpdateDomainRecord', { RecordId, RR: 'c', Type: 'TXT', Value: 'v' });
    expect(moved.body.Code).toBe('DomainRecordConflict');
  });
});
