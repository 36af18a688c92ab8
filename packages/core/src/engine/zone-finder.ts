import { DnsError, isDnsError } from '../errors.js';
import { ancestors, type Fqdn, isWithin, toFqdn } from '../fqdn.js';
import type { Logger, Zone } from '../provider.js';
import { unlessStopped } from '../sleep.js';
import type { Account } from './account.js';
import type { Route, Routes } from './routes.js';

export interface Placement {
  account: Account;
  zone: Zone;
}

export interface ZoneQuestion {
  name: Fqdn;
  /** Ask this provider only. */
  provider?: string;
  /** Take this zone and no other. */
  zone?: string;
}

/** Zones of one account. What is asked while the answer is on its way waits for it. */
interface Answer {
  zones: Promise<readonly Zone[]>;
  pending: boolean;
  until: number;
  /** Of the caller that asked. */
  signal: AbortSignal;
  /** Once it is there. */
  found?: readonly Zone[];
}

/** An account that could not tell its zones. */
interface Failure {
  account: Account;
  error: Error;
}

type Delegation = (zone: Fqdn, signal: AbortSignal) => Promise<readonly string[]>;

/** Milliseconds that a zone is remembered for. That there is none is never remembered: it is asked again. */
const KEEP_MS = 600_000;

/**
 * Finds the zone that holds a name: the longest active one among those that the configured accounts own.
 * The accounts' own listings decide, never a list of public suffixes and never a failed DNS question.
 */
export class ZoneFinder {
  readonly #accounts: readonly Account[];
  readonly #routes: Routes;
  readonly #delegation?: Delegation;
  readonly #log: Logger;
  readonly #answers = new Map<string, Answer>();

  constructor(accounts: readonly Account[], routes: Routes, log: Logger, delegation?: Delegation) {
    this.#accounts = accounts;
    this.#routes = routes;
    this.#log = log;
    this.#delegation = delegation;
  }

  /** @throws DnsError `UNSUPPORTED` if no provider of that id is configured. */
  account(id: string): Account {
    const account = this.#accounts.find((candidate) => candidate.id === id);
    if (account) return account;
    throw new DnsError('UNSUPPORTED', `No provider "${id}" is configured.`, {
      hint: `Configured: ${this.#accounts.map(({ id }) => id).join(', ')}.`,
    });
  }

