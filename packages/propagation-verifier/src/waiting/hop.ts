import type { Fqdn } from '@domainproof/core';
import type { Outcome } from '../asking/exchange.js';
import type { Delegation, ServerReport, ServerStatus } from '../types/index.js';
import type { Question } from '../wire/query.js';
import type { AddressHealth } from './health.js';
import { type Reading, statusFor } from './match.js';
import type { ExpectedRecord } from './record.js';
import type { Standing } from './standing.js';

const MAX_HISTORY = 64;

export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The last answer of an address. */
export interface Heard {
  question: Question;
  outcome: Outcome;
  reading: Reading;
  /** Milliseconds of the clock that measures. */
  at: number;
  epochMs: number;
}

/** What one address has said about one record. */
export interface View {
  readonly server: Mutable<ServerReport>;
  /** Answers in a row that held it. */
  inARow: number;
  isConfirmed: boolean;
  /** When it last did; meaningless before the first. */
  seenAt: number;
  /** It has been asked once more, as others took long. */
  isRecalled: boolean;
}

/** An address that is asked for one name. */
export class Post {
  readonly host: Fqdn;
  readonly address: string;
  readonly standing: Standing;
  readonly health: AddressHealth;
  readonly views = new Map<ExpectedRecord, View>();
  last: Heard | undefined;
  /** The last answer that held a record. */
  lastSighting: Heard | undefined;

  constructor(host: Fqdn, address: string, standing: Standing, health: AddressHealth) {
    this.host = host;
    this.address = address;
    this.standing = standing;
    this.health = health;
  }
}

/** A record's state at one address that has just changed, or been confirmed by one more answer. */
export interface News {
  record: ExpectedRecord;
  server: ServerReport;
  /** The answers that contradict each other, the sighting first. */
  contradiction: readonly [Heard, Heard] | undefined;
}

/** One name on the way to a record (its own, or where a CNAME has led), and the servers of the zone that holds it. */
export class Hop {
  readonly name: Fqdn;
  readonly delegation: Delegation;
  readonly posts: readonly Post[];
  /** The CNAME target that is followed from here; undefined if the record itself is awaited here. */
  link: string | undefined;
  /** The link cannot be followed: it leads in a circle, too far, or nowhere. */
  isDeadEnd = false;
  /** An answer has shown that the servers answer from the hop's zone, and not from a zone below that they hold besides. */
  isProven = false;
  /** No address is missing that could be found. */
  isComplete: boolean;
  #proofs: { isDemanded: boolean; demand: () => void; demanded: Promise<void> } = demandable();
  readonly #records: readonly ExpectedRecord[];
  readonly #listeners: (() => void)[] = [];

  constructor(
    name: Fqdn,
    delegation: Delegation,
    records: readonly ExpectedRecord[],
    postAt: (host: Fqdn, address: string) => Post,
  ) {
    this.name = name;
    this.delegation = delegation;
    this.isComplete = !delegation.nameServers.some(({ isLost }) => isLost);
    this.#records = records;
    const hosts = new Map<string, Fqdn>();
    for (const { host, addresses } of delegation.nameServers)
      for (const address of addresses) if (!hosts.has(address)) hosts.set(address, host);
    this.posts = [...hosts].map(([address, host]) => postAt(host, address));
    for (const post of this.posts)
      for (const record of records)
        post.views.set(record, {
          server: this.#unasked(post),
          inARow: 0,
          isConfirmed: false,
          seenAt: 0,
          isRecalled: false,
        });
  }

  /** The records that are still awaited at an address. */
  awaitedAt(post: Post): ExpectedRecord[] {
    return this.#records.filter((record) => record.isAwaited && !post.views.get(record)!.isConfirmed);
  }

  /** Answers that the address must still give so that what it showed is believed; 0 if it shows nothing that is not. */
  missingSightings(post: Post): number {
    const { streak, needed } = post.standing;
    const missing = this.awaitedAt(post).flatMap((record) => {
      const { server, inARow } = post.views.get(record)!;
      return server.status === 'visible' ? [needed - Math.max(streak, inARow)] : [];
    });
    return Math.max(0, ...missing);
  }

  countPackets(post: Post, packets: number): void {
    for (const record of this.awaitedAt(post)) post.views.get(record)!.server.questions += packets;
  }

  /** Everything agrees, and only the proof is missing. */
  demandProof(): void {
    this.#proofs.isDemanded = true;
    this.#proofs.demand();
  }

  get isProofDemanded(): boolean {
    return this.#proofs.isDemanded;
  }

  proofDemanded(): Promise<void> {
    return this.#proofs.demanded;
  }

