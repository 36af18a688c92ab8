import type { Perspective, PresetName } from '../types/index.js';

/**
 * Public resolvers over HTTPS (RFC 8484). All are anycast: the node nearest to this machine answers, so none stands for a region.
 */
export const PRESETS: Readonly<Record<PresetName, Perspective>> = {
  // developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/make-api-requests
  cloudflare: { name: 'cloudflare', resolver: 'https://cloudflare-dns.com/dns-query' },
  // developers.google.com/speed/public-dns/docs/doh
  google: { name: 'google', resolver: 'https://dns.google/dns-query' },
  // As lists of public resolvers give it; HTTP/2 only (quad9.net/news/blog/doh-http-1-1-retirement). It refuses names that it holds for harmful.
  quad9: { name: 'quad9', resolver: 'https://dns.quad9.net/dns-query' },
  // As lists of public resolvers give it, for the free edition; it does not validate DNSSEC.
  alidns: { name: 'alidns', resolver: 'https://dns.alidns.com/dns-query' },
  // As lists of public resolvers give it.
  dnspod: { name: 'dnspod', resolver: 'https://doh.pub/dns-query' },
};
