import { createHmac, randomUUID } from 'node:crypto';
import type { DnsProvider } from '@domainproof/core';
import type { BackendFacts, ForeignSet, World, WorldSetup } from '@domainproof/provider-testkit';
import type { Simulator } from '@domainproof/simulator';
import { type CloudSide, simulatedWorld } from '../../../tests/simulated-world.js';
import type { AlidnsOptions } from '../src/index.js';

/** What is true of Alibaba Cloud DNS, and of the simulated account: a free edition with small pages. */
export const facts: BackendFacts = {
  writes: 'value',
  ttl: { min: 600, max: 86_400, default: 600 },
  valuesPerSet: 90,
  txt: { bytes: 512, forbidden: '"\\', empty: false },
  lines: ['telecom', 'unicom'],
  pageSize: { zones: 10, records: 10 },
  settlesLater: false,
  faults: ['hang', 'reset', 'truncated', 'empty', 'internal-error', 'html', 'throttle', 'busy'],
  calls: { addAndRemove: 3, apexAndWildcard: 5 },
};

const WRONG_SECRET = 'fakeWrongSecretOfTheTest+/=';

/** Worlds whose adapters are made by `makeProvider`: one function for each transport. */
export function alidnsWorld(makeProvider: (options: AlidnsOptions) => DnsProvider) {
  const side: CloudSide = {
    cloud: 'alidns',
    switches: () => ({ alidns: { pageLimit: facts.pageSize?.records ?? 10 } }),
    provider: ({ alidns }, { timeoutMs, credentials }) =>
      makeProvider({
        ...alidns,
        ...(credentials === 'wrong' ? { accessKeySecret: WRONG_SECRET } : {}),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        environment: {},
      }),
    isWrite: (operation) => !operation.startsWith('Describe'),
    put,
    secrets: ({ alidns }) => [alidns.accessKeySecret, WRONG_SECRET],
  };
  return (setup: WorldSetup): Promise<World> => simulatedWorld(side, setup);
}

/** A colleague in the console: takes out what is there and puts the new values in its place. */
async function put(simulator: Simulator, zone: string, set: ForeignSet): Promise<void> {
  const { name, type, values, ttl, line = 'default' } = set;
  const RR = name === `${zone}.` ? '@' : name.slice(0, -(zone.length + 2));
  const wanted = values.map((value) => (typeof value === 'string' ? value : value.join('')));
  const held = await recordsAt(simulator, zone, name);
  for (const record of held)
    if (record.Type === type && record.Line === line && !wanted.includes(record.Value))
      await request(simulator, 'DeleteDomainRecord', { RecordId: record.RecordId });
  for (const value of wanted) {
    const [Priority, host] = type === 'MX' ? value.split(' ') : [undefined, value];
    const there = held.some(
      (record) => record.Type === type && record.Line === line && record.Value === value,
    );
    if (there) continue;
    await request(simulator, 'AddDomainRecord', {
      DomainName: zone,
      RR,
      Type: type,
      Value: host ?? '',
      Line: line,
      ...(Priority === undefined ? {} : { Priority }),
      ...(ttl === undefined ? {} : { TTL: String(ttl) }),
    });
  }
}

interface ListedRecord {
  RecordId: string;
  Type: string;
  Line: string;
  Value: string;
}

async function recordsAt(simulator: Simulator, zone: string, name: string): Promise<ListedRecord[]> {
  const records: ListedRecord[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await request(simulator, 'DescribeSubDomainRecords', {
      DomainName: zone,
      SubDomain: name.replace(/\.$/, ''),
      PageNumber: String(page),
      PageSize: '100',
    });
    const { Record } = answer.DomainRecords as { Record: ListedRecord[] };
    records.push(...Record);
    if (records.length >= Number(answer.TotalCount)) return records;
  }
}

/** One request with the older of the cloud's two signatures, which the adapter does not use. */
async function request(
  { alidns }: Simulator,
  Action: string,
  parameters: Record<string, string>,
): Promise<Record<string, unknown>> {
  const all: Record<string, string> = {
    ...parameters,
    Action,
    Version: '2015-01-09',
    Format: 'JSON',
    AccessKeyId: alidns.accessKeyId,
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: randomUUID(),
    Timestamp: `${new Date().toISOString().slice(0, 19)}Z`,
  };
  const pairs = Object.keys(all)
    .sort()
    .map((name) => `${encode(name)}=${encode(all[name] as string)}`);
  const Signature = createHmac('sha1', `${alidns.accessKeySecret}&`)
    .update(`GET&%2F&${encode(pairs.join('&'))}`)
    .digest('base64');
  const response = await fetch(`${alidns.endpoint}/?${pairs.join('&')}&Signature=${encode(Signature)}`);
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${Action} of the world itself failed: ${JSON.stringify(answer)}`);
  return answer;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
