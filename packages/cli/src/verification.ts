import { isDnsError, toFqdn } from '@domainproof/core';
import type {
  CertificateAuthority,
  Perspective,
  PresetName,
  Quorum,
} from '@domainproof/propagation-verifier';
import type { Flags } from './arguments.js';
import { checkResolver } from './environment.js';
import { UsageError } from './errors.js';
import { showName } from './output/record-text.js';
import { nearest } from './suggest.js';

const PRESETS: readonly PresetName[] = ['cloudflare', 'google', 'quad9', 'alidns', 'dnspod'];
const ALL = 'all';
const RULES: readonly Quorum[] = ['all', 'baseline-requirements'];

/** What flags say about how the verifier judges; what was not given is absent. */
export interface Verification {
  perspectives?: readonly (Perspective | PresetName)[];
  quorum?: Quorum;
  authority?: CertificateAuthority;
}

/** @throws UsageError for a flag that cannot be, or that has no meaning without another one. */
export function verificationOf(flags: Flags): Verification {
  const perspectives = perspectivesOf(flags);
  const quorum = quorumOf(flags, perspectives.length);
  const authority = authorityOf(flags);
  return {
    ...(perspectives.length > 0 && { perspectives }),
    ...(quorum !== undefined && { quorum }),
    ...(authority && { authority }),
  };
}

function perspectivesOf(flags: Flags): readonly (Perspective | PresetName)[] {
  const words = flags
    .list('perspective')
    .flatMap((word): readonly string[] => (word === ALL ? PRESETS : [word]));
  return [...new Set(words)].map(perspectiveOf);
}

function perspectiveOf(word: string): Perspective | PresetName {
  const preset = PRESETS.find((name) => name === word);
  if (preset) return preset;
  if (word.startsWith('https://') && URL.canParse(word)) return { name: word, resolver: word };
  if (/^[\d[]/.test(word)) return { name: word, resolver: checkResolver(word, '--perspective') };
  const near = nearest(word, [...PRESETS, ALL]);
  throw new UsageError(
    `--perspective takes ${PRESETS.join(', ')}, ${ALL}, an IP address with or without a port, or an https:// URL, not "${word}".`,
    near && `Did you mean ${near}?`,
  );
}

function quorumOf(flags: Flags, perspectives: number): Quorum | undefined {
  const text = flags.text('quorum');
  if (text === undefined) return undefined;
  if (perspectives === 0)
    throw new UsageError('--quorum counts perspectives, and there is none: add --perspective.');
  const rule = RULES.find((name) => name === text);
  if (rule !== undefined) return rule;
  const number = Number(text);
  if (!/^\d{1,3}$/.test(text) || number < 1 || number > perspectives)
    throw new UsageError(
      `--quorum takes all, baseline-requirements, or a number from 1 to ${perspectives} (the perspectives given), not "${text}".`,
    );
  return number;
}

function authorityOf(flags: Flags): CertificateAuthority | undefined {
  const domains = flags
    .list('ca')
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map(caaDomain);
  const accountUri = flags.text('account-uri');
  const isWildcard = flags.has('wildcard');
  if (domains.length === 0) {
    if (flags.list('ca').length > 0) throw new UsageError('--ca needs a domain, such as letsencrypt.org.');
    if (accountUri !== undefined || isWildcard)
      throw new UsageError(
        `--${isWildcard ? 'wildcard' : 'account-uri'} says how CAA records are read: add --ca.`,
      );
    return undefined;
  }
  return {
    domains: [...new Set(domains)],
    ...(accountUri !== undefined && { accountUri }),
    ...(isWildcard && { isWildcard }),
  };
}

function caaDomain(text: string): string {
  try {
    return showName(toFqdn(text));
  } catch (error) {
    if (!isDnsError(error)) throw error;
    throw new UsageError(
      `--ca takes the domain that stands in CAA records, such as letsencrypt.org: ${error.message}`,
    );
  }
}
