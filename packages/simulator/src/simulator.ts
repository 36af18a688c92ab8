import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AlidnsSwitches, createAlidnsCloud } from './alidns/cloud.js';
import { CallLog, type SimulatedCall } from './call-log.js';
import { fakeCredentials } from './credentials.js';
import { HOSTS } from './dns/hosts.js';
import { startNetwork } from './dns/network.js';
import type { SimulatedQuestion } from './dns/question-log.js';
import { FaultList } from './faults.js';
import { createHuaweiCloud, type HuaweicloudSwitches } from './huaweicloud/cloud.js';
import type { SimulatedRecordSet, SimulatedZone } from './scenario.js';

export interface SimulatorOptions {
  /** Zones that the accounts hold from the start. Default: `example.com` at Huawei Cloud and `example.net` at Alibaba Cloud. */
  zones?: readonly SimulatedZone[];
  /** Milliseconds from the acceptance of a write until each of a cloud's two name servers serves it. Default `[0, 0]`. */
  serverDelaysMs?: {
    huaweicloud?: readonly [number, number];
    alidns?: readonly [number, number];
  };
  /** Seconds for which resolvers may remember that a name or type is absent. Default 60. */
  negativeTtl?: number;
  /** Behaviour of the Huawei Cloud account. */
  huaweicloud?: HuaweicloudSwitches;
  /** Behaviour of the Alibaba Cloud account. */
  alidns?: AlidnsSwitches;
  /**
   * Loopback addresses of the name servers, shared if there are fewer than seven. Default: `127.0.53.1` to `127.0.53.7`; where the system
   * lacks them, `127.0.0.1` and `::1`, or `127.0.0.1` alone.
   */
  addresses?: readonly string[];
}

export interface Simulator {
  /**
   * `endpoint` is an origin, `http://127.0.0.1:PORT`. The credentials are made up anew for every simulator; `securityToken` is
   * there if the cloud's switch `temporaryCredentials` is on. The project id may be sent and need not.
   */
  readonly huaweicloud: Readonly<{
    endpoint: string;
    accessKeyId: string;
    secretAccessKey: string;
    securityToken?: string;
    projectId: string;
  }>;
  readonly alidns: Readonly<{
    endpoint: string;
    accessKeyId: string;
    accessKeySecret: string;
    securityToken?: string;
  }>;
  /** The recursive resolver, `127.0.0.1:PORT`, UDP and TCP. */
  readonly resolver: string;
  /** All authoritative name servers listen on this port, UDP and TCP. */
  readonly authoritativePort: number;
  /** Environment variables with which domainproof, and what is built on its providers, talks to this simulator. */
  readonly env: Readonly<Record<string, string>>;
  /** API requests so far, in the order in which they were answered. */
  readonly calls: readonly SimulatedCall[];
  /** DNS questions so far, of the resolver and of all name servers. */
  readonly questions: readonly SimulatedQuestion[];
  /** Failures to be played on requests that come later. */
  readonly faults: Pick<FaultList, 'add' | 'clear'>;
  /**
   * Puts a zone into an account and, unless `delegated` is false, points its parent zone there. Its records are served at once.
   *
   * @throws Error if the account holds the zone, if the other cloud has it delegated already, or for a record that the cloud would refuse.
   */
  addZone(zone: SimulatedZone): void;
  /**
   * What an account holds under a zone, as the cloud itself would tell; SOA and NS of the apex are left out.
   *
   * @throws Error for a zone that the account does not hold.
   */
  records(cloud: SimulatedZone['cloud'], zone: string): SimulatedRecordSet[];
  /** Ends every server and connection. */
  close(): Promise<void>;
}

const DEFAULT_ZONES: readonly SimulatedZone[] = [
  { name: 'example.com', cloud: 'huaweicloud' },
  { name: 'example.net', cloud: 'alidns' },
];
/** Longest delay that a timer can hold. */
const MAX_DELAY_MS = 2 ** 31 - 1;
const LOOPBACK = '127.0.0.1';

