/** Keys and indices that lead to a place in the config file. */
export type ConfigPath = readonly (string | number)[];

/** An account that the config file names. */
export interface ConfiguredPackage {
  package: string;
  /** Undefined: the provider's id. */
  name?: string;
  /** As they stand in the file. */
  options: Readonly<Record<string, unknown>>;
}

/** The config file, checked. */
export interface Config {
  /** Absolute; paths in the file are relative to its folder. Undefined: there is no config file. */
  file?: string;
  providers: readonly ConfiguredPackage[];
  /** Names of accounts by domain. */
  zones: Readonly<Record<string, string>>;
  resolvers?: readonly string[];
  authoritativePort?: number;
  /** Absolute. */
  journal?: string;
  timeoutMs?: number;
  /** `FILE:LINE:COLUMN` of a field, or `FILE` where no line is known. */
  place(path: ConfigPath): Promise<string>;
}

/** What counts if there is no config file. */
export const NO_CONFIG: Config = { providers: [], zones: {}, place: async () => '' };
