import type { Answer, DecodedPacket } from 'dns-packet';
import { isWithin } from './names.js';
import type { Known, KnownServers } from './resolver-cache.js';
import { absolute, type Question, RCODE } from './wire.js';

export type Reading =
  | { kind: 'answer'; known: Known; noName: boolean }
  | { kind: 'referral'; servers: KnownServers; ttl: number }
  /** The server does not serve the zone, or fails: another one may do better. */
  | { kind: 'useless' };

/** What the answer of a server of `zone` says about a question. Records that such a server has no say in are passed over. */
export function readAnswer(packet: DecodedPacket, question: Question, zone: string): Reading {
  const rcode = (packet.flags ?? 0) & 0xf;
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) return { kind: 'useless' };
  const authorities = (packet.authorities ?? []).map(named);
  if (packet.flag_aa) {
    const own = (packet.answers ?? []).map(named).filter(({ name }) => name.toLowerCase() === question.key);
    const wanted = own.filter(({ type }) => type === question.type);
    const records = wanted.length > 0 ? wanted : own.filter(({ type }) => type === 'CNAME').slice(0, 1);
    if (records.length > 0)
      return { kind: 'answer', known: { rcode: RCODE.NOERROR, records }, noName: false };
    const soa = authorities.find(
      (record) => record.type === 'SOA' && isWithin(question.key, record.name.toLowerCase()),
    );
    return {
      kind: 'answer',
      known: { rcode, records: [], ...(soa && { soa }) },
      noName: rcode === RCODE.NXDOMAIN,
    };
  }
  return readReferral(packet, authorities, question, zone);
}

/** A referral has to lead down, to a zone that the question lies in; else two servers could send a resolver round in circles. */
function readReferral(
  packet: DecodedPacket,
  authorities: readonly Answer[],
  question: Question,
  zone: string,
): Reading {
  const down = authorities.filter(({ type, name }) => {
    const child = name.toLowerCase();
    return type === 'NS' && child !== zone && isWithin(child, zone) && isWithin(question.key, child);
  });
  const first = down[0];
  if (first?.type !== 'NS') return { kind: 'useless' };
  const child = first.name.toLowerCase();
  const hosts = down.flatMap((record) =>
    record.type === 'NS' && record.name.toLowerCase() === child ? [absolute(record.data).toLowerCase()] : [],
  );
  const addresses = new Map<string, string[]>();
  for (const record of (packet.additionals ?? []).map(named)) {
    const host = record.name.toLowerCase();
    // Addresses of hosts outside the zone are hearsay (RFC 2181 section 5.4.1).
    if ((record.type !== 'A' && record.type !== 'AAAA') || !isWithin(host, zone)) continue;
    addresses.set(host, [...(addresses.get(host) ?? []), record.data]);
  }
  const servers = [...new Set(hosts)].map((host) => ({ host, addresses: addresses.get(host) ?? [] }));
  return { kind: 'referral', servers: { zone: child, servers }, ttl: first.ttl ?? 0 };
}

/** The decoder leaves the final dot of names away. */
function named<T extends Answer>(record: T): T {
  return { ...record, name: absolute(record.name) };
}
