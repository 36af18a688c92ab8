import { DnsError, type Environment, readSettings } from '@domainproof/core';
import { manifest } from './manifest.js';

/** Public DNS is global at Alibaba Cloud, so one host serves all regions (endpoint map of the vendor's SDK). */
const DEFAULT_HOST = 'alidns.aliyuncs.com';

export interface Endpoint {
  protocol: 'http' | 'https';
  /** Host, with the port if one was given; the vendor's client takes it without a scheme. */
  host: string;
  /** For messages. */
  url: string;
}

/**
 * @param option `http://host:port`, `https://host` or a bare host (https); else `DOMAINPROOF_ALIDNS_ENDPOINT` counts
 * @throws DnsError `UNSUPPORTED` for anything else
 */
export function readEndpoint(option: string | undefined, environment: Environment): Endpoint {
  const settings = manifest.settings.filter((field) => field.option === 'endpoint');
  const given = readSettings<'endpoint'>(
    { ...manifest, settings },
    { endpoint: option },
    environment,
  ).endpoint;
  const text = given?.trim() || DEFAULT_HOST;
  const endpoint = parse(text);
  if (endpoint) return endpoint;
  // What stands before an @ may be a password.
  throw new DnsError('UNSUPPORTED', `The endpoint "${text.replace(/^.*@/, '…@')}" cannot be used.`, {
    provider: manifest.id,
    hint: 'Give http://host:port, https://host or a bare host, without user, path or query.',
  });
}

function parse(text: string): Endpoint | undefined {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(full)) return undefined;
  const { protocol, host, pathname, search, hash, username, password } = new URL(full);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  if (pathname !== '/' || search || hash || username || password) return undefined;
  const scheme = protocol === 'http:' ? 'http' : 'https';
  return { protocol: scheme, host, url: `${scheme}://${host}` };
}
