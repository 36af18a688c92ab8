import { describe, expect, it } from 'vitest';
import { huaweicloudAccount, txt } from './huaweicloud-account.js';

const cname = (name: string) => ({ name, type: 'CNAME', records: ['t.example.org.'] });
const NAME = 'x.example.com.';

describe('a CNAME', () => {
  it('and any other type exclude each other on one line, TXT included', async () => {
    const { call, recordSets } = await huaweicloudAccount();
    const path = await recordSets();
    await call('POST', path, { body: cname(NAME) });
    for (const other of [txt(NAME, 'a'), { name: NAME, type: 'A', records: ['192.0.2.1'] }])
      expect(await call('POST', path, { body: other })).toMatchObject({
        status: 400,
        body: {
          code: 'DNS.0312',
          message:
            "This record set name already exists.Conflicts with Record Set 'x.example.com.' type 'CNAME' in line 'default_view'.",
        },
      });
    expect((await call('POST', path, { body: { ...txt(NAME, 'a'), line: 'Dianxin' } })).status).toBe(202);
    expect((await call('POST', path, { body: { ...cname(NAME), line: 'Dianxin' } })).body.code).toBe(
      'DNS.0312',
    );
    expect((await call('POST', path, { body: txt(`a.${NAME}`, 'a') })).status).toBe(202);
  });

  it('is named in the words of the older version there', async () => {
    const { call, zoneId } = await huaweicloudAccount();
    const path = `/v2/zones/${await zoneId()}/recordsets`;
    await call('POST', path, { body: cname(NAME) });
    const { message } = (await call('POST', path, { body: txt(NAME, 'a') })).body;
    expect(message).toBe("Attribute 'name' conflicts with Record Set 'x.example.com.' type 'CNAME'.");
  });

  it('may stand beside SOA and NS of the apex, but not beside a TXT there', async () => {
    const { call, recordSets } = await huaweicloudAccount();
    const path = await recordSets();
    const apex = (await call('POST', path, { body: cname('example.com.') })).body;
    expect(apex.status).toBe('PENDING_CREATE');
    expect((await call('POST', path, { body: txt('example.com.', 'a') })).body.code).toBe('DNS.0312');
  });
});

describe('a second set of the same name, type and line', () => {
  const post = async (duplicates?: 'DNS.0312' | 'DNS.0335' | 'second-set') => {
    const account = await huaweicloudAccount(duplicates === undefined ? {} : { duplicates });
    const path = await account.recordSets();
    const add = (...values: string[]) => account.call('POST', path, { body: txt(NAME, ...values) });
    expect((await add('a')).status).toBe(202);
    return { ...account, path, add };
  };

  it('is DNS.0312 unless told otherwise, with the same values or others', async () => {
    const { add } = await post();
    for (const value of ['a', 'b'])
      expect((await add(value)).body).toEqual({
        code: 'DNS.0312',
        message:
          "This record set name already exists.Conflicts with Record Set 'x.example.com.' type 'TXT' in line 'default_view'.",
      });
  });

  it('is DNS.0335 if told so', async () => {
    const { add } = await post('DNS.0335');
    expect((await add('b')).body).toEqual({
      code: 'DNS.0335',
      message:
        'Duplicate recordset exists.(name: x.example.com., type: TXT, line: default_view, records: "b").',
    });
  });

  it('is taken with other values if told so, and served together with the first', async () => {
    const { add, publisher, cloud, call, path } = await post('second-set');
    expect((await add('b')).status).toBe(202);
    expect((await add('b')).body.code).toBe('DNS.0335');
    expect(publisher.values(NAME)).toEqual(['a', 'b']);
    expect(cloud.records('example.com')).toHaveLength(2);
    await call('POST', path, { body: { ...txt(NAME, 'c'), ttl: 60 } });
    expect(publisher.ttl(NAME)).toBe(60);
    const [third] = (await call('GET', path, { query: { type: 'TXT' } })).body.recordsets;
    await call('DELETE', `${path}/${third.id}`);
    const [newest] = (await call('GET', path, { query: { type: 'TXT' } })).body.recordsets;
    await call('DELETE', `${path}/${newest.id}`);
    expect(publisher.values(NAME)).toEqual(['a']);
  });

  it('may differ in line', async () => {
    const { call, path, publisher } = await post();
    expect((await call('POST', path, { body: { ...txt(NAME, 'b'), line: 'Abroad' } })).status).toBe(202);
    expect(publisher.values(NAME)).toEqual(['a']);
  });
});

describe('weighted sets', () => {
  it('stand side by side, twenty at most, and not beside one without a weight', async () => {
    const { call, recordSets, publisher } = await huaweicloudAccount();
    const path = await recordSets();
    const add = (name: string, value: string, weight?: number) =>
      call('POST', path, { body: { ...txt(name, value), weight } });
    await add(NAME, 'plain');
    expect((await add(NAME, 'b', 1)).body.code).toBe('DNS.0328');
    for (let index = 0; index < 20; index += 1)
      expect((await add('w.example.com.', `v${index}`, index)).status).toBe(202);
    expect((await add('w.example.com.', 'more', 1)).body.code).toBe('DNS.0322');
    expect((await add('w.example.com.', 'plain')).body.code).toBe('DNS.0312');
    expect(publisher.values('w.example.com.')).toHaveLength(20);
  });
});
