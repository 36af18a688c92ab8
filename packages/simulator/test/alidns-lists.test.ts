import { describe, expect, it } from 'vitest';
import { alidnsAccount, valuesOf } from './alidns-account.js';

const domainNames = (body: { Domains: { Domain: { DomainName: string }[] } }) =>
  body.Domains.Domain.map(({ DomainName }) => DomainName);

describe('domains', () => {
  const zones = ['example.net', 'my-example.net', 'a.example.net', 'example.net.cn', 'other.org'].map(
    (name) => ({
      name,
    }),
  );

  it('are found by a part of their name, newest first, or by all of it', async () => {
    const { call } = await alidnsAccount({ zones });
    const find = async (fields: Record<string, string>) =>
      domainNames((await call('DescribeDomains', fields)).body);
    expect(await find({ KeyWord: 'Example.NET' })).toEqual([
      'example.net.cn',
      'a.example.net',
      'my-example.net',
      'example.net',
    ]);
    expect(await find({ KeyWord: 'Example.net', SearchMode: 'EXACT' })).toEqual(['example.net']);
    expect(await find({})).toHaveLength(5);
    expect((await call('DescribeDomains', { SearchMode: 'ADVANCED' })).body.Code).toBe('InvalidParameter');
  });

  it('come twenty a page unless asked, a hundred at most', async () => {
    const many = Array.from({ length: 121 }, (_, index) => ({ name: `zone-${index}.net` }));
    const { call } = await alidnsAccount({ zones: many });
    const list = async (fields: Record<string, number>) => (await call('DescribeDomains', fields)).body;
    expect(await list({})).toMatchObject({ TotalCount: 121, PageNumber: 1, PageSize: 20 });
    const last = await list({ PageNumber: 2, PageSize: 100 });
    expect(domainNames(last)).toHaveLength(21);
    expect(domainNames(last).at(-1)).toBe('zone-0.net');
    expect(domainNames(await list({ PageNumber: 3, PageSize: 100 }))).toEqual([]);
    for (const [name, value] of [
      ['PageSize', 101],
      ['PageSize', 0],
      ['PageNumber', 0],
    ] as const)
      expect((await list({ [name]: value })).Code).toBe('InvalidParameter');
  });

  it('have this shape', async () => {
    const { call } = await alidnsAccount();
    const { body } = await call('DescribeDomains');
    expect(body.Domains.Domain[0]).toMatchObject({
      DomainName: 'example.net',
      PunyCode: 'example.net',
      DnsServers: { DnsServer: ['ns1.alidns.com', 'ns2.alidns.com'] },
      VersionCode: 'mianfei',
      RecordCount: 0,
    });
  });

  it('of other scripts are shown in theirs and found by either form', async () => {
    const { call } = await alidnsAccount({ zones: [{ name: 'xn--fsqu00a.net' }] });
    for (const KeyWord of ['例子', 'xn--fsqu']) {
      const { Domain } = (await call('DescribeDomains', { KeyWord })).body.Domains;
      expect(Domain).toMatchObject([{ DomainName: '例子.net', PunyCode: 'xn--fsqu00a.net' }]);
    }
    for (const DomainName of ['例子.net', 'XN--fsqu00a.net'])
      expect((await call('DescribeDomainInfo', { DomainName })).body.PunyCode).toBe('xn--fsqu00a.net');
  });

  it('tell the least TTL of their edition, and details on request', async () => {
    const { call } = await alidnsAccount({ zones: [{}, { name: 'paid.net', edition: 'ultimate' }] });
    const info = async (DomainName: string, more = {}) =>
      (await call('DescribeDomainInfo', { DomainName, ...more })).body;
    const free = await info('example.net');
    expect(free).toMatchObject({ MinTtl: 600, VersionCode: 'mianfei' });
    expect(free).not.toHaveProperty('RecordLines');
    const paid = await info('paid.net', { NeedDetailAttributes: 'true' });
    expect(paid).toMatchObject({ MinTtl: 1, VersionCode: 'version_enterprise_advanced' });
    expect(paid.AvailableTtls.AvailableTtl).toContain('1');
    expect(paid.RecordLines.RecordLine).toContainEqual(
      expect.objectContaining({ LineCode: 'cn_mobile_anhui', FatherCode: 'mobile' }),
    );
  });

  it('tell whether the parent points to them', async () => {
    const { call } = await alidnsAccount({ zones: [{}, { name: 'parked.net', delegated: false }] });
    const servers = ['ns1.alidns.com', 'ns2.alidns.com'];
    expect((await call('DescribeDomainNs', { DomainName: 'example.net' })).body).toMatchObject({
      AllAliDns: true,
      DnsServers: { DnsServer: servers },
      ExpectDnsServers: { ExpectDnsServer: servers },
    });
    expect((await call('DescribeDomainNs', { DomainName: 'parked.net' })).body).toMatchObject({
      AllAliDns: false,
      DnsServers: { DnsServer: [] },
    });
  });

  it('share their lines', async () => {
    const { call } = await alidnsAccount();
    const lines = (await call('DescribeSupportLines', { DomainName: 'example.net' })).body.RecordLines
      .RecordLine;
    const codes = new Set(lines.map(({ LineCode }: { LineCode: string }) => LineCode));
    expect(codes.size).toBe(lines.length);
    for (const { FatherCode } of lines) if (FatherCode !== undefined) expect(codes).toContain(FatherCode);
    expect((await call('DescribeSupportLines', { DomainName: 'none.net' })).status).toBe(400);
  });
});

