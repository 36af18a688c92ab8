/** One account in the config file: a package that makes a provider, and what it is called with. */
export interface ProviderEntry {
  /** An npm package, or a path from the config file's folder that starts with `./`, `../` or `/`. It default-exports a factory of a `DnsProvider`. */
  package: string;
  /**
   * Tells accounts at one vendor apart: `--provider`, leases and `zones` call the account so. Up to 63 letters, digits, hyphens and
   * underscores. Default: the provider's id, `alidns` for example.
   */
  name?: string;
  /**
   * Passed to the factory. `{ env: 'NAME' }` in the place of a value stands for the environment variable `NAME`, or for what the file
   * holds that `NAME_FILE` names. What is not given comes from the names that the provider itself reads.
   */
  options?: Readonly<Record<string, unknown>>;
}

/** What a config file holds. Paths are relative to its folder. */
export interface DomainproofConfig {
  /** A package that is named here is used as it is named here only, whatever the environment says. */
  providers?: readonly ProviderEntry[];
  /** Which account is asked about a domain and all names below it, and no other one. The longest domain that fits decides. */
  zones?: Readonly<Record<string, string>>;
  /** Resolvers that find name servers: `192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]:53`. Default: the system's. */
  resolvers?: readonly string[];
  /** Port of the name servers. Default 53. */
  authoritativePort?: number;
  /** Where leases are kept. */
  journal?: string;
  /** How long `prove` and `wait` wait: `15m`, `90s`, or a number of seconds. Default `10m`. */
  timeout?: string | number;
}

/** The config itself: it is there so that editors know the fields. */
export function defineConfig(config: DomainproofConfig): DomainproofConfig {
  return config;
}
