import { ancestors, type Fqdn, isWithin } from '@domainproof/core';
import type { CertificateAuthority, Delegation } from '../../types/index.js';
import type { ResourceRecord } from '../../wire/message.js';
import { finding } from '../finding.js';
import { answersOf, authoritativeAnswer, workingServers } from '../reading.js';
import type { Check, Observation, Scene } from '../scene.js';
import { bare, listed, named, plain, verb } from '../wording.js';

type Caa = ResourceRecord & { type: 'CAA' };

/** Names that are climbed, from the domain up. */
const MAX_LEVELS = 10;
const MAX_CNAMES = 4;
/** Servers that are asked for one name until one answers. */
const MAX_TRIES = 3;
/** Properties that RFC 8659 and its followers define; a critical one besides these forbids. */
const KNOWN_TAGS: ReadonlySet<string> = new Set([
  'issue',
  'issuewild',
  'issuemail',
  'issuevmc',
  'iodef',
  'contactemail',
  'contactphone',
]);

interface RecordSet {
  name: Fqdn;
  records: readonly Caa[];
  observation: Observation;
}

/** The domain that a certificate is for, of a name under which its proof stands: labels that start with `_` come off. */
export function domainOf(name: Fqdn): Fqdn {
  const domain = ancestors(name).find((one) => !one.startsWith('_') && !one.startsWith('*'));
  return domain ?? name;
}

/** Whether the certificate authority may issue, as RFC 8659 has it: the closest CAA records from the domain up count. */
export const permission: Check = async (scene) => {
  const set = await closestSet(scene);
  if (!set) return [];
  const { authority } = scene;
  const at = bare(set.name);
  const issuers = issuersOf(set.records, authority?.isWildcard ?? false);
  if (!authority) {
    const allowed =
      issuers.length === 0
        ? 'nobody is excluded'
        : `named: ${listed(issuers.map(({ value }) => plain(value)))}`;
    return [finding('CAA_PRESENT', `CAA records stand at ${at} (${allowed}).`, [set.observation])];
  }
  const reason = whyForbidden(set.records, issuers, authority);
  return reason === undefined
    ? []
    : [finding('CAA_FORBIDS', `The CAA records at ${at} ${reason}.`, [set.observation])];
};

/** Records that count: `issuewild` for wildcards if there are any, else `issue`. */
function issuersOf(records: readonly Caa[], isWildcard: boolean): Caa[] {
  const of = (tag: string) => records.filter((record) => record.tag.toLowerCase() === tag);
  const wild = of('issuewild');
  return isWildcard && wild.length > 0 ? wild : of('issue');
}

function whyForbidden(
  records: readonly Caa[],
  issuers: readonly Caa[],
  authority: CertificateAuthority,
): string | undefined {
  const unknown = records.find(({ critical, tag }) => critical && !KNOWN_TAGS.has(tag.toLowerCase()));
  if (unknown)
    return `hold the critical property "${plain(unknown.tag)}", which certificate authorities do not know`;
  if (issuers.length === 0) return undefined;
  const ours = authority.domains.map((domain) => domain.toLowerCase().replace(/\.$/, ''));
  const parsed = issuers.map(({ value }) => parseIssuer(value));
  const named = parsed.filter(({ domain }) => ours.includes(domain));
  if (named.length === 0) {
    const others = parsed.map(({ domain }) => domain).filter((domain) => domain !== '');
    const only = others.length > 0 ? `allow only ${listed(others.map((one) => plain(one)))}` : 'allow nobody';
    return `${only}, and not ${listed(ours)}`;
  }
  const refusals = named.map(({ parameters }) => whyRefused(parameters, authority));
  return refusals.includes(undefined) ? undefined : refusals[0];
}

