import { DnsError } from '@domainproof/core';
import { parseResolver } from '../asking/resolver-address.js';
import type { Endpoint } from '../transport/transport.js';
import type { Perspective, PresetName, Quorum } from '../types/index.js';
import { PRESETS } from './presets.js';
import { checkQuorum, DEFAULT_QUORUM } from './quorum.js';

/** A perspective whose resolver can be asked. */
export interface AskedPerspective {
  name: string;
  region: string | null;
  /** The resolver as it was given. */
  resolver: string;
  /** A resolver over UDP and TCP, or the URL of one over HTTPS. */
  server: Endpoint | URL;
}

const HINT =
  'Give the address of a resolver (192.0.2.1, 192.0.2.1:5300, [2001:db8::1]:53), the https:// URL of an RFC 8484 service, or one of these names: ' +
  `${Object.keys(PRESETS).join(', ')}.`;
/** The variable of an RFC 8484 URI template, which a question by POST leaves out (section 4.1). */
const TEMPLATE_VARIABLE = /\{\?dns\}$/;

/**
 * Checks perspectives and quorum before anything is asked.
 *
 * @throws DnsError `INVALID_VALUE`
 */
export function parsePerspectives(
  perspectives: readonly (Perspective | PresetName)[] = [],
  quorum: Quorum = DEFAULT_QUORUM,
): AskedPerspective[] {
  const parsed = perspectives.map(parsePerspective);
  const seen = new Set<string>();
  for (const { name, server } of parsed) {
    const key = server instanceof URL ? server.href : `${server.address} ${server.port}`;
    if (seen.has(key))
      throw invalid(`The perspective "${name}" has a resolver that another one has, and would count twice.`, {
        hint: 'Leave one of the two out.',
      });
    seen.add(key);
  }
  checkQuorum(quorum, parsed);
  return parsed;
}

function parsePerspective(given: Perspective | PresetName): AskedPerspective {
  const { name, resolver, region } = typeof given === 'string' ? preset(given) : given;
  if (typeof name !== 'string' || name.trim() === '' || /\p{Cc}/u.test(name))
    throw invalid(`A perspective has the name ${JSON.stringify(name)}.`, {
      hint: 'Give it a short name for reports, without control characters.',
    });
  return { name, region: region ?? null, resolver, server: parseServer(name, resolver) };
}

function preset(name: string): Perspective {
  if (Object.hasOwn(PRESETS, name)) return PRESETS[name as PresetName];
  throw invalid(`There is no perspective with the name "${name}".`, { hint: HINT });
}

function parseServer(name: string, resolver: string): Endpoint | URL {
  if (typeof resolver === 'string' && resolver.includes('//')) return parseUrl(name, resolver);
  try {
    return parseResolver(resolver);
  } catch (cause) {
    throw invalid(`The perspective "${name}" has the resolver "${resolver}", which is none.`, {
      hint: HINT,
      cause,
    });
  }
}

function parseUrl(name: string, text: string): URL {
  const bare = text.replace(TEMPLATE_VARIABLE, '');
  if (!URL.canParse(bare))
    throw invalid(`The perspective "${name}" has the URL "${text}", which is none.`, { hint: HINT });
  const url = new URL(bare);
  if (url.protocol !== 'https:')
    throw invalid(`The perspective "${name}" has the URL "${text}", which is not https.`, {
      hint: 'Only https:// URLs are asked: what comes over anything else could have been changed on the way.',
    });
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw invalid(`The perspective "${name}" has a URL with a user name, a password or a fragment.`, {
      hint: 'Leave that part of the URL out.',
    });
  return url;
}

function invalid(message: string, details: { hint: string; cause?: unknown }): DnsError {
  return new DnsError('INVALID_VALUE', message, details);
}
