import type { DnsProvider } from '@domainproof/core';
import type { BackendFacts, ForeignSet, World, WorldSetup } from '@domainproof/provider-testkit';
import type { Simulator } from '@domainproof/simulator';
import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js';
import { type CloudSide, simulatedWorld } from '../../../tests/simulated-world.js';
import type { HuaweicloudOptions } from '../src/index.js';

/** What is true of Huawei Cloud DNS, and of the simulated account with its small pages. */
export const facts: BackendFacts = {
  writes: 'replace',
  ttl: { min: 1, max: 2_147_483_647, default: 300 },
  valuesPerSet: 50,
  txt: { bytes: 4045, forbidden: '"\\', empty: false },
  lines: ['Dianxin', 'Liantong'],
  pageSize: { zones: 10, records: 10 },
  settlesLater: true,
  faults: ['hang', 'reset', 'truncated', 'empty', 'internal-error', 'html', 'throttle', 'busy'],
  calls: { addAndRemove: 5, apexAndWildcard: 6 },
};

const WRONG_SECRET = 'fakeWrongSecretOfTheTest0123456789abcdef';

/** Worlds whose adapters are made by `makeProvider`: one function for each transport. */
export function huaweicloudWorld(makeProvider: (options: HuaweicloudOptions) => DnsProvider) {
  const side: CloudSide = {
    cloud: 'huaweicloud',
    switches: ({ settleMs }) => ({ huaweicloud: { pageLimit: facts.pageSize?.records ?? 10, settleMs } }),
    provider: ({ huaweicloud }, { timeoutMs, credentials }) =>
      makeProvider({
        ...huaweicloud,
        ...(credentials === 'wrong' ? { secretAccessKey: WRONG_SECRET } : {}),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        environment: {},
      }),
    isWrite: (operation) => !/^(List|Show)/.test(operation),
    put,
    secrets: ({ huaweicloud }) => [huaweicloud.secretAccessKey, WRONG_SECRET],
  };
  return (setup: WorldSetup): Promise<World> => simulatedWorld(side, setup);
}

/** A colleague in the console: one set of this name, type and line, with these values, from now on. */
async function put(simulator: Simulator, zone: string, set: ForeignSet): Promise<void> {
  const { name, type, values, ttl, line = 'default' } = set;
  const vendorLine = line === 'default' ? 'default_view' : line;
  const id = await zoneId(simulator, zone);
  const path = `/v2.1/zones/${id}/recordsets`;
  const find = async () =>
    (await listSets(simulator, id)).find(
      (other) => other.name === name && other.type === type && other.line === vendorLine,
    );
  const there = await find();
  const body = { name, type, line: vendorLine, ttl, records: values.map((value) => vendorForm(type, value)) };
  if (values.length > 0 && there) await request(simulator, 'PUT', `${path}/${there.id}`, {}, body);
  else if (values.length > 0) await request(simulator, 'POST', path, {}, body);
  else if (there) await request(simulator, 'DELETE', `${path}/${there.id}`);
  for (let now = await find(); now?.status.startsWith('PENDING_'); now = await find()) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

interface ListedSet {
  id: string;
  name: string;
  type: string;
  line: string;
  status: string;
  records: string[];
}

async function listSets(simulator: Simulator, zone: string): Promise<ListedSet[]> {
  const sets: ListedSet[] = [];
  for (;;) {
    const paging = { limit: '500', ...(sets.length > 0 ? { marker: sets.at(-1)?.id ?? '' } : {}) };
    const page = await request(simulator, 'GET', `/v2.1/zones/${zone}/recordsets`, paging);
    const listed = page.recordsets as ListedSet[];
    if (listed.length === 0) return sets;
    sets.push(...listed);
  }
}

async function zoneId(simulator: Simulator, zone: string): Promise<string> {
  const { zones } = await request(simulator, 'GET', '/v2/zones', { name: `${zone}.`, search_mode: 'equal' });
  return (zones as { id: string }[])[0]?.id ?? '';
}

/** One request, signed by the vendor's own signer. */
async function request(
  { huaweicloud }: Simulator,
  method: string,
  path: string,
  query: Record<string, string> = {},
  data?: object,
): Promise<Record<string, unknown>> {
  const { endpoint, accessKeyId, secretAccessKey } = huaweicloud;
  const unused = () => {
    throw new Error('not used for signing');
  };
  const signed = AKSKSigner.sign(
    {
      method,
      endpoint: `${endpoint}${path}`,
      url: path,
      queryParams: query,
      headers: { 'content-type': 'application/json' },
      data,
    },
    {
      getAk: () => accessKeyId,
      getSk: () => secretAccessKey,
      processAuthRequest: unused,
      processAuthParams: unused,
    },
  ) as Record<string, string>;
  const { host: _, ...headers } = signed;
  const search = new URLSearchParams(query).toString();
  const response = await fetch(`${endpoint}${path}${search && `?${search}`}`, {
    method,
    headers,
    ...(data ? { body: JSON.stringify(data) } : {}),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} of the world itself failed: ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

/** TXT in quotes, one pair for each character string; a raw text of more than 255 bytes is not needed here. */
function vendorForm(type: string, value: string | readonly string[]): string {
  const strings = typeof value === 'string' ? [value] : value;
  return type === 'TXT' ? strings.map((string) => `"${string}"`).join(' ') : strings.join('');
}