describe('DescribeDomainRecords', () => {
  const records = [
    { name: '_dnsauth', type: 'TXT', value: 'token' },
    { name: 'x_dnsauth', type: 'TXT', value: 'decoy-rr' },
    { name: '_dnsauth.www', type: 'TXT', value: 'decoy-deep' },
    { name: '_dnsauth', type: 'A', value: '192.0.2.1' },
    { name: '_dnsauth', type: 'TXT', value: 'token-2', line: 'telecom' },
    { name: 'token', type: 'TXT', value: 'decoy-value' },
  ];

  it.each<[string, Record<string, string>, string[]]>([
    [
      'without a mode: RR in part',
      { RRKeyWord: '_DNSAUTH' },
      ['192.0.2.1', 'decoy-deep', 'decoy-rr', 'token', 'token-2'],
    ],
    [
      'without a mode: type exactly',
      { RRKeyWord: '_dnsauth', TypeKeyWord: 'TXT' },
      ['decoy-deep', 'decoy-rr', 'token', 'token-2'],
    ],
    ['without a mode: no part of a type', { TypeKeyWord: 'TX' }, []],
    ['without a mode: value in part', { ValueKeyWord: 'ECOY' }, ['decoy-deep', 'decoy-rr', 'decoy-value']],
    ['without a mode: key word in RR or value', { KeyWord: 'token' }, ['decoy-value', 'token', 'token-2']],
    [
      'LIKE: the key word alone counts',
      { SearchMode: 'LIKE', KeyWord: 'token', RRKeyWord: 'nothing' },
      ['decoy-value', 'token', 'token-2'],
    ],
    [
      'EXACT: the whole RR or value',
      { SearchMode: 'EXACT', KeyWord: 'token', TypeKeyWord: 'A' },
      ['decoy-value', 'token'],
    ],
    [
      'ADVANCED: RR in part, type exactly, no key word',
      { SearchMode: 'ADVANCED', RRKeyWord: 'dnsauth', TypeKeyWord: 'TXT', KeyWord: 'nothing' },
      ['decoy-deep', 'decoy-rr', 'token', 'token-2'],
    ],
    [
      'COMBINATION: all exactly',
      { SearchMode: 'COMBINATION', RRKeyWord: '_dnsauth', TypeKeyWord: 'TXT' },
      ['token', 'token-2'],
    ],
    [
      'COMBINATION: the value too',
      { SearchMode: 'COMBINATION', RRKeyWord: '_dnsauth', ValueKeyWord: 'token' },
      ['token'],
    ],
    ['the line exactly', { RRKeyWord: '_dnsauth', Line: 'telecom' }, ['token-2']],
    ['the type exactly', { Type: 'A' }, ['192.0.2.1']],
    ['the status', { Status: 'Disable' }, []],
  ])('%s', async (_, fields, values) => {
    const { call } = await alidnsAccount({ zones: [{ records }] });
    expect(valuesOf(await call('DescribeDomainRecords', { DomainName: 'example.net', ...fields }))).toEqual(
      values,
    );
  });

  it('knows no other mode and no other status', async () => {
    const { call } = await alidnsAccount();
    for (const [name, value] of Object.entries({ SearchMode: 'FUZZY', Status: 'paused' }))
      expect(
        (await call('DescribeDomainRecords', { DomainName: 'example.net', [name]: value })).body.Code,
      ).toBe('InvalidParameter');
  });

  it('comes newest first, or oldest first, page by page', async () => {
    const many = Array.from({ length: 501 }, (_, index) => ({
      name: `h${index}`,
      type: 'TXT',
      value: `v${index}`,
    }));
    const { call } = await alidnsAccount({ zones: [{ records: many }] });
    const list = async (fields: Record<string, string | number>) =>
      (await call('DescribeDomainRecords', { DomainName: 'example.net', ...fields })).body;
    const first = await list({ PageSize: 500 });
    expect(first).toMatchObject({ TotalCount: 501, PageSize: 500 });
    expect(first.DomainRecords.Record[0].RR).toBe('h500');
    const last = await list({ PageSize: 500, PageNumber: 2 });
    expect(last.DomainRecords.Record).toMatchObject([{ RR: 'h0' }]);
    expect((await list({ Direction: 'ASC' })).DomainRecords.Record[0].RR).toBe('h0');
    expect((await list({ PageSize: 501 })).Code).toBe('InvalidParameter');
    expect((await list({ PageSize: 'x' })).Code).toBe('InvalidParameter');
  });

  it('has pages, and a page size in its answer, that the account is set to', async () => {
    const { call } = await alidnsAccount({
      pageLimit: 4,
      answerPageSize: 'returned',
      zones: [{ records }],
    });
    const list = async (PageNumber: number) =>
      (await call('DescribeDomainRecords', { DomainName: 'example.net', PageSize: 500, PageNumber })).body;
    expect(await list(1)).toMatchObject({ TotalCount: 6, PageSize: 4 });
    expect(await list(2)).toMatchObject({ TotalCount: 6, PageSize: 2 });
  });
});