/** See `startSimulator` of the package. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const delaysMs = {
    huaweicloud: delays(options.serverDelaysMs?.huaweicloud),
    alidns: delays(options.serverDelaysMs?.alidns),
  };
  const negativeTtl = wholeNumber('negativeTtl', options.negativeTtl ?? 60);
  const network = await startNetwork({ delaysMs, negativeTtl, addresses: options.addresses });
  const credentials = fakeCredentials({
    temporary: {
      huaweicloud: options.huaweicloud?.temporaryCredentials ?? false,
      alidns: options.alidns?.temporaryCredentials ?? false,
    },
  });
  const faults = new FaultList();
  const calls = new CallLog();
  const { publisher } = network;
  const createClouds = () => ({
    huaweicloud: createHuaweiCloud({
      ...options.huaweicloud,
      account: credentials.huaweicloud,
      publisher,
      faults,
      calls,
      nameServers: HOSTS.huaweicloud,
    }),
    alidns: createAlidnsCloud({
      ...options.alidns,
      account: credentials.alidns,
      publisher,
      faults,
      calls,
      nameServers: HOSTS.alidns,
    }),
  });
  let clouds: ReturnType<typeof createClouds>;
  try {
    clouds = createClouds();
  } catch (error) {
    await network.close();
    throw error;
  }
  const servers = {
    huaweicloud: createServer((request, response) => clouds.huaweicloud.handle(request, response)),
    alidns: createServer((request, response) => clouds.alidns.handle(request, response)),
  };

  const addZone = (zone: SimulatedZone) => {
    const name = absolute(zone.name);
    const target = network.delegatedTo(name);
    const delegated = zone.delegated ?? true;
    if (delegated && target !== undefined && target !== 'elsewhere' && target !== zone.cloud)
      throw new Error(
        `The zone ${name} is delegated to ${target} already. Give delegated: false to hold it at ${zone.cloud} as well.`,
      );
    network.atOnce(() => clouds[zone.cloud].addZone(zone));
    if (delegated) network.delegate(name, zone.cloud);
    else if (target === undefined) network.delegate(name, 'elsewhere');
  };

  const close = async () => {
    for (const cloud of Object.values(clouds)) cloud.close();
    await Promise.all([...Object.values(servers).map(stop), network.close()]);
  };

  try {
    for (const zone of options.zones ?? DEFAULT_ZONES) addZone(zone);
    const huaweicloud = { endpoint: await start(servers.huaweicloud), ...credentials.huaweicloud };
    const alidns = { endpoint: await start(servers.alidns), ...credentials.alidns };
    return {
      huaweicloud,
      alidns,
      resolver: network.resolver,
      authoritativePort: network.port,
      env: {
        HUAWEICLOUD_SDK_AK: huaweicloud.accessKeyId,
        HUAWEICLOUD_SDK_SK: huaweicloud.secretAccessKey,
        ...(huaweicloud.securityToken === undefined
          ? {}
          : { HUAWEICLOUD_SDK_SECURITY_TOKEN: huaweicloud.securityToken }),
        ALIBABA_CLOUD_ACCESS_KEY_ID: alidns.accessKeyId,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: alidns.accessKeySecret,
        ...(alidns.securityToken === undefined ? {} : { ALIBABA_CLOUD_SECURITY_TOKEN: alidns.securityToken }),
        DOMAINPROOF_HUAWEICLOUD_ENDPOINT: huaweicloud.endpoint,
        DOMAINPROOF_ALIDNS_ENDPOINT: alidns.endpoint,
        DOMAINPROOF_RESOLVERS: network.resolver,
        DOMAINPROOF_AUTHORITATIVE_PORT: String(network.port),
      },
      calls: calls.entries,
      questions: network.questions,
      faults,
      addZone,
      records: (cloud, zone) => clouds[cloud].records(zone),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(server: Server): Promise<string> {
  server.listen({ host: LOOPBACK, port: 0 });
  await once(server, 'listening');
  return `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function delays(pair: readonly [number, number] = [0, 0]): readonly [number, number] {
  const [first, second] = pair;
  return [wholeNumber('serverDelaysMs', first), wholeNumber('serverDelaysMs', second)];
}

function wholeNumber(option: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= MAX_DELAY_MS) return value;
  throw new RangeError(`${option}: ${value} is not a whole number from 0 to ${MAX_DELAY_MS}.`);
}

function absolute(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower : `${lower}.`;
}
