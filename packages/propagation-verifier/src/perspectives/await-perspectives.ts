import { childSignal } from '../abort.js';
import type { Exchange, Outcome } from '../asking/exchange.js';
import type { Clock } from '../clock.js';
import type { Transport } from '../transport/transport.js';
import type { DiagnosedFinding, Evidence, PerspectiveReport, Quorum } from '../types/index.js';
import { resolverEvidence } from './evidence.js';
import { exchangeHttps } from './exchange-https.js';
import { perspectiveFindings } from './findings.js';
import type { AskedPerspective } from './parse.js';
import { isQuorum } from './quorum.js';
import { type ResolverReading, readResolver, type SoughtRecord } from './reading.js';

/** Milliseconds until a resolver that failed is asked again, doubled up to the longest. Resolvers keep failures for a second at least (RFC 9520). */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** TTLs are whole seconds, and many perspectives must not be asked in step: a question comes up to so much later. */
const JITTER_MS = 1_000;
/** Node's timers hold no more. */
const MAX_TIMER_MS = 2_147_483_647;

export interface PerspectivesContext {
  exchange: Exchange;
  transport: Pick<Transport, 'https'>;
  clock: Clock;
  /** From 0 to 1. */
  random: () => number;
  queryTimeoutMs: number;
}

export interface AwaitOptions {
  /** Every perspective gets one question. */
  once: boolean;
  /** Ends the waiting: the result is then what is known. */
  signal: AbortSignal;
  /** Called with every answer, and with every question that got none. */
  onReport?: (report: PerspectiveReport) => void;
}

export interface PerspectivesResult {
  isAgreed: boolean;
  /** In the order of the perspectives. */
  reports: readonly PerspectiveReport[];
  /** What keeps perspectives from agreeing; information only if the quorum is reached without them. */
  findings: readonly DiagnosedFinding[];
}

/**
 * Asks resolvers elsewhere for a record until a quorum has it, all at once and side by side. To be called only when every serving
 * authoritative address has the record: an earlier question would plant "absent" in their caches. A resolver that holds a negative
 * or old answer is asked again when that has run out, as an earlier question gets the same answer; one that fails is asked again
 * with growing pauses. Every perspective is asked once at least, so that none that disagrees goes unseen.
 *
 * Resolves in any case, on abort with what is known.
 */
export async function awaitPerspectives(
  context: PerspectivesContext,
  record: SoughtRecord,
  perspectives: readonly AskedPerspective[],
  quorum: Quorum,
  { once, signal, onReport }: AwaitOptions,
): Promise<PerspectivesResult> {
  const work = childSignal(signal);
  const views = perspectives.map((perspective) => new View(context, record, perspective));
  const isAgreed = () =>
    isQuorum(
      quorum,
      perspectives,
      views.filter((view) => view.agrees).map(({ perspective }) => perspective),
    );
  const watch = async (view: View) => {
    for (;;) {
      await view.ask(work.signal);
      onReport?.(view.report());
      if (views.every((other) => other.isAsked) && isAgreed()) work.abort();
      if (once || view.agrees) return;
      await context.clock.sleep(view.pauseMs(), work.signal);
    }
  };
  try {
    await Promise.all(
      views.map((view) =>
        watch(view).catch((error) => {
          if (!work.signal.aborted) throw error;
        }),
      ),
    );
  } finally {
    work.abort();
    work.release();
  }
  const seen = views.map((view) => view.seen());
  return {
    isAgreed: isAgreed(),
    reports: seen.map(({ report }) => report),
    findings: perspectiveFindings(record, seen, isAgreed(), context.clock.epochMs()),
  };
}

/** What one perspective sees. */
class View {
  readonly perspective: AskedPerspective;
  readonly #context: PerspectivesContext;
  readonly #record: SoughtRecord;
  #reading: ResolverReading | undefined;
  #rttMs: number | null = null;
  #askedAt = 0;
  #evidence: Evidence | undefined;
  #failures = 0;

  constructor(context: PerspectivesContext, record: SoughtRecord, perspective: AskedPerspective) {
    this.#context = context;
    this.#record = record;
    this.perspective = perspective;
  }

  get isAsked(): boolean {
    return this.#reading !== undefined;
  }

  get agrees(): boolean {
    return this.#reading?.status === 'visible';
  }

  async ask(signal: AbortSignal): Promise<void> {
    const { clock, queryTimeoutMs } = this.#context;
    const outcome = await this.#exchange(signal);
    this.#askedAt = clock.now();
    this.#reading = readResolver(outcome, this.#record);
    if (outcome.kind === 'answer') this.#rttMs = Math.round(outcome.rttMs * 10) / 10;
    this.#failures = this.#reading.clearsInMs === null ? this.#failures + 1 : 0;
    const question = { name: this.#record.name, type: this.#record.type };
    this.#evidence = resolverEvidence(this.perspective.resolver, question, outcome, {
      timeoutMs: queryTimeoutMs,
      epochMs: clock.epochMs(),
    });
  }

  /** Milliseconds until another question can tell something new. */
  pauseMs(): number {
    const backOff = Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, this.#failures - 1), LONGEST_PAUSE_MS);
    const pauseMs = Math.max(this.#reading?.clearsInMs ?? 0, backOff);
    return Math.min(pauseMs + JITTER_MS * this.#context.random(), MAX_TIMER_MS);
  }

  report(): PerspectiveReport {
    const { name, region } = this.perspective;
    const { status = 'unasked', values = [], clearsInMs = null, extendedErrors = [] } = this.#reading ?? {};
    const sinceMs = this.#context.clock.now() - this.#askedAt;
    return {
      name,
      region,
      status,
      values,
      rttMs: this.#rttMs,
      clearsInMs: clearsInMs === null ? null : Math.max(0, Math.round(clearsInMs - sinceMs)),
      extendedErrors,
    };
  }

  seen(): { report: PerspectiveReport; evidence: readonly Evidence[] } {
    return { report: this.report(), evidence: this.#evidence ? [this.#evidence] : [] };
  }

  #exchange(signal: AbortSignal): Promise<Outcome> {
    const { exchange, transport, clock, queryTimeoutMs } = this.#context;
    const { name, type } = this.#record;
    const { server } = this.perspective;
    // Some resolvers do not keep the letter case of a question.
    const options = { recursionDesired: true, mixedCase: false, timeoutMs: queryTimeoutMs, signal };
    return server instanceof URL
      ? exchangeHttps(transport, clock, { name, type }, server, options)
      : exchange({ name, type }, server, options);
  }
}
