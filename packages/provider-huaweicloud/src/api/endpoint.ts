import { DnsError } from '@domainproof/core';
import { manifest } from '../manifest.js';

/**
 * The origin of `http://host:port`, `https://host` or a bare host, which means https.
 *
 * @throws DnsError `INVALID_VALUE`; also for a path, a query or a user name, since the signature covers the path as the
 * vendor sees it. The text itself is not repeated, as it may hold a password.
 */
export function parseEndpoint(endpoint: string): string {
  const text = endpoint.trim();
  const full = text.includes('://') ? text : `https://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  // The first part of `href` is the origin when nothing but scheme, host and port was given.
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  throw new DnsError('INVALID_VALUE', 'The endpoint of Huawei Cloud DNS is not usable.', {
    provider: manifest.id,
    hint: 'Give http://host:port, https://host or a bare host, without path, query or user name.',
  });
}
