import type { DnsErrorCode } from '@domainproof/core';

/** What one vendor code means. */
export interface Meaning {
  code: DnsErrorCode;
  /** What the operator can do, if anything. */
  hint?: string;
  /** Add which IAM permission the call takes. */
  needsPermission?: boolean;
  /** The record set is not there any more; for a removal that is what was wanted. */
  gone?: boolean;
}

const OUR_FAULT: Meaning = {
  code: 'PROTOCOL',
  hint: 'The request was not understood, which points to a defect in this adapter or to an endpoint that is not the DNS API.',
};
const INTERNAL: Meaning = { code: 'TRANSIENT' };
const FORBIDDEN: Meaning = { code: 'FORBIDDEN', needsPermission: true };
const FROZEN: Meaning = {
  code: 'FORBIDDEN',
  hint: 'The account or the resource is frozen: check arrears and notices in the console.',
};
const CONFLICT: Meaning = {
  code: 'RECORD_CONFLICT',
  hint: 'A record set with this name, type and line is there, or one that excludes it, such as a CNAME.',
};
const GONE: Meaning = { code: 'RECORD_CONFLICT', hint: 'Someone else deleted the record set.', gone: true };
const NO_ZONE: Meaning = {
  code: 'ZONE_NOT_FOUND',
  hint: 'The zone was deleted, or belongs to another account.',
};
const ZONE_OFF: Meaning = {
  code: 'ZONE_INACTIVE',
  hint: 'Enable the zone in the console, or settle what froze it.',
};
const ZONE_QUOTA: Meaning = {
  code: 'QUOTA_EXCEEDED',
  hint: 'Delete what is not needed, or ask Huawei Cloud for a higher quota.',
};
const TTL: Meaning = { code: 'TTL_OUT_OF_RANGE', hint: 'A TTL has 1 to 2147483647 seconds.' };
const NAME: Meaning = { code: 'INVALID_NAME', hint: 'The name must end with the name of the zone.' };
const LEVELS: Meaning = { code: 'INVALID_NAME', hint: 'The name has more levels than the zone allows.' };
const WEIGHT: Meaning = {
  code: 'INVALID_VALUE',
  hint: 'The record set at this name is weighted in a way that excludes the change.',
};
const LINE: Meaning = {
  code: 'UNSUPPORTED',
  hint: 'Leave the line away for the default line, or give a line code that the zone supports.',
};
const PROJECT: Meaning = {
  code: 'AUTH_INVALID',
  hint: 'Check the project id, or leave it away: public zones are normally found without one.',
};
const SIGN_IN: Meaning = { code: 'AUTH_INVALID', hint: 'Check the access key and the secret key.' };
const ADDRESS: Meaning = {
  code: 'FORBIDDEN',
  hint: 'The access rules of the account do not let this IP address in.',
};
const THROTTLED: Meaning = {
  code: 'THROTTLED',
  hint: 'Other programs may be using up the call rate of this account.',
};

/**
 * Codes of the DNS service and of the gateway before it, from the vendor's pages "Error codes" of DNS and of API Gateway.
 * Gateway codes are written `APIG.` in documents and `APIGW.` by the public gateway; here they begin with `APIG.`.
 */
