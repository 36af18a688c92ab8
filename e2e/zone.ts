/** The zone that every back end holds, and what others have in it. */
export const ZONE = 'shop.example';
/** Where the values of the challenges stand, beside the foreign one. */
export const CHALLENGE = `_acme-challenge.${ZONE}`;
/** The token of somebody else's order, at the same name as the client's own. */
export const FOREIGN_VALUE = 'token of another order';
/** Seconds: no provider's default, so that a set that is made anew shows. */
const TTL = 720;

/** A record set of others. */
export interface ForeignSet {
  name: string;
  type: 'TXT' | 'CNAME' | 'MX';
  values: readonly string[];
  ttl: number;
}

export const FOREIGN: readonly ForeignSet[] = [
  { name: CHALLENGE, type: 'TXT', values: [FOREIGN_VALUE], ttl: TTL },
  { name: `_acme-challenge.mail.${ZONE}`, type: 'TXT', values: ['one', 'two'], ttl: TTL },
  { name: ZONE, type: 'TXT', values: ['v=spf1 -all'], ttl: TTL },
  { name: ZONE, type: 'MX', values: ['10 mail.example.org.'], ttl: TTL },
  { name: `www.${ZONE}`, type: 'CNAME', values: ['shop.example.org.'], ttl: TTL },
];
