import { isIPv6 } from 'node:net';
import type { DnsError } from '@domainproof/core';
import type { DiagnosedFinding, ServerReport, ServerStatus } from '../types/index.js';
import type { ExpectedRecord } from '../waiting/record.js';
import type { Target } from '../waiting/target.js';

/** Servers that a message names before it only counts the rest. */
const MAX_NAMED = 6;
const MAX_VALUE_CHARACTERS = 80;

type Cause = (
  servers: readonly ServerReport[],
  all: readonly ServerReport[],
  target: Target,
) => Omit<DiagnosedFinding, 'evidence'>;

/** One finding for each status that keeps a record from being visible. */
const CAUSES: readonly [ServerStatus, Cause][] = [
  [
    'unasked',
    (servers) => ({
      code: 'NOT_VISIBLE_YET',
      severity: 'warning',
      message: `The time was over before ${named(servers)} answered.`,
      remedy: 'Wait longer (--timeout).',
    }),
  ],
  [
    'absent',
    (servers, all) => ({
      code: 'NOT_VISIBLE_YET',
      severity: 'warning',
      message: `Not there yet on ${servers.length} of ${all.length} name server addresses: ${named(servers)}.`,
      remedy:
        'Wait longer. If no server ever shows it, check that the record was added under exactly this name, in the zone that these servers serve.',
    }),
  ],
  [
    'different',
    (servers, all, target) => ({
      code: 'OLD_VALUE_ONLY',
      severity: 'warning',
      message: `${named(servers)} ${serve(servers)} other ${target.type} values only: ${valuesOf(servers)}.`,
      remedy: `Wait for the update to reach ${servers.length === all.length ? 'the servers' : 'them'}; if the value stays, compare it with the one asked for, and remove a record left from an earlier request.`,
    }),
  ],
  [
    'cname',
    (servers, _all, target) => ({
      code: 'CNAME_AT_NAME',
      severity: 'fatal',
      message: `A CNAME to ${valuesOf(servers)} stands at ${target.name} on ${named(servers)}, and hides a TXT there.`,
      remedy: 'Remove the CNAME, or add the TXT at the name that it points to and wait for it there.',
    }),
  ],
  [
    'not-authoritative',
    (servers, _all, target) => ({
      code: 'LAME',
      severity: 'fatal',
      message: `${named(servers)} ${answer(servers)} without authority for ${zoneOf(target)} (a lame delegation).`,
      remedy:
        'Remove such servers from the delegation at the registrar, or add the zone to them. If all servers do this, port 53 may be intercepted on this network.',
    }),
  ],
  [
    'refused',
    (servers, _all, target) => ({
      code: 'LAME',
      severity: 'fatal',
      message: `${named(servers)} ${refuse(servers)} questions for ${zoneOf(target)}: the zone is delegated there, but not served (a lame delegation).`,
      remedy:
        'Correct the name servers at the registrar, or add or enable the zone at the provider that runs them.',
    }),
  ],
  [
    'servfail',
    (servers, _all, target) => ({
      code: 'LAME',
      severity: 'warning',
      message: `${named(servers)} ${answer(servers)} SERVFAIL for ${zoneOf(target)}: the zone cannot be served there now.`,
      remedy:
        "Wait; if it lasts, the zone's data is broken or expired on these servers: ask their operator, or remove them from the delegation.",
    }),
  ],
  [
    'timeout',
    (servers) => ({
      code: 'UNREACHABLE',
      severity: 'warning',
      message: `No answer from ${named(servers)}.`,
      remedy:
        'Check that this machine may send to port 53 (UDP and TCP). If other servers answer, these are down: a certificate authority may meet them too, so have them repaired or removed from the delegation.',
    }),
  ],
  [
    'malformed',
    (servers) => ({
      code: 'MALFORMED',
      severity: 'warning',
      message: `${named(servers)} ${answer(servers)} with something that is not a right DNS answer.`,
      remedy:
        'A firewall or proxy between may change DNS packets; if not, the server is broken: ask its operator.',
    }),
  ],
];

/** What the operator should know about one record, the servers' answers being in. */
export function findingsFor(target: Target, record: ExpectedRecord): DiagnosedFinding[] {
  const { servers } = record;
  const findings: DiagnosedFinding[] = [];
  if (!record.isVisible)
    for (const [status, cause] of CAUSES) {
      const concerned = servers.filter((server) => server.status === status);
      if (concerned.length > 0) findings.push({ ...cause(concerned, servers, target), evidence: [] });
    }
  return [...findings, ...routeFindings(record)];
}

/** Why the zone's servers could not be found: no resolver answered (`TIMEOUT`), or the domain's delegation leads nowhere. */
export function delegationFinding(failure: DnsError): DiagnosedFinding {
  return {
    evidence: [],
    code: failure.code === 'TIMEOUT' ? 'RESOLVER_UNREACHABLE' : 'ZONE_NOT_SERVED',
    severity: 'fatal',
    message: failure.message,
    remedy:
      failure.hint ?? 'Check the spelling of the name, and the name servers of the domain at the registrar.',
  };
}

function routeFindings(record: ExpectedRecord): DiagnosedFinding[] {
  const unreached = record.servers.filter(({ status }) => status === 'no-route');
  const v6 = unreached.filter(({ address }) => isIPv6(address));
  const v4 = unreached.filter(({ address }) => !isIPv6(address));
  const findings: DiagnosedFinding[] = [];
  if (v6.length > 0)
    findings.push({
      evidence: [],
      code: 'NO_IPV6_ROUTE',
      severity: 'info',
      message: `This machine has no IPv6 route, so ${named(v6)} could not be asked.`,
      remedy:
        'Nothing is wrong with the servers. To have these addresses checked too, run from a machine with IPv6.',
    });
  if (v4.length > 0)
    findings.push({
      evidence: [],
      code: 'UNREACHABLE',
      severity: 'warning',
      message: `This machine has no route to ${named(v4)}.`,
      remedy: 'Check the network and the firewall of this machine.',
    });
  return findings;
}

function named(servers: readonly ServerReport[]): string {
  const names = servers.slice(0, MAX_NAMED).map(({ host, address }) => `${host.slice(0, -1)} (${address})`);
  const rest = servers.length - names.length;
  return rest > 0 ? `${names.join(', ')} and ${rest} more` : names.join(', ');
}

function valuesOf(servers: readonly ServerReport[]): string {
  const values = [...new Set(servers.flatMap((server) => server.values))];
  const quoted = values.slice(0, MAX_NAMED).map((value) => `"${shorten(value)}"`);
  const rest = values.length - quoted.length;
  return rest > 0 ? `${quoted.join(', ')} and ${rest} more` : quoted.join(', ');
}

function shorten(value: string): string {
  return value.length > MAX_VALUE_CHARACTERS ? `${value.slice(0, MAX_VALUE_CHARACTERS - 1)}…` : value;
}

function zoneOf(target: Target): string {
  return target.delegation?.zone ?? target.name;
}

const verb = (one: string, many: string) => (servers: readonly ServerReport[]) =>
  servers.length === 1 ? one : many;
const serve = verb('serves', 'serve');
const answer = verb('answers', 'answer');
const refuse = verb('refuses', 'refuse');