/** What the parameters of RFC 8657 exclude. */
function whyRefused(
  parameters: ReadonlyMap<string, string>,
  { accountUri, method = 'dns-01' }: CertificateAuthority,
): string | undefined {
  const account = parameters.get('accounturi');
  if (account !== undefined && accountUri !== undefined && account !== accountUri)
    return `allow only the account ${plain(account, 200)}, and not ${plain(accountUri, 200)}`;
  const methods = parameters
    .get('validationmethods')
    ?.split(',')
    .map((one) => one.trim().toLowerCase());
  if (methods && !methods.includes(method.toLowerCase()))
    return `allow only the validation methods ${listed(methods.map((one) => plain(one)))}, and not ${plain(method)}`;
  return undefined;
}

/** `letsencrypt.org; accounturi=https://…; validationmethods=dns-01`. Parameters that break the grammar are left out. */
function parseIssuer(value: string): { domain: string; parameters: ReadonlyMap<string, string> } {
  const [domain = '', ...rest] = value.split(';').map((part) => part.trim());
  const parameters = new Map<string, string>();
  for (const part of rest) {
    const equals = part.indexOf('=');
    if (equals > 0) parameters.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim());
  }
  return { domain: domain.toLowerCase().replace(/\.$/, ''), parameters };
}

/**
 * The first name from the domain up to the top-level domain that has CAA records, itself or behind a CNAME. Undefined also if a name
 * below could not be asked: what stands further up may not count.
 */
async function closestSet(scene: Scene): Promise<RecordSet | undefined> {
  const levels = ancestors(domainOf(scene.name)).slice(0, MAX_LEVELS);
  const found = await Promise.all(levels.map((name) => recordSet(scene, name)));
  const closest = found.find((set) => set !== 'none');
  return closest === 'unknown' ? undefined : closest;
}

async function recordSet(scene: Scene, name: Fqdn): Promise<RecordSet | 'none' | 'unknown'> {
  let at = name;
  for (let hops = 0; hops <= MAX_CNAMES; hops += 1) {
    const observation = await ask(scene, at);
    const message = observation && authoritativeAnswer(observation);
    if (!message) return 'unknown';
    const records = answersOf(message, at, 'CAA');
    if (records.length > 0) return { name, records, observation };
    const [cname] = answersOf(message, at, 'CNAME');
    if (!cname) return 'none';
    at = cname.target as Fqdn;
  }
  return 'unknown';
}

async function ask(scene: Scene, name: Fqdn): Promise<Observation | undefined> {
  for (const address of (await addressesFor(scene, name)).slice(0, MAX_TRIES)) {
    const observation = await scene.ask.server(address, { name, type: 'CAA' });
    if (authoritativeAnswer(observation)) return observation;
  }
  return undefined;
}

/** Servers of the zone that holds a name. */
async function addressesFor(scene: Scene, name: Fqdn): Promise<string[]> {
  if (isOwnZone(scene, name)) return workingServers(scene).map(({ address }) => address);
  const delegation = (await scene.ask.delegation(name)) as Delegation | undefined;
  return delegation?.nameServers.flatMap(({ addresses }) => addresses) ?? [];
}

/** A name between the record (or the asked name) and its zone is in this zone, as it is the closest. */
function isOwnZone({ delegation, owner }: Scene, name: Fqdn): boolean {
  return delegation !== null && isWithin(name, delegation.zone) && isWithin(owner, name);
}

/** Servers that answer other questions and fail on this type. */
export const failingCaa: Check = async (scene) => {
  const domain = domainOf(scene.name);
  if (!isOwnZone(scene, domain)) return [];
  const heard = await Promise.all(
    workingServers(scene).map(async (server) => {
      const observation = await scene.ask.server(server.address, { name: domain, type: 'CAA' });
      return authoritativeAnswer(observation) ? [] : [{ server, observation }];
    }),
  );
  const failing = heard.flat();
  if (failing.length === 0) return [];
  const servers = failing.map(({ server }) => server);
  return [
    finding(
      'CAA_SERVFAIL',
      `${named(servers)} ${verb(servers, 'fails', 'fail')} on the question for CAA records of ${bare(domain)}, and ${verb(servers, 'answers', 'answer')} others. A certificate authority must then refuse.`,
      failing.map(({ observation }) => observation),
    ),
  ];
};
