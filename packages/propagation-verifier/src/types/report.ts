import type { Finding, Fqdn, RecordType } from '@domainproof/core';

/**
 * What one name server address said last.
 * `visible`: everything asked for is among its answers. `absent`: the name or the type is not there.
 * `different`: other values only. `partial`: some of several values. `extra`: with `exactSet`, all values and others.
 * `cname`: a CNAME stands where a TXT was expected, and leads to no place that could be asked.
 * `not-authoritative`: it answered, but not as the zone's server (a lame delegation). `refused`, `servfail`: its response codes.
 * `malformed`: an answer that breaks the protocol. `timeout`: none in time. `no-route`: this machine cannot reach
 * the address at all (an IPv6 address without IPv6 here), which says nothing about the server. `unasked`: not asked yet.
 */
export type ServerStatus =
  | 'visible'
  | 'absent'
  | 'different'
  | 'partial'
  | 'extra'
  | 'cname'
  | 'not-authoritative'
  | 'refused'
  | 'servfail'
  | 'malformed'
  | 'timeout'
  | 'no-route'
  | 'unasked';

export interface StatusChange {
  /** Milliseconds from the start of the run. */
  atMs: number;
  status: ServerStatus;
}

export interface ServerReport {
  /** Host name of the name server, with final dot. */
  host: Fqdn;
  address: string;
  /** The name that was asked here: the record's, or one that a CNAME led to. */
  name: Fqdn;
  /** The zone that this server was asked as a server of. */
  zone: Fqdn;
  status: ServerStatus;
  /** Values of the last answer, canonical. */
  values: readonly string[];
  /** Milliseconds of the last question; null before the first answer. */
  rttMs: number | null;
  /** Milliseconds from the start of the wait until the value was first seen here; null until then. */
  visibleAfterMs: number | null;
  /** Questions sent to this address for this record, repeated packets included. */
  questions: number;
  /** Every change of status, oldest first; at most 64, the newest. */
  history: readonly StatusChange[];
}

/** One step of a chain of CNAMEs: `name` lies in `zone` and points to `target`. */
export interface ChainLink {
  name: Fqdn;
  zone: Fqdn;
  target: Fqdn;
}

/** What a resolver somewhere else said, after the authoritative servers had agreed. */
export interface PerspectiveReport {
  /** `cloudflare`, or the address or URL that was given. */
  name: string;
  region: string | null;
  status: Exclude<ServerStatus, 'no-route' | 'unasked' | 'not-authoritative'> | 'no-route' | 'unasked';
  values: readonly string[];
  rttMs: number | null;
  /** Milliseconds until an old or negative answer in its cache runs out, from the answer's TTL; null if nothing is cached against us. */
  clearsInMs: number | null;
  /** Extended errors (RFC 8914) of the last answer, in words; bounded, without control characters. */
  extendedErrors?: readonly string[];
}

/** A finding with what it rests on. */
export interface DiagnosedFinding extends Finding {
  evidence: readonly Evidence[];
}

/** One question and its answer. */
export interface Evidence {
  /** Host and address of a server, a resolver, or a URL. */
  server: string;
  /** `_dnsauth.example.com. TXT`, with what was special about it: `over TCP`, `without EDNS`, `client subnet 192.0.2.0/24`. */
  question: string;
  /** The answer in short: `NOERROR aa "value" TTL 600`, `NXDOMAIN`, `no answer in 2000 ms`. Bounded, without control characters. */
  answer: string;
  /** ISO 8601. */
  at: string;
}

/**
 * `visible`: every server that serves the zone has it, and the quorum of the perspectives if there are any.
 * `blocked`: something stands in the way that waiting will not change. `pending`: not yet.
 * `unknown`: it cannot be told from here (no server could be asked).
 */
export type Verdict = 'visible' | 'pending' | 'blocked' | 'unknown';

export interface RecordReport {
  name: Fqdn;
  type: RecordType;
  /** The first value asked for. */
  value: string;
  /** All values asked for. */
  values: readonly string[];
  /** The zone whose servers were asked; null if the delegation was not found. */
  zone: Fqdn | null;
  visible: boolean;
  verdict: Verdict;
  elapsedMs: number;
  /** CNAMEs between the name and the record. */
  chain: readonly ChainLink[];
  servers: readonly ServerReport[];
  perspectives: readonly PerspectiveReport[];
  findings: readonly DiagnosedFinding[];
}

export interface Report {
  ok: boolean;
  elapsedMs: number;
  /** Packets and connections sent to authoritative servers for the records. */
  questions: number;
  records: readonly RecordReport[];
}
