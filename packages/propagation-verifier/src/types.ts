import type { Finding, Fqdn, RecordType } from '@domainproof/core';

/** One value that must be visible at one name. */
export interface Expectation {
  /** Full domain name, in any form that `toFqdn` of core takes. */
  name: string;
  /** TXT or CNAME; a lease of core can be given as it is. */
  type: RecordType;
  /** As `canonicalValue` of core takes it. */
  value: string;
  /** The zone that holds the record, if it is known: the search for its name servers then starts there. */
  zone?: string;
}

export interface VerifierOptions {
  /** Recursive resolvers, only used to find name servers and their addresses: `192.0.2.1`, `192.0.2.1:5300`, `[2001:db8::1]:53`. Default: the system's. */
  resolvers?: readonly string[];
  /** Port of the authoritative servers. Default 53. */
  authoritativePort?: number;
  /** Milliseconds that one question to one address may take. Default 2,000. */
  queryTimeoutMs?: number;
}

export interface WaitOptions {
  /** Milliseconds until the wait gives up. Default 600,000. */
  timeoutMs?: number;
  signal?: AbortSignal;
  onEvent?: (event: VerifierEvent) => void;
}

/**
 * What one name server address said last.
 * `visible`: exactly the value asked for is among its answers. `absent`: the name or the type is not there.
 * `different`: other values only. `cname`: a CNAME stands where a TXT was expected.
 * `not-authoritative`: it answered, but not as the zone's server (a lame delegation). `refused`, `servfail`: its response codes.
 * `malformed`: an answer that breaks the protocol. `timeout`: none in time. `no-route`: this machine cannot reach
 * the address at all (an IPv6 address without IPv6 here), which says nothing about the server. `unasked`: not asked yet.
 */
export type ServerStatus =
  | 'visible'
  | 'absent'
  | 'different'
  | 'cname'
  | 'not-authoritative'
  | 'refused'
  | 'servfail'
  | 'malformed'
  | 'timeout'
  | 'no-route'
  | 'unasked';

export interface ServerReport {
  /** Host name of the name server, with final dot. */
  host: Fqdn;
  address: string;
  status: ServerStatus;
  /** Values of the last answer, canonical. */
  values: readonly string[];
  /** Milliseconds of the last question; null before the first answer. */
  rttMs: number | null;
  /** Milliseconds from the start of the wait until the value was first seen here; null until then. */
  visibleAfterMs: number | null;
  /** Questions sent to this address for this record. */
  questions: number;
}

export interface RecordReport {
  name: Fqdn;
  type: RecordType;
  value: string;
  /** The zone whose servers were asked; null if the delegation was not found. */
  zone: Fqdn | null;
  visible: boolean;
  elapsedMs: number;
  servers: readonly ServerReport[];
  findings: readonly Finding[];
}

export interface Report {
  ok: boolean;
  elapsedMs: number;
  records: readonly RecordReport[];
}

export interface NameServer {
  host: Fqdn;
  addresses: readonly string[];
}

export interface Delegation {
  zone: Fqdn;
  nameServers: readonly NameServer[];
}

export type VerifierEvent =
  | { type: 'delegation'; name: Fqdn; zone: Fqdn; nameServers: readonly NameServer[] }
  | {
      type: 'answer';
      name: Fqdn;
      recordType: 'TXT' | 'CNAME';
      value: string;
      server: ServerReport;
      elapsedMs: number;
    }
  | { type: 'visible'; name: Fqdn; recordType: 'TXT' | 'CNAME'; value: string; elapsedMs: number };

export interface Verifier {
  /** Asks every address once. */
  check(expectations: readonly Expectation[], options?: { signal?: AbortSignal }): Promise<Report>;
  /** Asks until every address of every name serves the value, or the time is over. Resolves in both cases; rejects on abort and bad input. */
  wait(expectations: readonly Expectation[], options?: WaitOptions): Promise<Report>;
  /**
   * The closest enclosing zone of a name and its servers' addresses. The name itself is never asked of a resolver.
   *
   * @throws DnsError `ZONE_NOT_FOUND` if no delegation leads to the name, `TIMEOUT` if no resolver answers.
   */
  delegation(name: string, options?: { zone?: string; signal?: AbortSignal }): Promise<Delegation>;
}
