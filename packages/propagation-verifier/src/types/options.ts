import type { Clock } from '../clock.js';
import type { Transport } from '../transport/transport.js';
import type { VerifierEvent } from './events.js';
import type { Operator } from './expectation.js';

export interface VerifierOptions {
  /** Recursive resolvers, only used to find name servers and their addresses: `192.0.2.1`, `192.0.2.1:5300`, `[2001:db8::1]:53`. Default: the system's. */
  resolvers?: readonly string[];
  /** Port of the authoritative servers. Default 53. */
  authoritativePort?: number;
  /** Milliseconds that one question to one address may take. Default 2,000. */
  queryTimeoutMs?: number;
  /** Other time, for tests. */
  clock?: Clock;
  /** Other chance than `Math.random` for jitter, for tests: from 0 to 1. Ids, ports and letter case never come from it. */
  random?: () => number;
  /** Another network, for tests. */
  transport?: Transport;
}

/** A resolver somewhere else, as a certificate authority has several. */
export interface Perspective {
  name: string;
  /** `192.0.2.1:53` as in `resolvers`, or the `https://` URL of an RFC 8484 service. */
  resolver: string;
  /** The internet registry region where it stands (`ARIN`, `RIPE`, `APNIC`, `LACNIC`, `AFRINIC`), or any word of yours; counted by the quorum. */
  region?: string;
}

/**
 * `all`: every perspective must agree. `baseline-requirements`: as the CA/Browser Forum counts (section 3.2.2.9): with 2 to 5
 * one may disagree, with 6 and more two. A number: so many must agree.
 */
export type Quorum = 'all' | 'baseline-requirements' | number;

export interface WaitOptions {
  /** Milliseconds until the wait gives up. Default 600,000. Finding out why can take up to 10 s more. */
  timeoutMs?: number;
  signal?: AbortSignal;
  onEvent?: (event: VerifierEvent) => void;
  /** Asked after every authoritative server has the record, never before. Default: none. */
  perspectives?: readonly (Perspective | PresetName)[];
  /** Default `baseline-requirements`. */
  quorum?: Quorum;
  /** Stop as soon as a finding shows that waiting cannot help. Default true. */
  stopEarly?: boolean;
  /** For the findings about CAA records. */
  authority?: CertificateAuthority;
  /** Operators whose servers may hold the record though the delegation leads elsewhere. */
  operators?: readonly Operator[];
}

export type PresetName = 'cloudflare' | 'google' | 'quad9' | 'alidns' | 'dnspod';

export interface CertificateAuthority {
  /** Its CAA domains, any of which may stand in the records: `letsencrypt.org`; `digicert.com`. */
  domains: readonly string[];
  /** For the parameter `accounturi` of RFC 8657. */
  accountUri?: string;
  /** For the parameter `validationmethods` of RFC 8657. Default `dns-01`. */
  method?: string;
  /** The certificate is for a wildcard, so `issuewild` counts. Default false. */
  isWildcard?: boolean;
}

export interface DiagnoseOptions {
  signal?: AbortSignal;
  authority?: CertificateAuthority;
  operators?: readonly Operator[];
  /** Asked only if every authoritative server has the record. */
  perspectives?: readonly (Perspective | PresetName)[];
  quorum?: Quorum;
}

export interface BulkOptions {
  signal?: AbortSignal;
  /**
   * Questions a second to one server address, repeated ones included. Default 100, which no public name server takes ill.
   * `Infinity` for servers of your own: then only answers that fail to come slow the questions down. From 10,000 on they go over TCP as well.
   */
  maxPerSecond?: number;
}
