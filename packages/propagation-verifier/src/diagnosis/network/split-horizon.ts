import type { BlockList } from 'node:net';
import type { Fqdn } from '@domainproof/core';
import { addressesIn } from '../../delegation/zone-cut.js';
import { readResolver } from '../../perspectives/reading.js';
import { isV6 } from '../../transport/family.js';
import type { Delegation, DiagnosedFinding } from '../../types/index.js';
import type { Message } from '../../wire/message.js';
import type { QuestionType } from '../../wire/query.js';
import { finding } from '../finding.js';
import type { Check, Observation, Scene } from '../scene.js';
import { bare, listed, plain } from '../wording.js';
import { mayAskResolver } from './seen.js';

/** Name servers whose addresses are compared. */
const MAX_HOSTS = 4;

/** Not reachable from the internet: RFC 1918, RFC 6598, RFC 4193, loopback and link-local. */
const PRIVATE_SUBNETS: readonly [address: string, bits: number][] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['::1', 128],
];
let privateSubnets: BlockList | undefined;

interface Difference {
  told: string;
  seen: Observation;
}

/**
 * `SPLIT_HORIZON`: the given resolver shows another zone than the delegation leads to. Where both agree nothing is said, wherever
 * the servers stand: a laboratory's servers have private addresses in both views.
 */
export const splitHorizon: Check = async (scene) => {
  if (!scene.delegation) return [];
  const difference =
    (await otherServers(scene, scene.delegation)) ??
    (await otherAddresses(scene, scene.delegation)) ??
    (await otherRecord(scene));
  return difference ? [findingFor(difference)] : [];
};

/** The resolver names other servers for the zone, or none. */
async function otherServers(scene: Scene, delegation: Delegation): Promise<Difference | undefined> {
  const { zone, nameServers, parent, child = [] } = delegation;
  const seen = await scene.ask.resolver({ name: zone, type: 'NS' });
  const message = contentOf(seen);
  if (!seen || !message) return undefined;
  const hosts = message.answers.flatMap((record) =>
    record.type === 'NS' && record.name === zone ? [record.target] : [],
  );
  if (hosts.length === 0) return { told: `knows no name servers of ${bare(zone)}`, seen };
  const known = new Set<string>([...nameServers.map(({ host }) => host), ...(parent?.hosts ?? []), ...child]);
  if (hosts.some((host) => known.has(host))) return undefined;
  return {
    told: `names other servers for ${bare(zone)}: ${listed(hosts.map(bare))}`,
    seen,
  };
}

/** The resolver gives a name server a private address where the delegation gives a public one, or the reverse. */
async function otherAddresses(scene: Scene, { nameServers }: Delegation): Promise<Difference | undefined> {
  const hosts = nameServers.slice(0, MAX_HOSTS);
  const differences = await Promise.all(
    hosts.flatMap(({ host, addresses }) => [
      otherAddressesOf(
        scene,
        host,
        'A',
        addresses.filter((address) => !isV6(address)),
      ),
      otherAddressesOf(scene, host, 'AAAA', addresses.filter(isV6)),
    ]),
  );
  return differences.find((difference) => difference !== undefined);
}

async function otherAddressesOf(
  scene: Scene,
  host: Fqdn,
  type: 'A' | 'AAAA',
  known: readonly string[],
): Promise<Difference | undefined> {
  if (known.length === 0) return undefined;
  const seen = await askResolver(scene, host, type);
  const given = addressesIn(contentOf(seen)?.answers ?? []);
  if (!seen || given.length === 0 || given.every(isPrivate) === known.every(isPrivate)) return undefined;
  return {
    told: `gives ${bare(host)} the address ${listed(given)}, and the delegation ${listed(known)}`,
    seen,
  };
}

/** The resolver answers for the record from a zone of its own, and does not have it. */
async function otherRecord(scene: Scene): Promise<Difference | undefined> {
  const { name, type, values, match, isServedEverywhere } = scene;
  if (!type || !isServedEverywhere) return undefined;
  const seen = await askResolver(scene, name, type);
  const message = contentOf(seen);
  if (!seen || !message?.authoritative) return undefined;
  if (readResolver(seen.outcome, { name, type, values, match }).status === 'visible') return undefined;
  return { told: `answers for ${bare(name)} from a zone of its own, which does not have the record`, seen };
}

async function askResolver(scene: Scene, name: Fqdn, type: QuestionType) {
  return mayAskResolver(scene, name) ? scene.ask.resolver({ name, type }) : undefined;
}

/** An answer that says something of the name; a resolver that fails shows no other view. */
function contentOf(seen: Observation | undefined): Message | undefined {
  if (seen?.outcome.kind !== 'answer') return undefined;
  const { rcode } = seen.outcome.message;
  return rcode === 'NOERROR' || rcode === 'NXDOMAIN' ? seen.outcome.message : undefined;
}

function isPrivate(address: string): boolean {
  privateSubnets ??= listPrivate();
  return privateSubnets.check(address, familyOf(address));
}

/** Made when it is needed, which is seldom: Node takes some milliseconds to load what it is made of. */
function listPrivate(): BlockList {
  const list = new (process.getBuiltinModule('node:net').BlockList)();
  for (const [address, bits] of PRIVATE_SUBNETS) list.addSubnet(address, bits, familyOf(address));
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isV6(address) ? 'ipv6' : 'ipv4';
}

function findingFor({ told, seen }: Difference): DiagnosedFinding {
  return finding(
    'SPLIT_HORIZON',
    `The resolver ${plain(seen.evidence.server)} ${told}. Either this network has its own version of the zone, or the resolver keeps an old delegation; the verdict rests on the servers that the delegation leads to.`,
    [seen],
    {
      remedy:
        'Nothing for the certificate. If you expected the servers that the resolver names, check the name servers at the registrar, or try another resolver (--resolver).',
    },
  );
}
