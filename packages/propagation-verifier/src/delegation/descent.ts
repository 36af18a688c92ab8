import { ancestors, type Fqdn } from '@domainproof/core';
import type { Authority } from '../asking/authority.js';
import type { Clock } from '../clock.js';
import { SharedWork } from '../shared-work.js';
import type { Message } from '../wire/message.js';
import type { Question } from '../wire/query.js';
import { type AskServer, firstUseful, inTurn } from './first-useful.js';
import type { HostAddresses } from './hosts.js';
import { Kept } from './kept.js';
import type { Root } from './root.js';
import { isOwnLabel, type Search, searchFor } from './search.js';
import { type Bearing, bearingOf, covers, nameServersOf, ROOT, ttlOf, type ZoneCut } from './zone-cut.js';

/** Zones that one search may go through. */
const MAX_DEPTH = 16;
/** How long the servers of one zone may take until one of them has answered: from known addresses, and if those have to be found. */
const PATIENCE_MS = 2_000;
const HOSTS_PATIENCE_MS = 5_000;
/** Most servers answer sooner; and each loss on the way down would delay all that follows. */
const RESEND_AFTER_MS = 250;
/** Addresses from glue that are tried before hosts without. */
const MAX_WITH_GLUE = 6;
const LONGEST_KEEP_S = 60;
const SHORTEST_KEEP_S = 5;
/** Servers of top-level domains rarely change. */
const LONGEST_KEEP_OF_TOP_S = 3_600;
/** Port 53 stays closed as long as the machine is where it is; but a process may outlive a fault of the network. */
const KEEP_CLOSED_MS = 600_000;
const KEEP_SILENT_MS = 60_000;

/** An answer with authority, and what it says of the zone of the name that was asked about. */
export interface Answer {
  address: string;
  message: Message;
  bearing: Bearing;
}

/** The last zone of a descent. */
export interface Reached {
  cut: ZoneCut;
  /** Of a server of this zone, about the name; absent if none answered with authority. */
  answer?: Answer;
}

/** A name that its zone above says does not exist. */
export interface Absent {
  absent: Fqdn;
}

export interface DescentOptions {
  authority: Authority;
  clock: Clock;
  root: Root;
  /** Addresses of a name server for which no glue came. Rejects on abort only. */
  lookUp: (host: Fqdn, search: Search) => Promise<HostAddresses>;
}

/**
 * Goes from the root down to the zone of a name.
 *
 * Servers of the root are asked for the top-level domain alone: if something between answers in their place, it is a resolver, and has
 * not learnt more. From there the whole name is asked for, by type NS: each answer then leads down as far as its server knows, no
 * server is met that denies a name between two labels (a common fault), and the apex of a zone gives its NS records at once.
 */
export class Descent {
  readonly #options: DescentOptions;
  readonly #tops: SharedWork<ZoneCut | Absent | undefined>;
  readonly #cuts: Kept<ZoneCut>;
  /** Top-level domains whose servers do not answer. */
  readonly #silent: Kept<true>;
  #closedUntil = Number.NEGATIVE_INFINITY;
  #turn = 0;

  constructor(options: DescentOptions) {
    this.#options = options;
    this.#tops = new SharedWork(options.clock);
    this.#cuts = new Kept(options.clock);
    this.#silent = new Kept(options.clock);
  }

  /** Undefined if the servers above cannot be asked from here, or are not known. */
  async fromAbove(search: Search): Promise<Reached | Absent | undefined> {
    const known = this.#closestCut(search.name);
    if (known) {
      const reached = await this.descend(known, search);
      // If none of its servers answers, the zone may have moved to others.
      if (reached.answer || reached.cut !== known) return reached;
    }
    const top = await this.#top(search);
    if (!top || 'absent' in top) return top;
    const reached = await this.descend(top, search);
    if (reached.answer || !isTopLevel(reached.cut.zone)) return reached;
    if (search.budget.questions > 0) this.#silent.set(reached.cut.zone, true, KEEP_SILENT_MS);
    return undefined;
  }