export const MEANINGS: Readonly<Record<string, Meaning>> = {
  'DNS.0000': INTERNAL,
  'DNS.0001': INTERNAL,
  'DNS.0002': OUR_FAULT,
  'DNS.0003': INTERNAL,
  'DNS.0004': GONE,
  'DNS.0005': SIGN_IN,
  'DNS.0006': OUR_FAULT,
  'DNS.0007': OUR_FAULT,
  'DNS.0013': {
    code: 'FORBIDDEN',
    hint: 'The key lacks the permission, or the account is frozen.',
    needsPermission: true,
  },
  'DNS.0014': THROTTLED,
  'DNS.0015': INTERNAL,
  'DNS.0016': CONFLICT,
  'DNS.0017': OUR_FAULT,
  'DNS.0021': { code: 'BUSY' },
  'DNS.0030': FORBIDDEN,
  'DNS.0031': FORBIDDEN,
  'DNS.0032': OUR_FAULT,
  'DNS.0033': OUR_FAULT,
  'DNS.0037': FORBIDDEN,
  'DNS.0040': {
    code: 'FORBIDDEN',
    hint: 'Finish the real-name verification of the Huawei Cloud account in the console.',
  },
  'DNS.0041': { code: 'PROTOCOL', hint: 'Check the project id, or leave it away.' },
  'DNS.0043': OUR_FAULT,
  'DNS.0044': OUR_FAULT,
  'DNS.0202': { code: 'INVALID_NAME' },
  'DNS.0203': TTL,
  'DNS.0208': { code: 'RECORD_CONFLICT', hint: 'The zone exists already.' },
  'DNS.0209': {
    code: 'BUSY',
    hint: 'The zone is being changed; if this stays, look at its status in the console.',
  },
  'DNS.0211': {
    code: 'FORBIDDEN',
    hint: 'The zone is held by another account; reclaim the domain in the console.',
  },
  'DNS.0213': ZONE_OFF,
  'DNS.0214': ZONE_OFF,
  'DNS.0301': OUR_FAULT,
  'DNS.0302': NO_ZONE,
  'DNS.0303': TTL,
  'DNS.0304': NAME,
  'DNS.0305': { code: 'INVALID_VALUE' },
  'DNS.0307': { code: 'UNSUPPORTED', hint: 'Public zones have A, AAAA, MX, CNAME, TXT, SRV, NS and CAA.' },
  'DNS.0308': {
    code: 'INVALID_VALUE',
    hint: 'A TXT value has at most 4096 bytes with its quotes, no backslash and no double quote; a set has at most 50 distinct values.',
  },
  'DNS.0309': { code: 'INVALID_VALUE' },
  'DNS.0310': PROJECT,
  'DNS.0311': PROJECT,
  'DNS.0312': CONFLICT,
  'DNS.0313': GONE,
  'DNS.0314': { code: 'BUSY' },
  'DNS.0315': OUR_FAULT,
  'DNS.0317': {
    code: 'FORBIDDEN',
    hint: 'The record sets that came with the zone (SOA, NS) cannot be deleted.',
  },
  'DNS.0318': {
    code: 'FORBIDDEN',
    hint: 'The record sets that came with the zone (SOA, NS) cannot be changed.',
  },
  'DNS.0319': TTL,
  'DNS.0320': LEVELS,
  'DNS.0321': LEVELS,
  'DNS.0322': {
    code: 'QUOTA_EXCEEDED',
    hint: 'At most 20 weighted record sets share a name, type and line.',
  },
  'DNS.0323': WEIGHT,
  'DNS.0324': WEIGHT,
  'DNS.0325': LINE,
  'DNS.0326': OUR_FAULT,
  'DNS.0327': OUR_FAULT,
  // Only an existing set can be weighted, since this adapter sends no weight.
  'DNS.0328': CONFLICT,
  'DNS.0329': OUR_FAULT,
  'DNS.0330': OUR_FAULT,
  'DNS.0331': OUR_FAULT,
  'DNS.0332': OUR_FAULT,
  'DNS.0333': OUR_FAULT,
  'DNS.0335': CONFLICT,
  'DNS.0403': ZONE_QUOTA,
  'DNS.0404': ZONE_QUOTA,
  'DNS.0408': ZONE_QUOTA,
  'DNS.0409': ZONE_QUOTA,
  'DNS.0806': LINE,
  'DNS.1206': NO_ZONE,
  'DNS.1601': LINE,
  'DNS.1602': LINE,
  'DNS.1604': LINE,
  'DNS.1607': LINE,
  'DNS.1802': FORBIDDEN,
  'DNS.2002': FORBIDDEN,
  'DNS.2003': FROZEN,
  'DNS.2005': FROZEN,
  'DNS.2006': FROZEN,

  'APIG.0101': {
    code: 'PROTOCOL',
    hint: 'The endpoint does not know this call; check that it is the host of the DNS service.',
  },
  // .0201 stands for a bad request as well as for a back end that is down: the HTTP status decides.
  'APIG.0204': {
    code: 'PROTOCOL',
    hint: 'The gateway does not take the TLS version that this Node or a proxy uses.',
  },
  'APIG.0301': SIGN_IN,
  'APIG.0302': FORBIDDEN,
  'APIG.0303': SIGN_IN,
  'APIG.0304': FORBIDDEN,
  'APIG.0305': SIGN_IN,
  'APIG.0306': FORBIDDEN,
  'APIG.0307': { code: 'AUTH_EXPIRED', hint: 'Get new temporary credentials.' },
  'APIG.0308': THROTTLED,
  'APIG.0310': {
    code: 'FORBIDDEN',
    hint: 'The project is not available; check the project id, or leave it away.',
  },
  'APIG.0401': ADDRESS,
  'APIG.0402': ADDRESS,
  'APIG.0404': ADDRESS,
  'APIG.0601': INTERNAL,
  'APIG.0602': OUR_FAULT,
  'APIG.0606': INTERNAL,
  'APIG.0607': { code: 'PROTOCOL', hint: 'The gateway does not allow this protocol; use https.' },
  'APIG.0610': INTERNAL,
  'APIG.0613': INTERNAL,
  'APIG.0802': {
    code: 'FORBIDDEN',
    hint: 'The IAM user may not use this region; give the endpoint of a region that it may use.',
  },
};

/** Texts that come with `APIG.0301` and tell its cause; the first that fits is taken. */
export const SIGNATURE_REFUSALS: readonly { text: RegExp; meaning: Meaning }[] = [
  {
    text: /reach(ed)? the limit/i,
    meaning: {
      code: 'AUTH_INVALID',
      hint: 'The access key is locked for five minutes after repeated failures. Correct the credentials, then wait.',
    },
  },
  {
    text: /token.*expire|expired? token/i,
    meaning: { code: 'AUTH_EXPIRED', hint: 'The security token has expired: get new temporary credentials.' },
  },
  {
    text: /expire/i,
    meaning: {
      code: 'AUTH_INVALID',
      hint: "The clock of this machine is more than 15 minutes away from the vendor's: set it right.",
    },
  },
  {
    text: /not exist/i,
    meaning: {
      code: 'AUTH_INVALID',
      hint: 'The access key is unknown. Keys of the China site and of the international site are separate.',
    },
  },
  {
    text: /signature/i,
    meaning: { code: 'AUTH_INVALID', hint: 'The secret key does not belong to the access key.' },
  },
  {
    text: /token/i,
    meaning: {
      code: 'AUTH_INVALID',
      hint: 'The security token does not belong to the access key, or is damaged.',
    },
  },
];

/** For a code that is not in the table, or none: what the class of the HTTP status says. */
export function meaningOfStatus(httpStatus: number): Meaning {
  if (httpStatus === 429) return THROTTLED;
  if (httpStatus === 401) return SIGN_IN;
  if (httpStatus === 403) return FORBIDDEN;
  return httpStatus >= 500 ? INTERNAL : OUR_FAULT;
}
