/** Settings that come from the environment. */
export type Setting = 'server' | 'port' | 'keyName' | 'keySecret' | 'keyAlgorithm' | 'keyFile' | 'zones';

/** No other program has a name for several zones. */
const OWN_ZONES = 'DOMAINPROOF_RFC2136_ZONES';

type Family = Partial<Record<Exclude<Setting, 'zones'>, string>> & { zones: readonly string[] };

/**
 * Names that people already use, by the program that they are for. The address of a server belongs to the key of the same
 * program, so settings of two of them are never mixed.
 */
export const FAMILIES: readonly Family[] = [
  // lego
  {
    server: 'RFC2136_NAMESERVER',
    keyName: 'RFC2136_TSIG_KEY',
    keySecret: 'RFC2136_TSIG_SECRET',
    keyAlgorithm: 'RFC2136_TSIG_ALGORITHM',
    keyFile: 'RFC2136_TSIG_FILE',
    zones: [OWN_ZONES],
  },
  // acme.sh
  {
    server: 'NSUPDATE_SERVER',
    port: 'NSUPDATE_SERVER_PORT',
    keyFile: 'NSUPDATE_KEY',
    zones: [OWN_ZONES, 'NSUPDATE_ZONE'],
  },
  // Terraform's dns provider
  {
    server: 'DNS_UPDATE_SERVER',
    port: 'DNS_UPDATE_PORT',
    keyName: 'DNS_UPDATE_KEYNAME',
    keySecret: 'DNS_UPDATE_KEYSECRET',
    keyAlgorithm: 'DNS_UPDATE_KEYALGORITHM',
    zones: [OWN_ZONES],
  },
];

export function environmentNames(setting: Setting): string[] {
  return [...new Set(FAMILIES.flatMap((family) => family[setting] ?? []))];
}
