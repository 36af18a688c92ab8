/** One `--flag` of a command. */
export interface Flag {
  name: string;
  /** What stands for its value in the help; absent: a switch without value. */
  value?: string;
  repeatable?: boolean;
  description: string;
}

/** Flags of every command. */
export const OUTPUT_FLAGS: readonly Flag[] = [
  {
    name: 'json',
    description: 'one JSON document on standard output, everything for people on standard error',
  },
  { name: 'events', description: 'one JSON object a line while it happens; the last has "type":"result"' },
  { name: 'quiet', description: 'no progress' },
  { name: 'verbose', description: 'API calls and retries on standard error' },
  { name: 'help', description: 'this text' },
];

export const FROM: Flag = {
  name: 'from',
  value: 'FILE.json',
  description: 'an array of {name, type, value, ttl?, line?}; - reads standard input',
};

/** Choose where a record goes. */
export const PLACE_FLAGS: readonly Flag[] = [
  {
    name: 'provider',
    value: 'ID',
    description: 'ask this provider only (huaweicloud, alidns, …, or a name of the config file)',
  },
  { name: 'zone', value: 'NAME', description: 'the zone to use; names may then be relative to it' },
  { name: 'line', value: 'CODE', description: "the vendor's line code (default: its default line)" },
];

export const TTL: Flag = {
  name: 'ttl',
  value: 'SECONDS',
  description: "time to live (default: the provider's)",
};

export const TIMEOUT: Flag = {
  name: 'timeout',
  value: 'TIME',
  description: 'give up after 500ms, 90s, 10m, 1h (default 10m)',
};

export const CONFIG: Flag = {
  name: 'config',
  value: 'FILE',
  description: 'config file, .ts, .mjs or .json (or DOMAINPROOF_CONFIG; default: domainproof.config.* here)',
};

export const JOURNAL: Flag = {
  name: 'journal',
  value: 'FILE',
  description: 'where leases are kept (or DOMAINPROOF_JOURNAL)',
};

/** How DNS is asked. */
export const DNS_FLAGS: readonly Flag[] = [
  {
    name: 'resolver',
    value: 'IP:PORT',
    repeatable: true,
    description: 'resolver that finds name servers (or DOMAINPROOF_RESOLVERS; default: the system’s)',
  },
  {
    name: 'authoritative-port',
    value: 'N',
    description: 'port of the name servers (or DOMAINPROOF_AUTHORITATIVE_PORT; default 53)',
  },
];

/** What certificate authorities check besides the record. */
export const AUTHORITY_FLAGS: readonly Flag[] = [
  {
    name: 'ca',
    value: 'DOMAIN',
    repeatable: true,
    description: 'check CAA records for this authority, such as letsencrypt.org',
  },
  {
    name: 'account-uri',
    value: 'URI',
    description: 'your account at the authority, for CAA records that name accounts',
  },
  { name: 'wildcard', description: 'the certificate is for a wildcard name: CAA issuewild counts' },
];

/** Resolvers elsewhere, asked last. */
export const PERSPECTIVE_FLAGS: readonly Flag[] = [
  {
    name: 'perspective',
    value: 'NAME|IP:PORT|URL',
    repeatable: true,
    description: 'then ask a resolver too: cloudflare, google, quad9, alidns, dnspod, all, or its address',
  },
  {
    name: 'quorum',
    value: 'RULE',
    description: 'how many of them must agree: all, a number, or baseline-requirements (default)',
  },
];

/** How `prove` and `wait` decide. */
export const DECISION_FLAGS: readonly Flag[] = [
  { name: 'exact', description: 'there must be no other value at the name' },
  {
    name: 'keep-waiting',
    description: 'until the time is over, also when waiting cannot help',
  },
];

export const REPORT: Flag = {
  name: 'report',
  value: 'FILE.html',
  description: 'also write the outcome as one page for a browser',
};
