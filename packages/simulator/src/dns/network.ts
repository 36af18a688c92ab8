import type { Publisher } from '../publication.js';
import { listenOnSharedPort } from './binding.js';
import { Delegations } from './delegations.js';
import {
  addressType,
  assignAddresses,
  HOST_TTL,
  HOSTS,
  LOOPBACK_ADDRESSES,
  type ServerGroup,
} from './hosts.js';
import type { Answerer } from './listener.js';
import { answererFor, NameServer } from './name-server.js';
import { parentOf } from './names.js';
import { QuestionLog, type SimulatedQuestion } from './question-log.js';
import { toRdata } from './rdata.js';
import { Resolver } from './resolver.js';
import { RCODE } from './wire.js';
import { Zone } from './zone.js';
import { type ServerDelays, ZonePublisher } from './zone-publisher.js';

export interface NetworkOptions {
  delaysMs: ServerDelays;
  /** Seconds that an absence may be cached. */
  negativeTtl: number;
  /** Loopback addresses for the name servers, shared if they are fewer than the servers. Default: one for each, or fewer where the system has no more. */
  addresses?: readonly string[];
}

/** All the DNS of a simulator: authoritative servers and their parent on one port, a resolver on another. */
export interface Network {
  readonly publisher: Publisher;
  /** Port of every authoritative server. */
  readonly port: number;
  /** `127.0.0.1:PORT` */
  readonly resolver: string;
  readonly questions: readonly SimulatedQuestion[];
  /** What is published while `work` runs is served without delay. */
  atOnce<T>(work: () => T): T;
  /** Which servers a zone is pointed to. */
  delegatedTo(zone: string): ServerGroup | undefined;
  /** Points a zone to servers. The `elsewhere` servers then hold a small zone of that name. */
  delegate(zone: string, group: Exclude<ServerGroup, 'parent'>): void;
  close(): Promise<void>;
}

const RESOLVER_ADDRESS = '127.0.0.1';
/** Top-level domains that exist from the start; others come with the zones that are delegated in them. */
const TOP_LEVEL = ['com.', 'net.', 'org.', 'cn.', 'example.'];
/** The domain that neither cloud hosts. */
const FOREIGN_DOMAIN = 'example.org.';
/** Addresses for documentation (RFC 5737), so that nothing is ever reached under them. */
const FOREIGN_ADDRESS = '192.0.2.80';

export async function startNetwork(options: NetworkOptions): Promise<Network> {
  if (options.addresses?.length === 0)
    throw new RangeError('The list of addresses for the name servers is empty.');
  let failure: unknown;
  for (const addresses of options.addresses ? [options.addresses] : LOOPBACK_ADDRESSES) {
    try {
      return await startOn(addresses, options);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // The system has no such address (macOS has 127.0.0.1 alone), or no IPv6.
      if (code !== 'EADDRNOTAVAIL' && code !== 'EAFNOSUPPORT') throw error;
      failure = error;
    }
  }
  throw failure;
}

async function startOn(addresses: readonly string[], options: NetworkOptions): Promise<Network> {
  const { delaysMs, negativeTtl } = options;
  const groups = Object.keys(HOSTS) as ServerGroup[];
  const servers = groups.flatMap((group) => HOSTS[group].map((host) => new NameServer(host, group)));
  const hosts = assignAddresses(addresses);
  const delegations = new Delegations(servers, negativeTtl);
  const publisher = new ZonePublisher({ servers, delaysMs, delegations, negativeTtl });
  const log = new QuestionLog();
  for (const name of TOP_LEVEL) delegations.addTopLevel(name);
  for (const group of groups) addHostZones(group, servers, hosts, negativeTtl, delegations);

  const answerers = new Map<string, Answerer>();
  for (const address of new Set(hosts.values())) {
    const here = servers.filter(({ host }) => hosts.get(host) === address);
    const delegatedTo = (zone: string) => delegations.target(zone);
    answerers.set(address, answererFor(here, { address, hosts, questions: log, delegatedTo }));
  }
  const authoritative = await listenOnSharedPort(answerers);

  const root = HOSTS.parent.map((host) => ({ host, addresses: [hosts.get(host)!] }));
  const resolver = new Resolver({ root: { zone: '.', servers: root }, port: authoritative.port });
  const recursive = await listenOnSharedPort(
    new Map([[RESOLVER_ADDRESS, recursiveAnswerer(resolver, log)]]),
  ).catch(async (error) => {
    await authoritative.close();
    throw error;
  });

  const delegate: Network['delegate'] = (zone, group) => {
    if (group === 'elsewhere') addForeignZone(zone, servers, negativeTtl);
    delegations.delegate(zone, group);
  };
  delegate(FOREIGN_DOMAIN, 'elsewhere');
  return {
    publisher,
    port: authoritative.port,
    resolver: `${RESOLVER_ADDRESS}:${recursive.port}`,
    questions: log.entries,
    atOnce: (work) => publisher.atOnce(work),
    delegatedTo: (zone) => delegations.target(zone),
    delegate,
    async close() {
      publisher.close();
      resolver.close();
      await Promise.all([authoritative.close(), recursive.close()]);
    },
  };
}

/** The zones in which the name servers themselves have their names: `alidns.com.` and the like. */
function addHostZones(
  group: ServerGroup,
  servers: readonly NameServer[],
  addresses: ReadonlyMap<string, string>,
  negativeTtl: number,
  delegations: Delegations,
): void {
  for (const name of new Set(HOSTS[group].map((host) => parentOf(host)!))) {
    for (const server of servers.filter((one) => one.group === group)) {
      const zone = new Zone({ name, nameServers: HOSTS[group], negativeTtl });
      for (const host of HOSTS[group].filter((one) => parentOf(one) === name)) {
        const address = addresses.get(host)!;
        const type = addressType(address);
        zone.replace(host, type, { ttl: HOST_TTL, data: [toRdata(type, address)] });
      }
      server.addZone(zone);
    }
    delegations.delegate(name, group);
  }
}

/** What somebody else's servers say about a domain: enough to tell it from one that does not exist. */
function addForeignZone(name: string, servers: readonly NameServer[], negativeTtl: number): void {
  for (const server of servers.filter(({ group }) => group === 'elsewhere')) {
    const zone = new Zone({ name, nameServers: HOSTS.elsewhere, negativeTtl });
    for (const host of [name, `www.${name}`])
      zone.replace(host, 'A', { ttl: HOST_TTL, data: [toRdata('A', FOREIGN_ADDRESS)] });
    zone.replace(name, 'TXT', { ttl: HOST_TTL, data: [toRdata('TXT', 'v=spf1 -all')] });
    server.addZone(zone);
  }
}

function recursiveAnswerer(resolver: Resolver, log: QuestionLog): Answerer {
  return ({ question, recursionDesired }) => {
    log.add('resolver', RESOLVER_ADDRESS, question);
    // A look into the cache without a search is nobody's right here.
    if (!recursionDesired) return { rcode: RCODE.REFUSED, recursionAvailable: true };
    if (question.type === 'ANY' || question.type === 'AXFR' || question.type === 'IXFR')
      return { rcode: RCODE.NOTIMP, recursionAvailable: true };
    return resolver.resolve(question);
  };
}
