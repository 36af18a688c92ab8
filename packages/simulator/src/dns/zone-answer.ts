import type { Answer } from 'dns-packet';
import { addressType, HOST_TTL } from './hosts.js';
import { isWithin } from './names.js';
import type { ServedData } from './rdata.js';
import { type Question, RCODE, type Reply } from './wire.js';
import { closestEncloser, type Zone } from './zone.js';

/** A longer chain of aliases within a zone is cut off; the client follows the rest with questions of its own. */
const MAX_ALIASES = 8;

/** The address of every name server of the simulator by its host name. */
export type HostAddresses = ReadonlyMap<string, string>;

/** What a zone says to a question about a name in it (RFC 1034 section 4.3.2, step 3). */
export function answerFromZone(zone: Zone, question: Question, hosts: HostAddresses): Reply {
  const answers: Answer[] = [];
  const seen = new Set<string>();
  let owner = question.name;
  for (;;) {
    const name = owner.toLowerCase();
    seen.add(name);
    const cut = zone.cut(name);
    // Whether a delegation is signed is the one question about a cut that the upper side answers (RFC 4035 section 3.1.4.1).
    if (cut && !(question.type === 'DS' && cut.name === name))
      return referral(zone, cut.name, cut.nameServers, hosts, answers);
    const sets = cut ? undefined : setsFor(zone, name);
    if (!cut && !sets && !zone.exists(name) && !isWildcarded(zone, name))
      return negative(zone, RCODE.NXDOMAIN, answers);
    for (const [type, set] of sets ?? [])
      if (type === question.type || type === 'CNAME' || question.type === 'ANY')
        answers.push(...toRecords(owner, type, set));
    const alias = question.type === 'CNAME' || question.type === 'ANY' ? undefined : sets?.get('CNAME');
    if (!alias) {
      const found = sets !== undefined && (sets.has(question.type) || question.type === 'ANY');
      if (!found) return negative(zone, RCODE.NOERROR, answers);
      return { rcode: RCODE.NOERROR, authoritative: true, answers };
    }
    owner = String(alias.data[0]);
    const target = owner.toLowerCase();
    if (!isWithin(target, zone.name) || seen.has(target) || seen.size > MAX_ALIASES)
      return { rcode: RCODE.NOERROR, authoritative: true, answers };
  }
}

/** The sets at a name, or those of the wildcard that covers it if the name itself does not exist. */
function setsFor(zone: Zone, name: string): ReadonlyMap<string, ServedData> | undefined {
  return zone.exists(name) ? zone.sets(name) : zone.sets(wildcardFor(zone, name));
}

/** True if a wildcard covers the name, even one that holds no records and only stands above some. */
function isWildcarded(zone: Zone, name: string): boolean {
  return zone.exists(wildcardFor(zone, name));
}

function wildcardFor(zone: Zone, name: string): string {
  const encloser = closestEncloser(zone, name);
  return encloser === '.' ? '*.' : `*.${encloser}`;
}

function referral(
  zone: Zone,
  name: string,
  nameServers: ServedData,
  hosts: HostAddresses,
  answers: Answer[],
): Reply {
  const authorities = toRecords(name, 'NS', nameServers);
  const additionals = nameServers.data.flatMap((host) => glue(zone, String(host), hosts));
  // A chain of aliases that leaves through a cut: the aliases are this zone's word, the rest is elsewhere.
  return { rcode: RCODE.NOERROR, authoritative: answers.length > 0, answers, authorities, additionals };
}

/** The addresses that the owner gave in the zone, or else those of the simulator's own hosts. */
function glue(zone: Zone, host: string, hosts: HostAddresses): Answer[] {
  const sets = zone.sets(host.toLowerCase());
  const own = ['A', 'AAAA'].flatMap((type) => {
    const set = sets?.get(type);
    return set ? toRecords(host, type, set) : [];
  });
  const address = hosts.get(host.toLowerCase());
  if (own.length > 0 || address === undefined) return own;
  return toRecords(host, addressType(address), { ttl: HOST_TTL, data: [address] });
}

function negative(zone: Zone, rcode: number, answers: Answer[]): Reply {
  const authorities = toRecords(zone.name, 'SOA', zone.negativeSoa());
  return { rcode, authoritative: true, answers, authorities };
}

function toRecords(name: string, type: string, set: ServedData): Answer[] {
  return set.data.map((data) => ({ name, type, ttl: set.ttl, class: 'IN', data }) as Answer);
}
