import { createSecretKey } from 'node:crypto';
import { DnsError } from '@domainproof/core';
import { manifest } from './manifest.js';
import type { TsigKey } from './tsig.js';
import { canonicalName, nameOctets } from './wire/name.js';

/** Algorithms of RFC 8945 section 6, without HMAC-MD5, which "MUST NOT be used". SHA-1 is for servers that know no other. */
export const ALGORITHMS = ['hmac-sha256', 'hmac-sha512', 'hmac-sha384', 'hmac-sha224', 'hmac-sha1'] as const;

export const DEFAULT_ALGORITHM = 'hmac-sha256';

/** A key as people write it down. */
export interface KeyText {
  name: string;
  /** Base64. */
  secret: string;
  /** Any case, with or without a final dot. */
  algorithm: string;
}

/**
 * @param source where the texts came from, for messages
 * @throws DnsError `AUTH_INVALID` that never shows the secret
 */
export function tsigKey({ name, secret, algorithm }: KeyText, source: string): TsigKey {
  const known = algorithm.toLowerCase().replace(/\.$/, '');
  if (!(ALGORITHMS as readonly string[]).includes(known))
    throw unusable(
      `The TSIG algorithm ${JSON.stringify(algorithm)} (${source}) is not known.`,
      known.startsWith('hmac-md5')
        ? 'HMAC-MD5 is broken and not used any more: make a new key, with tsig-keygen -a hmac-sha256.'
        : `Known: ${ALGORITHMS.join(', ')}.`,
    );
  const octets = nameOctets(name);
  if (!octets || octets.length === 1)
    throw unusable(
      `${JSON.stringify(name)} (${source}) is not the name of a TSIG key.`,
      'Give the name in the key statement of the server, as in key "proof.example.com" { … }.',
    );
  const bytes = Buffer.from(secret, 'base64');
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(secret) || bytes.length === 0)
    throw unusable(
      `The secret of the TSIG key ${name} (${source}) is not Base64.`,
      'Copy it again, without the quotes around it.',
    );
  return {
    title: name,
    name: canonicalName(octets),
    digest: known.replace('hmac-', ''),
    algorithm: nameOctets(known)!,
    secret: createSecretKey(bytes),
  };
}

function unusable(message: string, hint: string): DnsError {
  return new DnsError('AUTH_INVALID', message, { provider: manifest.id, hint });
}
