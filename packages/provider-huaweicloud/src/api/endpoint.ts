import { DnsError } from '@domainproof/core';
import { manifest } from '../manifest.js';

/** The region that the vendor's API reference names for public zones of the China site. */
const DEFAULT_REGION = 'cn-north-4';

/**
 * The origin of `http://host:port`, `https://host` or a bare host, which means https.
 *
 * @throws DnsError `UNSUPPORTED`; also for a path, a query or a user name, since the signature covers the path as the
 * vendor sees it. The text itself is not repeated, as it may hold a password.
 */
export function parseEndpoint(endpoint: string): string {
  const text = endpoint.trim();
  const full = text.includes('://') ? text : `https://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  // The first part of `href` is the origin when nothing but scheme, host and port was given.
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  throw new DnsError('UNSUPPORTED', 'The endpoint of Huawei Cloud DNS is not usable.', {
    provider: manifest.id,
    hint: 'Give http://host:port, https://host or a bare host, without path, query or user name.',
  });
}

/**
 * The host of a region. Public zones are global, so another one than `cn-north-4` is called only where a region is wanted.
 * What the environment calls a region can be something else, such as a project name (`cn-north-4_team`), and is passed over.
 *
 * @throws DnsError `UNSUPPORTED` for a region that is none and was `given` as an option.
 */
export function endpointOf(region: string | undefined, given: boolean): string {
  const isRegion = region !== undefined && /^[a-z]{2}-[a-z]{2,32}-\d{1,2}$/.test(region);
  if (given && !isRegion)
    throw new DnsError('UNSUPPORTED', `"${region}" is not a region of Huawei Cloud.`, {
      provider: manifest.id,
      hint: 'Give one such as cn-north-4 or ap-southeast-3, or leave it away.',
    });
  return `https://dns.${isRegion ? region : DEFAULT_REGION}.myhuaweicloud.com`;
}