  /**
   * @throws DnsError `ZONE_NOT_FOUND`, `ZONE_INACTIVE`, `ZONE_AMBIGUOUS`, or what a provider failed with if no other one holds the name.
   */
  async find(question: ZoneQuestion, signal: AbortSignal): Promise<Placement> {
    const route = question.provider === undefined ? this.#routes.of(question.name) : undefined;
    const only = question.provider ?? route?.provider;
    const asked = only === undefined ? this.#accounts : [this.account(only)];
    const answers = await Promise.allSettled(
      asked.map((account) => this.#zonesOf(account, question.name, signal)),
    );
    const wanted = question.zone === undefined ? undefined : toFqdn(question.zone);
    const found = answers.flatMap((answer, index) =>
      answer.status === 'rejected'
        ? []
        : answer.value
            .filter((zone) => (wanted ? zone.name === wanted : true))
            .map((zone) => ({ account: asked[index] as Account, zone })),
    );
    const failures = answers.flatMap((answer, index) =>
      answer.status === 'rejected'
        ? [{ account: asked[index] as Account, error: answer.reason as Error }]
        : [],
    );
    this.#judgeFailures(failures, found, signal);
    if (found.length === 0) throw notFound(question.name, asked, wanted, route);
    return this.#choose(question.name, found, signal);
  }

  /** The vendor has no such zone any more; it may have been made anew under another id. */
  forget({ account, zone }: Placement): void {
    for (const [key, { found }] of this.#answers)
      if (key.startsWith(`${account.id} `) && found?.some(({ id }) => id === zone.id))
        this.#answers.delete(key);
  }

  /** Zones of one account that the name lies in; one question for all names that one answer covers, also when asked together. */
  async #zonesOf(account: Account, name: Fqdn, signal: AbortSignal): Promise<readonly Zone[]> {
    const { zoneSearch } = account.provider.capabilities;
    const scope = zoneSearch === 'family' ? (ancestors(name).at(-2) ?? name) : name;
    const key = `${account.id} ${scope}`;
    const known = this.#answers.get(key);
    if (known && (known.pending || known.until > Date.now())) {
      const { pending } = known;
      try {
        const zones = await unlessStopped(known.zones, signal);
        const within = zones.filter((zone) => isWithin(name, zone.name));
        if (within.length > 0 || pending) return within;
      } catch (error) {
        // The caller that asked has stopped, and this one has not.
        if (known.signal.aborted && !signal.aborted) return this.#zonesOf(account, name, signal);
        throw error;
      }
    }
    const zones = account.run(signal, (call) => account.provider.findZones(name, call));
    const answer: Answer = { zones, pending: true, until: Date.now() + KEEP_MS, signal };
    this.#answers.set(key, answer);
    const all = await zones.catch((error) => {
      this.#answers.delete(key);
      throw error;
    });
    answer.pending = false;
    answer.found = all;
    return all.filter((zone) => isWithin(name, zone.name));
  }

  /** One account that fails does not stop work in another one that holds the name; but it may be the one that holds it. */
  #judgeFailures(failures: readonly Failure[], found: readonly Placement[], signal: AbortSignal): void {
    const [first] = failures;
    if (!first) return;
    if (found.length === 0 || signal.aborted || !isDnsError(first.error)) throw first.error;
    for (const { account, error } of failures)
      this.#log.warn(`A provider could not be asked for its zones and was left out: ${error.message}`, {
        provider: account.id,
      });
  }

  async #choose(name: Fqdn, found: readonly Placement[], signal: AbortSignal): Promise<Placement> {
    const active = found.filter(({ zone }) => zone.status === 'active');
    if (active.length === 0) throw inactive(name, found);
    const longest = Math.max(...active.map(({ zone }) => zone.name.length));
    const best = active.filter(({ zone }) => zone.name.length === longest) as [Placement, ...Placement[]];
    if (best.length === 1) return best[0];
    const delegated = await this.#delegatedTo(best, signal);
    if (delegated.length === 1) return delegated[0] as Placement;
    const holders = best.map(({ account, zone }) => `${account.id} (zone id ${zone.id})`).join(' and ');
    throw new DnsError('ZONE_AMBIGUOUS', `The zone ${best[0].zone.name} is held by ${holders}.`, {
      hint: 'Choose the one that the domain is delegated to, with the provider option (--provider).',
    });
  }

  async #delegatedTo(candidates: readonly Placement[], signal: AbortSignal): Promise<Placement[]> {
    const zone = (candidates[0] as Placement).zone.name;
    const hosts = (await this.#delegation?.(zone, signal)) ?? [];
    const names = hosts.map((host) => host.toLowerCase().replace(/\.$/, ''));
    return candidates.filter((candidate) => {
      const own = candidate.zone.nameServers?.map((host) => host.replace(/\.$/, ''));
      return names.some((host) =>
        own?.length
          ? own.includes(host)
          : candidate.account.provider.capabilities.nameServerPatterns.some((pattern) => pattern.test(host)),
      );
    });
  }
}

function notFound(
  name: Fqdn,
  asked: readonly Account[],
  wanted: Fqdn | undefined,
  route: Route | undefined,
): DnsError {
  if (route)
    return new DnsError(
      'ZONE_NOT_FOUND',
      `${wanted ? `The zone ${wanted}` : `A zone that holds ${name}`} was not found in ${route.provider}, and the route of ${route.domain} leads there alone.`,
      {
        provider: route.provider,
        hint: `Lead ${route.domain} to the account that holds the zone, or take the route away so that every account is asked.`,
      },
    );
  const who = asked.map(({ id }) => id).join(', ');
  return new DnsError(
    'ZONE_NOT_FOUND',
    wanted
      ? `The zone ${wanted} was not found in the accounts asked (${who}).`
      : `No zone that holds ${name} was found in the accounts asked (${who}).`,
    {
      hint: 'Check the spelling, that the domain is hosted in this account, and that the key may list its zones.',
    },
  );
}

function inactive(name: Fqdn, found: readonly Placement[]): DnsError {
  const zones = found.map(({ account, zone }) => `${zone.name} at ${account.id}`).join(', ');
  return new DnsError('ZONE_INACTIVE', `The zone that holds ${name} is not served: ${zones}.`, {
    hint: 'Enable the zone in the console, or settle what froze it (arrears, real-name verification, expiry).',
  });
}
