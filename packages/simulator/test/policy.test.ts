import { describe, expect, it, test } from 'vitest';
import { startSimulator } from '../src/index.js';
import { alidnsAccount } from './alidns-account.js';
import { huaweicloudAccount } from './huaweicloud-account.js';

const allow = (Action: string | string[], Resource: string | string[] = '*') => ({
  Effect: 'Allow',
  Action,
  Resource,
});
const deny = (Action: string, Resource = '*') => ({ Effect: 'Deny', Action, Resource });
const ram = (...Statement: object[]) => ({ Version: '1', Statement });

describe('a RAM policy', () => {
  const record = { DomainName: 'example.net', RR: 'n', Type: 'TXT', Value: 'a' };
  const ALLOWED = 'allowed';

  async function outcomes(policy: object, actions: Record<string, Record<string, string>>) {
    const { call } = await alidnsAccount({ policy });
    const found: Record<string, string> = {};
    for (const [action, parameters] of Object.entries(actions)) {
      const { status, body } = await call(action, parameters);
      found[action] = status === 200 ? ALLOWED : String(body.Code);
    }
    return found;
  }

  it.each([
    ['one action', allow('alidns:DescribeDomains'), ALLOWED, 'Forbidden.RAM'],
    ['other words in its case', allow('ALIDNS:describedomains'), ALLOWED, 'Forbidden.RAM'],
    ['a part of the names', allow(['alidns:Add*']), 'Forbidden.RAM', ALLOWED],
    ['everything', allow('*'), ALLOWED, ALLOWED],
    ['domains only', allow('alidns:*', 'acs:alidns:*:*:domain/*'), 'Forbidden.RAM', ALLOWED],
    [
      'another domain',
      allow('alidns:*', 'acs:alidns:*:*:domain/example.com'),
      'Forbidden.RAM',
      'Forbidden.RAM',
    ],
    ['the account', allow('alidns:*', 'acs:alidns:*:*:*'), ALLOWED, ALLOWED],
    // A dot is a dot.
    [
      'a domain like it',
      allow('alidns:*', 'acs:alidns:*:*:domain/example-net'),
      'Forbidden.RAM',
      'Forbidden.RAM',
    ],
  ])('that allows %s', async (_, statement, list, add) => {
    expect(await outcomes(ram(statement), { DescribeDomains: {}, AddDomainRecord: record })).toEqual({
      DescribeDomains: list,
      AddDomainRecord: add,
    });
  });

  it('that denies wins over one that allows', async () => {
    const policy = ram(allow('*'), deny('alidns:Add*', 'acs:alidns:*:*:domain/example.net'));
    expect(await outcomes(policy, { DescribeDomains: {}, AddDomainRecord: record })).toEqual({
      DescribeDomains: ALLOWED,
      AddDomainRecord: 'Forbidden.RAM',
    });
  });

  it('that is limited to a domain knows a record by the domain that holds it', async () => {
    const { call, addTxt } = await alidnsAccount({
      policy: ram(
        allow('alidns:AddDomainRecord'),
        allow('alidns:DeleteDomainRecord', 'acs:alidns:*:*:domain/example.com'),
      ),
    });
    const id = await addTxt('n', 'a');
    const RecordId = typeof id === 'string' ? id : String((id as { RecordId: string }).RecordId);
    expect((await call('DeleteDomainRecord', { RecordId })).body.Code).toBe('Forbidden.RAM');
    expect((await call('DeleteDomainRecord', { RecordId: '1' })).body.Code).toBe(
      'DomainRecordNotBelongToUser',
    );
  });

  it('is looked at after the signature', async () => {
    const { call, calls } = await alidnsAccount({ policy: ram(allow('alidns:Nothing')) });
    await call('DescribeDomains', {});
    expect(calls.entries).toMatchObject([{ operation: 'DescribeDomains', vendorCode: 'Forbidden.RAM' }]);
  });
});

describe('an IAM policy', () => {
  const iam = (...Action: string[]) =>
    JSON.stringify({ Version: '1.1', Statement: [{ Effect: 'Allow', Action }] });

  it('lets through what it allows, and names what it does not', async () => {
    const { call } = await huaweicloudAccount({ policy: iam('dns:zone:list') });
    expect((await call('GET', '/v2/zones')).status).toBe(200);
    expect(await call('GET', '/v2.1/recordsets')).toMatchObject({
      status: 403,
      body: { code: 'DNS.1802', message: "Policy doesn't allow dns:recordset:list to be performed." },
    });
  });

  it('refuses before anything is looked up', async () => {
    const { call } = await huaweicloudAccount({ policy: iam('dns:*:list') });
    expect((await call('DELETE', '/v2.1/zones/none/recordsets/none')).body).toMatchObject({
      code: 'DNS.1802',
    });
  });

  it('is not asked about the lines of the system', async () => {
    const { call } = await huaweicloudAccount({ policy: iam('dns:none') });
    expect((await call('GET', '/v2.1/system-lines')).status).toBe(200);
  });
});

test.each([
  ['no JSON', '{', /not JSON/],
  ['a list', [], /must be an object/],
  ['another version', { Version: '1.1', Statement: [allow('*')] }, /Version must be "1"/],
  ['no statement', { Version: '1', Statement: [] }, /not empty/],
  ['an unknown effect', ram({ Effect: 'Maybe', Action: '*' }), /Statement\[0\]\.Effect/],
  ['no action', ram({ Effect: 'Allow', Resource: '*' }), /Statement\[0\]\.Action/],
  ['an action that is no text', ram(allow([1] as never)), /Statement\[0\]\.Action/],
  ['a condition', ram({ ...allow('*'), Condition: {} }), /"Condition", which is not simulated/],
])('a policy document with %s is refused at the start', async (_, policy, message) => {
  await expect(startSimulator({ alidns: { policy } })).rejects.toThrow(message);
  await expect(startSimulator({ alidns: { policy } })).rejects.toThrow(TypeError);
});
