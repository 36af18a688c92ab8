import { createHash } from 'node:crypto';
import {
  type ApiCallEvent,
  createClient,
  type DesiredRecord,
  type DnsError,
  type DnsProvider,
  isDnsError,
  type ProviderManifest,
} from '@domainproof/core';
import { alidns, manifest as alidnsManifest } from '@domainproof/provider-alidns';
import { huaweicloud, manifest as huaweicloudManifest } from '@domainproof/provider-huaweicloud';
import {
  type PolicyDocument,
  type SimulatedZone,
  type Simulator,
  startSimulator,
} from '@domainproof/simulator';

export type Cloud = SimulatedZone['cloud'];

export const MANIFESTS: Readonly<Record<Cloud, Required<ProviderManifest>>> = {
  alidns: alidnsManifest,
  huaweicloud: huaweicloudManifest,
};

export const ZONE = 'example.com';
/** Names that hold a value of somebody else. */
const SHARED = 6;
/** Zones of the account; more than one page of a list. */
const ZONES = 12;
const PAGE = 5;

/** An account whose key may do what the document says, with lists of many pages. */
export function startAccount(cloud: Cloud, policy?: PolicyDocument): Promise<Simulator> {
  const records = Array.from({ length: SHARED }, (_, index) => ({
    name: `_shared.host${index}`,
    type: 'TXT',
    value: `foreign-${index}`,
  }));
  records.push({ name: '_alias', type: 'CNAME', value: 'elsewhere.example.org' });
  const others = Array.from({ length: ZONES }, (_, index) => ({ name: `my${index}-${ZONE}`, cloud }));
  return startSimulator({
    zones: [{ name: ZONE, cloud, edition: 'ultimate', records }, ...others],
    [cloud]: { pageLimit: PAGE, ...(policy !== undefined && { policy }) },
  });
}

/** What became of the work: the calls as the adapter reports them, and what failed. */
export interface Outcome {
  events: readonly ApiCallEvent[];
  failures: readonly DnsError[];
}

/** All that the engine has an adapter do: each deed by itself, so that one that is refused does not keep the others away. */
export async function doEverything(cloud: Cloud, simulator: Simulator): Promise<Outcome> {
  const events: ApiCallEvent[] = [];
  const failures: DnsError[] = [];
  const onApiCall = (event: ApiCallEvent) => events.push(event);
  const provider = fresh(cloud, simulator);
  const client = createClient({ providers: [provider], onApiCall });
  const call = { signal: AbortSignal.timeout(60_000), log: silent, onApiCall };

  async function attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isDnsError(error)) throw error;
      failures.push(error);
    }
  }
  const addAndRemove = (records: readonly DesiredRecord[]) =>
    attempt(async () => {
      const leases = await client.ensureAll(records);
      await client.releaseAll(leases);
    });

  await attempt(async () => {
    for await (const _ of provider.listZones(call));
  });
  await attempt(() => client.plan([record('_dnsauth', 'planned')]));
  await addAndRemove([record('_dnsauth', 'one')]);
  await addAndRemove([record('_dnsauth', 'one'), record('_dnsauth', 'two')]);
  await addAndRemove([record('_shared.host0', 'beside')]);
  await addAndRemove([record('_shared.host0', 'foreign-0')]);
  await attempt(() => client.ensure(record('_alias', 'excluded')));
  await addAndRemove(many((index) => `_dnsauth.host${index}`));
  await addAndRemove(many((index) => `_shared.host${index}`));
  return { events, failures };
}

function fresh(cloud: Cloud, { env }: Simulator): DnsProvider {
  return cloud === 'alidns' ? alidns({ environment: env }) : huaweicloud({ environment: env });
}

function record(name: string, text: string): DesiredRecord {
  return { name: `${name}.${ZONE}`, type: 'TXT', value: text };
}

/** Values as certificate authorities make them: none is part of another one, so that batches can take them away. */
function many(nameOf: (index: number) => string): DesiredRecord[] {
  return Array.from({ length: SHARED }, (_, index) =>
    record(nameOf(index), createHash('sha256').update(nameOf(index)).digest('base64url')),
  );
}

const silent = { debug() {}, info() {}, warn() {} };
