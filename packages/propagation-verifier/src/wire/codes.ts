/** Numbers of record types and response codes, as IANA registers them. */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
  DS: 43,
  RRSIG: 46,
  DNSKEY: 48,
  CAA: 257,
} as const;

/** EDNS options (RFC 5001, RFC 7871, RFC 8914). */
export const OPTION = { NSID: 3, CLIENT_SUBNET: 8, EXTENDED_ERROR: 15 } as const;

export const CLASS_IN = 1;

/** Types that a signature may cover, and that an operator knows by name. */
const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(TYPE).map(([name, number]) => [number, name] as const),
  [12, 'PTR'],
  [15, 'MX'],
  [33, 'SRV'],
  [35, 'NAPTR'],
  [39, 'DNAME'],
  [44, 'SSHFP'],
  [47, 'NSEC'],
  [50, 'NSEC3'],
  [51, 'NSEC3PARAM'],
  [52, 'TLSA'],
  [59, 'CDS'],
  [60, 'CDNSKEY'],
  [64, 'SVCB'],
  [65, 'HTTPS'],
]);

/** `TYPE123` for a type without a known name (RFC 3597 section 5). */
export function typeName(type: number): string {
  return TYPE_NAMES.get(type) ?? `TYPE${type}`;
}

const RCODES = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
] as const;

/** `RCODE_16` for a code without a name here. */
export function rcodeName(rcode: number): string {
  return RCODES[rcode] ?? `RCODE_${rcode}`;
}