describe('DescribeSubDomainRecords', () => {
  const records = [
    { name: '_dnsauth', type: 'TXT', value: 'a' },
    { name: '_dnsauth.www', type: 'TXT', value: 'decoy' },
    { name: '@', type: 'TXT', value: 'apex' },
    { name: '_dnsauth', type: 'A', value: '192.0.2.1' },
  ];

  it('finds exactly one name', async () => {
    const { call } = await alidnsAccount({ zones: [{ records }] });
    const find = async (SubDomain: string, more = {}) =>
      valuesOf(await call('DescribeSubDomainRecords', { SubDomain, ...more }));
    expect(await find('_DNSauth.example.net')).toEqual(['192.0.2.1', 'a']);
    expect(await find('_dnsauth.example.net', { Type: 'TXT' })).toEqual(['a']);
    expect(await find('example.net')).toEqual(['apex']);
    expect(await find('@.example.net')).toEqual(['apex']);
    expect(await find('none.example.net')).toEqual([]);
  });

  it('knows that com.cn is nobody’s domain', async () => {
    const { call } = await alidnsAccount({ zones: [{ name: 'example.com.cn', records }] });
    const SubDomain = '_dnsauth.example.com.cn';
    expect(valuesOf(await call('DescribeSubDomainRecords', { SubDomain, Type: 'TXT' }))).toEqual(['a']);
  });

  it('needs the domain where the account holds a part of it', async () => {
    const { call } = await alidnsAccount({ zones: [{ name: 'sub.example.net', records }] });
    const find = (more = {}) =>
      call('DescribeSubDomainRecords', { SubDomain: '_dnsauth.sub.example.net', Type: 'TXT', ...more });
    expect((await find()).body.Code).toBe('IncorrectDomainUser');
    expect(valuesOf(await find({ DomainName: 'sub.example.net' }))).toEqual(['a']);
  });

  it('refuses a name outside the domain', async () => {
    const { call } = await alidnsAccount({ zones: [{}, { name: 'other.net' }] });
    const { body } = await call('DescribeSubDomainRecords', {
      SubDomain: 'a.example.net',
      DomainName: 'other.net',
    });
    expect(body.Code).toBe('SubDomainInvalid.Value');
  });

  it.each([
    [undefined, 100],
    [500, 101],
  ] as const)('has pages of the size that the account is set to (%s)', async (subDomainPageLimit, count) => {
    const many = ['default', 'telecom'].flatMap((line) =>
      Array.from({ length: line === 'default' ? 90 : 11 }, (_, index) => ({
        name: 'a',
        type: 'TXT',
        value: `${index}`,
        line,
      })),
    );
    const switches = subDomainPageLimit === undefined ? {} : { subDomainPageLimit };
    const { call } = await alidnsAccount({ ...switches, zones: [{ records: many }] });
    const answer = await call('DescribeSubDomainRecords', { SubDomain: 'a.example.net', PageSize: 500 });
    expect(valuesOf(answer)).toHaveLength(count);
    expect(answer.body.TotalCount).toBe(101);
  });
});

