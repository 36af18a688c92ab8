import { ancestors, type Fqdn, isWithin } from '@domainproof/core';

/** Questions to authoritative servers that one search may cost, whatever broken or hostile servers answer. */
const MAX_QUESTIONS = 150;

/** The search for the zone of one name, and for the addresses of hosts on the way. */
export interface Search {
  readonly name: Fqdn;
  readonly signal: AbortSignal;
  /** Shared with the searches for hosts that this one needs. */
  readonly budget: { questions: number };
  /** Hosts whose addresses are being looked for, the outermost first. */
  readonly hosts: readonly Fqdn[];
  /** The name that the caller asked about; no resolver may hear of it. */
  readonly secret: Fqdn;
  /** The zone is known by the resolvers' word, so they are asked for its hosts too: the servers above may not know either. */
  readonly isTold?: true;
}

export function searchFor(name: Fqdn, signal: AbortSignal): Search {
  return { name, signal, budget: { questions: MAX_QUESTIONS }, hosts: [], secret: name };
}

/** The search for a name server's address. */
export function searchForHost(host: Fqdn, search: Search): Search {
  return { ...search, name: host, hosts: [...search.hosts, host] };
}

/**
 * False for names of which a resolver could keep "does not exist" in the way of the secret name: itself, those below it, and those
 * above it down from where registries delegate.
 */
export function mayTellResolver(host: Fqdn, { secret }: Search): boolean {
  if (isWithin(host, secret)) return false;
  return !isWithin(secret, host) || isWithin(registryName(secret), host);
}

/** The last two labels of a name, which is where registries delegate; one if the challenge's own label would be among them. */
export function registryName(name: Fqdn): Fqdn {
  const above = ancestors(name);
  const two = above.at(-2) ?? name;
  return isOwnLabel(two) ? above.at(-1)! : two;
}

/** True if the first label is a challenge's, not a host's. */
export function isOwnLabel(name: Fqdn): boolean {
  return name.startsWith('_') || name.startsWith('*');
}
