import type { Finding } from '@domainproof/core';

export interface FailureFacts {
  /** As a rule; a finding can be milder or graver where its extent differs. */
  severity: Finding['severity'];
  /** A fatal finding of this code ends a wait: more time cannot help. */
  terminal: boolean;
  /** Milliseconds for which it must be seen before it does. */
  settlesAfterMs: number;
  /** What is so, in one line. */
  meaning: string;
  /** What to do, in one line. */
  remedy: string;
}

/** A record that has just been put in place of another is mistaken for it as long as servers lag behind. */
const SETTLES_AFTER_MS = 30_000;

const facts = (
  severity: Finding['severity'],
  ends: 'ends the wait' | 'ends the wait if it stays' | 'may pass',
  meaning: string,
  remedy: string,
): FailureFacts => ({
  severity,
  terminal: ends !== 'may pass',
  settlesAfterMs: ends === 'ends the wait if it stays' ? SETTLES_AFTER_MS : 0,
  meaning,
  remedy,
});

/** Every code that a finding of the verifier can have. */
export const FAILURES = {
  // The zone and its delegation. Registrars and people change these in hours, not in the minutes of a wait.
  ZONE_NOT_SERVED: facts(
    'fatal',
    'ends the wait',
    "The registry's zone does not know the domain, or its delegation leads nowhere.",
    'Check the spelling; if the domain is yours, it has expired, is on hold, or waits for real-name verification: ask the registrar.',
  ),
  RESOLVER_UNREACHABLE: facts(
    'fatal',
    'may pass',
    'No resolver answers, so the name servers cannot be found.',
    'Check the addresses of the resolvers (--resolver) and the network of this machine.',
  ),
  WRONG_PROVIDER: facts(
    'fatal',
    'ends the wait',
    'The record is at an operator that the domain is not delegated to.',
    "Add the record at the operator that the domain is delegated to, or change the name servers at the registrar to the operator's that has it.",
  ),
  DELEGATED_SUBZONE: facts(
    'fatal',
    'ends the wait',
    'The name lies in a zone of its own, and the record was written in the zone above, where nobody asks for it.',
    'Add the record in the zone that holds the name, at the operator of its name servers.',
  ),
  NS_PARENT_CHILD_MISMATCH: facts(
    'warning',
    'may pass',
    'The registry (or zone above) and the zone itself list different name servers.',
    "Make both lists the same: correct the name servers at the registrar, or the zone's own NS records. Certificate authorities start from the registry's.",
  ),
  LAME: facts(
    'warning',
    'may pass',
    'A server that the zone is delegated to does not serve it.',
    'Remove such servers from the delegation at the registrar, or add or enable the zone at the provider that runs them.',
  ),
  UNREACHABLE: facts(
    'warning',
    'may pass',
    'A name server does not answer, or has no address.',
    'Check that this machine may send to port 53 (UDP and TCP). If other servers answer, have this one repaired, or remove it from the delegation.',
  ),
  MALFORMED: facts(
    'warning',
    'may pass',
    'A server answers with something that is not a right DNS answer.',
    'A firewall or proxy between may change DNS packets; if not, the server is broken: ask its operator.',
  ),
  NO_IPV6_ROUTE: facts(
    'info',
    'may pass',
    'This machine has no IPv6, so addresses of the zone could not be asked.',
    'Nothing is wrong with the servers. To have these addresses checked too, run from a machine with IPv6.',
  ),

  // The record, as the servers have it.
  NOT_VISIBLE_YET: facts(
    'warning',
    'may pass',
    'No server has the record yet, and nothing else explains that.',
    'Wait longer. If no server ever shows it, check that the record was added under exactly this name, in the zone that these servers serve.',
  ),
  STALE_SECONDARY: facts(
    'warning',
    'may pass',
    'Some servers have the record and others do not.',
    'Wait until the others have the new zone. If they stay behind, ask their operator to look at the zone transfers.',
  ),
  ANYCAST_INCONSISTENT: facts(
    'warning',
    'may pass',
    'One address answers differently from question to question: several machines stand behind it, and not all are up to date.',
    'Wait until all give the same answer, and start the validation only then.',
  ),
  OLD_VALUE_ONLY: facts(
    'warning',
    'may pass',
    'Other values stand at the name, and not the one asked for.',
    'Wait for the update; if the value stays, compare it with the one asked for, and remove a record left from an earlier request.',
  ),
  EXTRA_VALUES: facts(
    'info',
    'may pass',
    'The value is there, with others beside it.',
    'ACME takes it as it is; some certificate services want a single value: remove those that are left from earlier requests.',
  ),
  WILDCARD: facts(
    'warning',
    'may pass',
    'The answer comes from a wildcard record; a record for exactly this name is missing.',
    'Add the record for exactly this name: it then takes precedence over the wildcard.',
  ),

  // The record, entered wrongly. It stays so until somebody enters it anew.
  DOUBLED_NAME: facts(
    'fatal',
    'ends the wait if it stays',
    'The record stands at a name that ends in the zone twice.',
    'The console adds the zone to what is entered: enter only the part before it.',
  ),
  WRONG_NAME: facts(
    // May pass: one token may be asked for at several names, of which one is there sooner.
    'warning',
    'may pass',
    'The value stands at a similar name, and not at the one asked for.',
    'Add the record under exactly the name asked for.',
  ),
  QUOTED: facts(
    'fatal',
    'ends the wait if it stays',
    'The value was entered with quotation marks, and they are part of it.',
    'Enter the value without quotation marks.',
  ),
  WHITESPACE: facts(
    'fatal',
    'ends the wait if it stays',
    'The value has spaces, line ends or invisible characters around it or in it.',
    'Enter the value again without them; copy it as plain text.',
  ),
  CASE: facts(
    'fatal',
    'ends the wait if it stays',
    'The value differs in upper and lower case only.',
    'Enter the value with its letters as they were given.',
  ),
  ESCAPED: facts(
    'fatal',
    'ends the wait if it stays',
    'The value was entered in an encoded form (percent signs or backslashes).',
    'Enter the value as plain text, not as it stands in a URL or in JSON.',
  ),
  NAME_IN_VALUE: facts(
    'fatal',
    'ends the wait if it stays',
    'The value was entered with the name of the record or a label before it.',
    'Enter only what stands after the name as the value.',
  ),
  SPLIT_STRINGS: facts(
    'fatal',
    'ends the wait if it stays',
    'The value was cut into parts that do not join to it: in wrong order, with spaces between, or as several records.',
    'Enter it as one value in one record; the provider cuts long ones itself.',
  ),
  TYPE_MISMATCH: facts(
    'fatal',
    'ends the wait if it stays',
    'The value stands in a record of another type, or a CNAME target has the zone added to it.',
    'Add a record of the type asked for, with the value as it was given, and remove the other.',
  ),

  // CNAMEs on the way.
  CNAME_AT_NAME: facts(
    'warning',
    'ends the wait if it stays',
    'A CNAME stands at the name, and hides a TXT there.',
    'Remove the CNAME, or add the TXT at the name that it leads to.',
  ),
  CNAME_DANGLING: facts(
    'fatal',
    'ends the wait if it stays',
    'A chain of CNAMEs leads to a name that no zone holds.',
    'Correct the last CNAME, or remove the first.',
  ),
  CNAME_LOOP: facts(
    'fatal',
    'ends the wait if it stays',
    'A chain of CNAMEs comes back to itself.',
    'Remove one of these CNAMEs.',
  ),
  CNAME_LONG: facts(
    'fatal',
    'ends the wait if it stays',
    'A chain of CNAMEs is longer than certificate authorities follow.',
    'Point the first CNAME to the last name of the chain.',
  ),

  // What a certificate authority does besides.
  CAA_FORBIDS: facts(
    'fatal',
    'ends the wait',
    'CAA records do not let this certificate authority issue.',
    "Add a CAA record with the certificate authority's domain, or take away the one that excludes it.",
  ),
  CAA_SERVFAIL: facts(
    'fatal',
    'may pass',
    'Servers fail on the question for CAA records, which a certificate authority must not pass over.',
    'Ask the operator of these servers to answer CAA (type 257) questions, if only with an empty answer.',
  ),
  CAA_PRESENT: facts(
    'info',
    'may pass',
    'CAA records name who may issue; whether they fit was not looked at, since the certificate authority is not known.',
    'Check that your certificate authority is among them, or name it (--ca) and it is checked.',
  ),
  DNSSEC_BOGUS: facts(
    'fatal',
    'ends the wait if it stays',
    'The zone above says that the zone is signed, and its keys or signatures do not fit. Certificate authorities must refuse it (since 2026-03-15).',
    'Have the zone signed again, or take the DS record away at the registrar.',
  ),
  DNSSEC_UNKNOWN: facts(
    'info',
    'may pass',
    'The zone above could not be asked whether the zone is signed, so DNSSEC was not checked.',
    'Nothing, if the zone is not signed; else run from a network that reaches the servers of the zone above.',
  ),
  ENT_NXDOMAIN: facts(
    'warning',
    'may pass',
    'A server denies a name though names below it exist; resolvers that trust this find nothing below (RFC 8020).',
    'Ask the operator of the server to correct it, or add any record at the denied name.',
  ),

  // The servers' protocol.
  EDNS_BROKEN: facts(
    'warning',
    'may pass',
    'A server fails on questions with EDNS and answers the same without.',
    'Ask the operator of the server to correct it: certificate authorities and most resolvers ask with EDNS.',
  ),
  TRUNCATION_NO_TCP: facts(
    'fatal',
    'may pass',
    'The answer is too large for UDP, and the server takes no TCP.',
    'Remove old values at this name, and have TCP port 53 opened.',
  ),
  TCP_CLOSED: facts(
    'info',
    'may pass',
    'A server takes no TCP, which is not needed now, but as soon as an answer is large.',
    'Have TCP port 53 opened (RFC 7766).',
  ),
  CASE_0x20: facts(
    'warning',
    'may pass',
    'A server does not keep, or is misled by, the letter case of a question; some certificate authorities mix it at random.',
    'Ask the operator of the server to correct it.',
  ),

  // Seen from elsewhere on the network.
  IPV6_ONLY_BAD: facts(
    'warning',
    'may pass',
    'A name server is right over IPv4 and wrong or silent over IPv6.',
    'Repair it, or remove its AAAA record: a certificate authority may use IPv6 first.',
  ),
  V4_ONLY_BAD: facts(
    'warning',
    'may pass',
    'A name server is right over IPv6 and wrong or silent over IPv4.',
    'Repair it, or remove its A record.',
  ),
  LINE_SPECIFIC: facts(
    'fatal',
    'ends the wait if it stays',
    'The record exists on one line (of a carrier or region) only.',
    'Add it on the default line: certificate authorities ask from abroad.',
  ),
  NEG_CACHED: facts(
    'info',
    'may pass',
    'The servers have the record; a resolver still keeps "there is none".',
    'Wait until it forgets that before the validation starts.',
  ),
  OLD_CACHED: facts(
    'info',
    'may pass',
    'The servers have the record; a resolver still keeps an old value.',
    'Wait until it forgets that before the validation starts.',
  ),
  PERSPECTIVE_FAILED: facts(
    'warning',
    'may pass',
    'The servers have the record; a resolver elsewhere fails, or does not answer.',
    'Try again later, or leave that resolver out.',
  ),
  SPLIT_HORIZON: facts(
    'info',
    'may pass',
    'The resolver of this network gives other answers than the public servers.',
    'Nothing for the certificate; its answers were not used for the verdict.',
  ),
  PORT53_HIJACKED: facts(
    'warning',
    'may pass',
    'Something on this network answers DNS questions in place of the servers.',
    'Run from another network, or use resolvers over HTTPS.',
  ),
  PORT53_CLOSED: facts(
    'info',
    'may pass',
    'No server answers this machine, and the resolver knows the zone: this network may keep port 53 to itself.',
    'Have port 53 (UDP and TCP) to the internet let through, or run from another network.',
  ),
  RATE_LIMITED: facts(
    'info',
    'may pass',
    'A server drops or refuses questions when there are many; this is no fault of the zone.',
    'Ask less often.',
  ),
} as const satisfies Readonly<Record<string, FailureFacts>>;

export type FailureCode = keyof typeof FAILURES;

/** Milliseconds for which a terminal finding must be seen before it ends a wait. */
export function settlesAfterMs({ code }: Finding): number {
  return Object.hasOwn(FAILURES, code) ? FAILURES[code as FailureCode].settlesAfterMs : 0;
}

/** True if waiting cannot change what the finding tells. Codes that are not the verifier's are never terminal. */
export function isTerminal({ code, severity }: Finding): boolean {
  return severity === 'fatal' && Object.hasOwn(FAILURES, code) && FAILURES[code as FailureCode].terminal;
}
