import type { Fqdn } from '@domainproof/core';
import type { Outcome } from '../asking/exchange.js';
import { answersAsResolver } from '../diagnosis/network/seen.js';
import type { DiagnosedFinding, ServerReport, VerifierEvent } from '../types/index.js';
import type { Question } from '../wire/query.js';
import type { WaitContext } from './context.js';
import { inconsistency, rateLimit } from './findings.js';
import { AddressHealth } from './health.js';
import { type Heard, type Hop, Post } from './hop.js';
import { readOutcome } from './match.js';
import type { ExpectedRecord } from './record.js';
import { Standing } from './standing.js';
import type { Target } from './target.js';

/** An answer, and what it cost. */
export interface Asked {
  question: Question;
  outcome: Outcome;
  datagrams: number;
  connections: number;
}

/** Any server sends an answer of this size over UDP; one that is cut off all the same is a rate limit's doing. */
const ALWAYS_FITS_BYTES = 512;

/** What an address has shown is believed for so long without asking again; servers may take a record back. */
const TRUSTED_MS = 10_000;

/** What a run knows and tells: the state of its addresses, its clock, its events. */
export class Progress {
  /** Packets and connections sent for the records. */
  questions = 0;
  readonly context: WaitContext;
  readonly isOnce: boolean;
  readonly #startedAt: number;
  readonly #onEvent: (event: VerifierEvent) => void;
  readonly #onServed: (target: Target, record: ExpectedRecord) => void;
  readonly #standings = new Map<string, Standing>();
  readonly #healths = new Map<string, AddressHealth>();
  #networkSince = Number.POSITIVE_INFINITY;
  #endedAt: number | undefined;

  constructor(
    context: WaitContext,
    isOnce: boolean,
    onEvent: (event: VerifierEvent) => void,
    onServed: (target: Target, record: ExpectedRecord) => void,
  ) {
    this.context = context;
    this.isOnce = isOnce;
    this.#startedAt = context.clock.now();
    this.#onEvent = onEvent;
    this.#onServed = onServed;
  }

  /** Milliseconds from the start to now, or to the end of the asking. */
  get elapsedMs(): number {
    return Math.round((this.#endedAt ?? this.context.clock.now()) - this.#startedAt);
  }

  /** What follows are only inspections. */
  end(): void {
    this.#endedAt = this.context.clock.now();
  }

  emit(event: VerifierEvent): void {
    try {
      this.#onEvent(event);
    } catch {
      // A display that fails must not change a verdict.
    }
  }

  /** Keeps a finding that has come up while asking, and tells of it. */
  notice(target: Target, record: ExpectedRecord, finding: DiagnosedFinding): void {
    record.notice(finding);
    this.announce(target, record, finding);
  }

  /** Tells of a finding, if it is the first of its kind. */
  announce(target: Target, record: ExpectedRecord, finding: DiagnosedFinding): void {
    if (record.isNews(finding)) this.emit({ type: 'finding', finding, ...this.of(target, record) });
  }

  of({ name, type }: Target, { value }: ExpectedRecord) {
    return { name, recordType: type, value, elapsedMs: this.elapsedMs };
  }

  postAt(zone: Fqdn, host: Fqdn, address: string): Post {
    const standing = entry(this.#standings, `${zone} ${address}`, () => new Standing(!this.isOnce));
    return new Post(
      host,
      address,
      standing,
      entry(this.#healths, address, () => new AddressHealth()),
    );
  }

  isUnreachable({ standing }: Post): boolean {
    return standing.isUnreachable(this.#networkSince);
  }

  isUnfit({ standing }: Post): boolean {
    return standing.isUnfit(this.context.clock.now());
  }

  /** Takes down an answer and all that follows from it. */
  note(target: Target, hop: Hop, post: Post, asked: Asked): void {
    const { clock } = this.context;
    const { outcome, question } = asked;
    const reading = readOutcome(outcome, question);
    const heard: Heard = { question, outcome, reading, at: clock.now(), epochMs: clock.epochMs() };
    const isLimited = this.#measure(hop, post, asked, heard);
    if (outcome.kind === 'answer') this.#networkSince = Math.min(this.#networkSince, clock.now());
    post.standing.heard({ ...asked, reading, isAsResolver: answersAsResolver(asked) }, clock.now());
    const rttMs = 'rttMs' in outcome ? Math.round(outcome.rttMs * 10) / 10 : null;
    for (const { record, server, contradiction } of hop.note(post, heard, rttMs, this.elapsedMs)) {
      this.#tell(target, record, server);
      if (contradiction) this.notice(target, record, inconsistency(post, question, contradiction));
    }
    if (isLimited)
      for (const record of hop.awaitedAt(post)) this.notice(target, record, rateLimit(post, question, heard));
    this.review(target);
  }

  /** Looks whether records have become visible. */
  review(target: Target): void {
    const now = this.context.clock.now();
    const trustedSince = this.isOnce ? Number.NEGATIVE_INFINITY : now - TRUSTED_MS;
    for (const record of target.review(now, this.#networkSince, trustedSince)) {
      record.servedAfterMs = this.elapsedMs;
      this.#onServed(target, record);
    }
  }

  #tell(target: Target, record: ExpectedRecord, server: ServerReport): void {
    this.emit({ type: 'answer', server: { ...server }, ...this.of(target, record) });
  }

  /** True if the address has just been found to limit its questions. */
  #measure(hop: Hop, post: Post, asked: Asked, { reading }: Heard): boolean {
    const { outcome, datagrams, connections } = asked;
    const { health, standing } = post;
    this.questions += datagrams + connections;
    hop.countPackets(post, datagrams + connections);
    if (outcome.kind === 'timeout') health.unanswered();
    if (outcome.kind !== 'answer') return false;
    const { message, rttMs, via } = outcome;
    // What came over TCP though it was asked for over UDP: cut off without need, or after silence that is new.
    const isOnlyByTcp = via === 'tcp' && datagrams > 0;
    const isShortened = isOnlyByTcp && datagrams === 1 && message.bytes <= ALWAYS_FITS_BYTES;
    const isMuted = isOnlyByTcp && datagrams > 1 && health.isReliable;
    const isRefused = reading.status === 'refused' && standing.hasServed;
    health.answered(via === 'udp' ? { rttMs, datagrams } : undefined);
    return health.limited(isShortened || isMuted || isRefused);
  }
}

function entry<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known) return known;
  const made = make();
  map.set(key, made);
  return made;
}