describe('a scenario', () => {
  it('takes full and relative names, and is read back as record sets', async () => {
    const { cloud, publisher } = await alidnsAccount({
      zones: [
        {
          edition: 'ultimate',
          records: [
            { name: '_a.example.net.', type: 'TXT', value: 'b', ttl: 60 },
            { name: '_a', type: 'TXT', value: 'a' },
            { name: 'Example.net', type: 'MX', value: '10 mail.example.org.' },
            { name: 'www', type: 'CNAME', value: 't.example.org', line: 'oversea' },
          ],
        },
      ],
    });
    const common = { line: 'default', status: 'ENABLE' };
    const ids = (count: number) => Array(count).fill(expect.stringMatching(/^\d+$/));
    expect(cloud.records('example.net')).toEqual([
      { ...common, name: '_a.example.net.', type: 'TXT', ttl: 60, values: ['a', 'b'], ids: ids(2) },
      {
        ...common,
        name: 'example.net.',
        type: 'MX',
        ttl: 600,
        values: ['10 mail.example.org.'],
        ids: ids(1),
      },
      {
        ...common,
        name: 'www.example.net.',
        type: 'CNAME',
        ttl: 600,
        values: ['t.example.org.'],
        ids: ids(1),
        line: 'oversea',
      },
    ]);
    expect(publisher.values('_a.example.net.')).toEqual(['a', 'b']);
    expect(publisher.zones).toEqual([
      { id: expect.stringContaining('alidns/'), name: 'example.net.', cloud: 'alidns' },
    ]);
  });

  it('that cannot be is refused with its record', async () => {
    const { cloud } = await alidnsAccount();
    const add = (fields: object) => cloud.addZone({ name: 'new.net', cloud: 'alidns', ...fields });
    expect(() => add({ name: 'Example.net.' })).toThrow('holds the domain example.net already');
    const records = [{ name: 'a', type: 'TXT', value: 'v', ttl: 60 }];
    expect(() => add({ records })).toThrow('Record a TXT of the simulated domain new.net: The specified TTL');
    expect(() => add({})).not.toThrow();
    expect(() => cloud.records('none.net')).toThrow('none.net');
  });
});
