/** Somewhere that the zone is hosted, with the values of others in it. */
export interface Backend {
  /** Environment variables with which domainproof reaches it. */
  environment: Readonly<Record<string, string>>;
  /** `ADDRESS@PORT` of each of the zone's name servers. */
  nameServers: readonly string[];
  /** All that the zone holds, as text: whatever is changed and not put back shows. */
  snapshot(): Promise<string>;
  /** The TXT values that the zone holds at a name, sorted. @param name without the final dot */
  values(name: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A kind of back end. */
export interface BackendKind<B extends Backend = Backend> {
  /** As tests show it. */
  title: string;
  /** Programs that have to be installed. */
  commands: readonly string[];
  start(): Promise<B>;
}
