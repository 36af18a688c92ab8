import type { Fqdn } from '@domainproof/core';
import { childSignal } from '../abort.js';
import type { Authority } from '../asking/authority.js';
import type { ResolverClient } from '../asking/resolver.js';
import type { Clock } from '../clock.js';
import { SharedWork } from '../shared-work.js';
import type { Message } from '../wire/message.js';
import type { QuestionType } from '../wire/query.js';
import { ROOT_HINTS } from './root-hints.js';
import { addressesIn, glueOf, nameServersOf, ROOT, ttlOf, type ZoneCut } from './zone-cut.js';

const DNS_PORT = 53;
/** A resolver that takes longer does not help to find the root. */
const PATIENCE_MS = 1_000;
/** Servers of the root whose addresses are looked up. */
const MAX_HOSTS = 3;
const LONGEST_KEEP_S = 3_600;
/** If no server of the root is known: a resolver that was slow may do better soon. */
const KEEP_FAILURE_MS = 10_000;

export interface RootOptions {
  resolver: ResolverClient;
  authority: Authority;
  clock: Clock;
}

/**
 * The servers of the root. The given resolvers are asked first, as a private network may have a root of its own; if none answers,
 * the published addresses of the public root are taken, on port 53 only.
 */
export class Root {
  readonly #options: RootOptions;
  readonly #shared: SharedWork<ZoneCut | undefined>;

  constructor(options: RootOptions) {
    this.#options = options;
    this.#shared = new SharedWork(options.clock);
  }

  /** Undefined if no server of the root is known. */
  cut(signal: AbortSignal): Promise<ZoneCut | undefined> {
    return this.#shared.run(
      ROOT,
      signal,
      () => this.#find(signal),
      (cut) => (cut ? 1_000 * Math.min(cut.ttl, LONGEST_KEEP_S) : KEEP_FAILURE_MS),
    );
  }

  async #find(signal: AbortSignal): Promise<ZoneCut | undefined> {
    const message = await this.#ask(ROOT, 'NS', signal);
    const hosts = message ? nameServersOf(message.answers, ROOT) : [];
    if (message && hosts.length > 0) {
      const given = glueOf(message, hosts, ROOT);
      const glue = given.size > 0 ? given : await this.#addresses(hosts.slice(0, MAX_HOSTS), signal);
      if (glue.size > 0)
        return { zone: ROOT, hosts: [...glue.keys()], glue, ttl: ttlOf(message.answers, ROOT) };
    }
    if (this.#options.authority.port !== DNS_PORT) return undefined;
    return { zone: ROOT, hosts: [...ROOT_HINTS.keys()], glue: ROOT_HINTS, ttl: LONGEST_KEEP_S };
  }

  async #addresses(hosts: readonly Fqdn[], signal: AbortSignal): Promise<Map<Fqdn, string[]>> {
    const found = await Promise.all(
      hosts.map(async (host): Promise<[Fqdn, string[]]> => {
        const messages = await Promise.all([this.#ask(host, 'A', signal), this.#ask(host, 'AAAA', signal)]);
        return [host, addressesIn(messages.flatMap((message) => message?.answers ?? []))];
      }),
    );
    return new Map(found.filter(([, addresses]) => addresses.length > 0));
  }

  /** Undefined if no resolver answers in a short time. */
  async #ask(name: Fqdn, type: QuestionType, signal: AbortSignal): Promise<Message | undefined> {
    const { resolver, clock } = this.#options;
    const inTime = childSignal(signal);
    clock.sleep(PATIENCE_MS, inTime.signal).then(inTime.abort, () => {});
    try {
      return await resolver.ask(name, type, inTime.signal);
    } catch {
      signal.throwIfAborted();
      return undefined;
    } finally {
      inTime.abort();
      inTime.release();
    }
  }
}