  /** Takes down an answer. Returns what it was news for. */
  note(post: Post, heard: Heard, rttMs: number | null, elapsedMs: number): News[] {
    const { reading } = heard;
    post.last = heard;
    this.isProven ||= shows(heard, this.delegation.zone);
    this.#chooseLink(elapsedMs);
    const awaited = this.#records.filter((record) => record.isAwaited);
    const news = awaited.flatMap((record) => this.#noteFor(record, post, heard, rttMs, elapsedMs));
    if (reading.serves) {
      const isPositive = awaited.every((record) => post.views.get(record)!.server.status === 'visible');
      post.standing.streak = isPositive ? post.standing.streak + 1 : 0;
    }
    this.settle(post);
    return news;
  }

  /** Believes what an address has shown often enough. */
  settle(post: Post): void {
    const { streak, needed } = post.standing;
    for (const record of this.awaitedAt(post)) {
      const view = post.views.get(record)!;
      view.isConfirmed = view.server.status === 'visible' && Math.max(streak, view.inARow) >= needed;
    }
  }

  /** Has addresses asked once more that have shown a record before others did, and long ago. True if there are any. */
  recall(record: ExpectedRecord, before: number): boolean {
    const views = this.posts.map((post) => post.views.get(record)!);
    const old = views.filter((view) => view.isConfirmed && !view.isRecalled && view.seenAt < before);
    for (const view of old) {
      view.isConfirmed = false;
      view.isRecalled = true;
    }
    if (old.length > 0) for (const wake of this.#listeners.splice(0)) wake();
    return old.length > 0;
  }

  /** The link leads nowhere, so the CNAME hides what is awaited. */
  endHere(elapsedMs: number): void {
    this.isDeadEnd = true;
    this.#judgeAgain(elapsedMs);
  }

  /** Resolves when confirmed addresses must be asked again: another link is followed, or they have confirmed long ago. */
  recalled(): Promise<void> {
    return new Promise((resolve) => this.#listeners.push(resolve));
  }

  #noteFor(
    record: ExpectedRecord,
    post: Post,
    heard: Heard,
    rttMs: number | null,
    elapsedMs: number,
  ): News[] {
    const view = post.views.get(record)!;
    const { server } = view;
    const before = server.status;
    const status = this.#statusOf(record, heard.reading);
    // An address without route is tried again, and told of once.
    if (status === 'no-route' && before === 'no-route') return [];
    server.rttMs = rttMs ?? server.rttMs;
    const wasSeen = before === 'visible';
    // Silence does not take back what was seen.
    if (wasSeen && !heard.reading.serves) return [];
    server.values = heard.reading.shown;
    changeStatus(server, status, elapsedMs);
    if (status === 'visible') {
      view.inARow += 1;
      view.seenAt = heard.at;
      post.lastSighting = heard;
      return [{ record, server, contradiction: undefined }];
    }
    // A CNAME that was sure and is another now has been changed.
    const isChange = this.link !== undefined && view.isConfirmed;
    view.inARow = 0;
    view.isConfirmed = false;
    view.isRecalled = false;
    const sighting = post.lastSighting;
    if (!wasSeen || !sighting || isChange) return [{ record, server, contradiction: undefined }];
    post.standing.contradicted();
    return [{ record, server, contradiction: [sighting, heard] }];
  }

  /**
   * The CNAME that most addresses give is followed, if it is not fewer than those that hold a TXT; the others then disagree with it.
   * Of equal numbers the one stays that is followed already.
   */
  #chooseLink(elapsedMs: number): void {
    const readings = this.posts.flatMap(({ last }) => (last?.reading.serves ? [last.reading] : []));
    const votes = new Map<string, number>();
    for (const { alias } of readings) if (alias !== undefined) votes.set(alias, (votes.get(alias) ?? 0) + 1);
    let best = this.link;
    for (const [alias, count] of votes)
      if (best === undefined || count > (votes.get(best) ?? 0)) best = alias;
    const holding = readings.filter(({ found }) => found.length > 0).length;
    const count = best === undefined ? 0 : (votes.get(best) ?? 0);
    const link = count > 0 && count >= holding ? best : undefined;
    if (link === this.link) return;
    this.link = link;
    this.isDeadEnd = false;
    for (const post of this.posts)
      for (const view of post.views.values()) {
        view.isConfirmed = false;
        view.inARow = 0;
      }
    this.#judgeAgain(elapsedMs);
    for (const wake of this.#listeners.splice(0)) wake();
  }

  #judgeAgain(elapsedMs: number): void {
    for (const { last, views } of this.posts)
      for (const [record, { server }] of views)
        if (last && record.isAwaited) changeStatus(server, this.#statusOf(record, last.reading), elapsedMs);
  }

  #statusOf(record: ExpectedRecord, reading: Reading): ServerStatus {
    if (this.link === undefined) return statusFor(reading, record);
    if (reading.alias === this.link) return this.isDeadEnd ? 'cname' : 'visible';
    return reading.status;
  }

  #unasked({ host, address }: Post): Mutable<ServerReport> {
    return {
      host,
      address,
      name: this.name,
      zone: this.delegation.zone,
      history: [],
      status: 'unasked',
      values: [],
      rttMs: null,
      visibleAfterMs: null,
      questions: 0,
    };
  }
}

function demandable() {
  let demand = () => {};
  const demanded = new Promise<void>((resolve) => {
    demand = resolve;
  });
  return { isDemanded: false, demand, demanded };
}

/** An authoritative answer comes with the zone's SOA record, if it is negative, and often with its NS records, if not. */
function shows({ outcome }: Heard, zone: Fqdn): boolean {
  if (outcome.kind !== 'answer' || !outcome.message.authoritative) return false;
  return outcome.message.authority.some(
    ({ type, name }) => (type === 'SOA' || type === 'NS') && name === zone,
  );
}

function changeStatus(server: Mutable<ServerReport>, status: ServerStatus, atMs: number): void {
  if (status === server.status) return;
  server.status = status;
  server.visibleAfterMs = status === 'visible' ? atMs : null;
  server.history = [...server.history, { atMs, status }].slice(-MAX_HISTORY);
}
