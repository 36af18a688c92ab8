import { createHash } from 'node:crypto';
import { type DesiredRecord, DnsError, toFqdn } from '@domainproof/core';

/** RFC 8555 section 8.4: the label that a DNS challenge stands under. */
const LABEL = '_acme-challenge';
/** A SHA-256 digest in base64url without padding. */
const DIGEST = /^[A-Za-z0-9_-]{43}$/;
/** RFC 8555 sections 8 and 8.1: a token, a full stop, and the digest of the account key. */
const KEY_AUTHORIZATION = /^[A-Za-z0-9_-]{1,512}\.[A-Za-z0-9_-]{43}$/;

/**
 * The TXT record of a DNS challenge for an identifier: `example.com` or `*.example.com`, which both stand at the same name.
 *
 * @throws DnsError `INVALID_NAME`; `INVALID_VALUE` if the digest is none
 */
export function challengeRecord(identifier: string, digest: string): DesiredRecord {
  return digestRecord(`${LABEL}.${identifier.replace(/^\*\./, '')}`, digest);
}

/**
 * The TXT record of a DNS challenge at a name that the client tells in full. It need not begin with the usual label: clients follow
 * CNAMEs to names elsewhere.
 *
 * @throws DnsError as `challengeRecord`
 */
export function digestRecord(name: string, digest: string): DesiredRecord {
  if (!DIGEST.test(digest))
    throw new DnsError(
      'INVALID_VALUE',
      'The value is no digest of a DNS challenge (43 characters of base64url).',
      {
        hint: 'Challenges of other kinds (http-01, tls-alpn-01) have no record: have the client use dns-01.',
      },
    );
  return { name: toFqdn(name), type: 'TXT', value: digest };
}

/**
 * What stands in the record of a DNS challenge: RFC 8555 section 8.4.
 *
 * @throws DnsError `INVALID_VALUE` if it is no key authorization (`TOKEN.THUMBPRINT`)
 */
export function digestOf(keyAuthorization: string): string {
  if (!KEY_AUTHORIZATION.test(keyAuthorization))
    throw new DnsError('INVALID_VALUE', 'The key authorization is not of the form TOKEN.THUMBPRINT.');
  return createHash('sha256').update(keyAuthorization).digest('base64url');
}
