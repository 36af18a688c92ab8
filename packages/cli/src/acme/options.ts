import type { ClientEvent, DnsProvider, Logger } from '@domainproof/core';

/** What is not given is as on the command line: from the environment, from the config file of the working directory, or its default. */
export interface AcmeChallengesOptions {
  /** Where records are written. Given, those of the environment and of the config file are not used. */
  providers?: readonly DnsProvider[];
  /** Recursive resolvers that find the name servers: `192.0.2.1`, `192.0.2.1:53`, `[2001:db8::1]:53`. Default: the system's. */
  resolvers?: readonly string[];
  /** Port of the authoritative name servers. Default 53. */
  authoritativePort?: number;
  /** Milliseconds that a record is waited for. Default 600,000. */
  timeoutMs?: number;
  /** File that leases are kept in, so that `domainproof leases` knows of them. Default: that of the command line. */
  journal?: string;
  /** Seconds. Default: the provider's. */
  ttl?: number;
  /** Told of what is found, written and taken away, and of retries. */
  onEvent?: (event: ClientEvent) => void;
  /** Default: warnings go to `process.emitWarning`. */
  log?: Logger;
}