  /**
   * From a zone that a resolver told of. Before its servers hear of the name, they show that they serve the zone: on a network that
   * answers port 53 in their place, a resolver would hear of it.
   */
  async fromTold(cut: ZoneCut, search: Search): Promise<Reached> {
    const own = await this.#scout(cut, cut.zone, search);
    return own ? this.descend({ ...cut, own: own.message }, search) : { cut };
  }

  /** From a zone that encloses the name to the one that holds it. */
  async descend(start: ZoneCut, search: Search): Promise<Reached> {
    let cut = start;
    for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
      const answer = await this.#scout(cut, search.name, search);
      if (!answer) return { cut };
      const { bearing, address, message } = answer;
      const lead = bearing.kind === 'here' ? await this.#besideAlias(cut, answer, search) : bearing;
      if (!lead) return { cut, answer };
      cut = await this.next(cut, lead, address, search, message);
      this.#keep(cut);
      // Such a server has answered from the lowest zone that it knows; what lies below that it would have referred to.
      if (lead.kind === 'apex-below') return { cut, answer };
    }
    return { cut };
  }

  /** The zone that a lead of `address`, a server of `cut`, points to. `message` is the answer that gave the lead. */
  async next(
    cut: ZoneCut,
    lead: Exclude<Bearing, { kind: 'here' }>,
    address: string,
    search: Search,
    message?: Message,
  ): Promise<ZoneCut> {
    const above = { zone: cut.zone, address };
    if (lead.kind === 'below') return { ...lead.cut, above };
    const { zone } = lead;
    const isGiven = message && nameServersOf(message.answers, zone).length > 0;
    const own = isGiven ? message : await this.ask({ name: zone, type: 'NS' }, address, search);
    const hosts = own?.authoritative ? nameServersOf(own.answers, zone) : [];
    // The server that answered for the zone below serves it in any case.
    if (!own || hosts.length === 0) return { zone, hosts: cut.hosts, glue: cut.glue, above, ttl: 0 };
    const glue = new Map([...cut.glue].filter(([host]) => hosts.includes(host)));
    return { zone, hosts, glue, above, own, ttl: ttlOf(own.answers, zone) };
  }

  /** The highest name between a zone and the name searched for that the answering server says does not exist, the challenge's own label aside. */
  async absentBelow({ cut, answer }: Required<Reached>, search: Search): Promise<Fqdn | undefined> {
    const between = ancestors(search.name).filter((name) => name !== cut.zone && covers(cut.zone, name));
    for (const name of between.reverse()) {
      if (isOwnLabel(name)) return undefined;
      const message = await this.ask({ name, type: 'NS' }, answer.address, search);
      if (message?.rcode === 'NXDOMAIN') return message.authoritative ? name : undefined;
    }
    return undefined;
  }

  /** The response of one server, whatever it says; undefined if there is none, or the search has asked enough. */
  async ask(
    question: Question,
    address: string,
    { budget, signal }: Pick<Search, 'budget' | 'signal'>,
    onSent?: () => void,
  ): Promise<Message | undefined> {
    if (budget.questions <= 0) return undefined;
    budget.questions -= 1;
    const outcome = await this.#options.authority.ask(question, address, signal, {
      resendAfterMs: RESEND_AFTER_MS,
      ...(onSent && { onSent }),
    });
    return outcome.kind === 'answer' || outcome.kind === 'case-lost' ? outcome.message : undefined;
  }

  async #top(search: Search): Promise<ZoneCut | Absent | undefined> {
    const { clock } = this.#options;
    const name = ancestors(search.name).at(-1)!;
    if (this.#closedUntil > clock.now() || this.#silent.get(name)) return undefined;
    return this.#tops.run(
      name,
      search.signal,
      // Others share what comes out, so it must not end with one search's budget.
      () => this.#findTop(name, searchFor(name, search.signal)),
      (top) => (top ? keepMs('absent' in top ? 0 : top.ttl, LONGEST_KEEP_OF_TOP_S) : 0),
    );
  }

  async #findTop(name: Fqdn, search: Search): Promise<ZoneCut | Absent | undefined> {
    const { root, clock } = this.#options;
    const cut = await root.cut(search.signal);
    if (!cut) return undefined;
    const answer = await this.#scout(cut, name, search);
    if (!answer) {
      this.#closedUntil = clock.now() + KEEP_CLOSED_MS;
      return undefined;
    }
    const { bearing, address, message } = answer;
    if (bearing.kind !== 'here') return this.next(cut, bearing, address, search, message);
    return message.rcode === 'NXDOMAIN' ? { absent: name } : cut;
  }

  #closestCut(name: Fqdn): ZoneCut | undefined {
    for (const zone of ancestors(name)) {
      const cut = this.#cuts.get(zone);
      if (cut) return cut;
    }
    return undefined;
  }

  #keep(cut: ZoneCut): void {
    this.#cuts.set(cut.zone, cut, keepMs(cut.ttl, LONGEST_KEEP_S));
  }

  /** What the first server of the zone that answers with authority says about the name. */
  async #scout(cut: ZoneCut, name: Fqdn, search: Search): Promise<Answer | undefined> {
    const { clock } = this.#options;
    const ask: AskServer<string, Answer> = async (address, signal, onSent) => {
      const message = await this.ask({ name, type: 'NS' }, address, { ...search, signal }, onSent);
      const bearing = message && bearingOf(message, cut.zone, name);
      return bearing && { address, message, bearing };
    };
    const byAddress = (addresses: readonly string[], signal: AbortSignal) =>
      firstUseful(addresses, ask, { clock, signal, patienceMs: PATIENCE_MS });
    // Many names of one top-level domain are not to fall on the same two of its servers.
    const hosts = isTopLevel(cut.zone) ? rotated(cut.hosts, this.#turn++) : cut.hosts;
    const withGlue = inTurn(hosts, (host) => cut.glue.get(host) ?? []).slice(0, MAX_WITH_GLUE);
    const others = hosts.filter((host) => !cut.glue.has(host));
    if (others.length === 0) return byAddress(withGlue, search.signal);
    const byAddressOrHost: AskServer<string, Answer> = async (server, signal, onSent) => {
      if (!isHost(server)) return ask(server, signal, onSent);
      onSent();
      // A look-up goes on when it is not needed any more: the whole delegation needs it later.
      const { addresses } = await this.#options.lookUp(server, search);
      return byAddress(addresses, signal);
    };
    return firstUseful([...withGlue, ...others], byAddressOrHost, {
      clock,
      signal: search.signal,
      patienceMs: HOSTS_PATIENCE_MS,
    });
  }

  /**
   * Where a CNAME stands (one made from a DNAME too), the answer does not tell from which of its zones the server took it:
   * the names above the alias do.
   */
  async #besideAlias(
    cut: ZoneCut,
    { message, address }: Answer,
    search: Search,
  ): Promise<Exclude<Bearing, { kind: 'here' }> | undefined> {
    let at = search.name;
    let answer: Message | undefined = message;
    for (const above of ancestors(search.name).slice(1)) {
      if (!answer || !hasAlias(answer, at) || above === cut.zone || !covers(cut.zone, above))
        return undefined;
      at = above;
      answer = await this.ask({ name: at, type: 'NS' }, address, search);
      const bearing = answer && bearingOf(answer, cut.zone, at);
      if (bearing && bearing.kind !== 'here') return bearing;
    }
    return undefined;
  }
}

export function isTopLevel(zone: Fqdn): boolean {
  return zone === ROOT || zone.indexOf('.') === zone.length - 1;
}

/** Host names end with the root's dot, addresses do not. Node takes 15 ms before its own test of a text can say so for the first time. */
function isHost(server: string): server is Fqdn {
  return server.endsWith('.');
}

function hasAlias({ answers }: Message, name: Fqdn): boolean {
  return answers.some((record) => record.type === 'CNAME' && record.name === name);
}

/** A search must not ask twice because of a TTL of 0. */
function keepMs(ttl: number, longestS: number): number {
  return 1_000 * Math.max(SHORTEST_KEEP_S, Math.min(ttl, longestS));
}

function rotated<T>(list: readonly T[], turn: number): T[] {
  const start = turn % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
