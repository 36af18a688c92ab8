import { type FailureFacts, facts } from './failure-facts.js';

/** What can be wrong with a zone, its servers, its certificate authority's rules, and the network from here. */
export const ZONE_FAILURES = {
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
