import { abortError } from '@domainproof/core';
import { type ChildSignal, childSignal } from '../abort.js';
import type { Clock } from '../clock.js';
import type { PerspectivesResult } from '../perspectives/await-perspectives.js';
import type { PerspectiveReport, Report, VerifierEvent } from '../types/index.js';
import type { Patience, WaitContext } from './context.js';
import { follow } from './follow.js';
import { Progress } from './progress.js';
import type { ExpectedRecord } from './record.js';
import { reportOn } from './report.js';
import { type Inspector, inspectPending } from './rounds.js';
import type { Target, Targets } from './target.js';

/** The last inspections may take so long after the time is over. */
const LAST_LOOK_MS = 10_000;

/** Asks resolvers elsewhere for a record that every server has, until enough agree. Resolves on abort with what is known. */
export type AskPerspectives = (
  target: Target,
  record: ExpectedRecord,
  signal: AbortSignal,
  onReport: (report: PerspectiveReport) => void,
) => Promise<PerspectivesResult>;

export interface WaitSettings {
  patience: Patience;
  stopEarly: boolean;
  inspector: Inspector;
  /** Undefined if the authoritative servers are enough. */
  perspectives: AskPerspectives | undefined;
  onEvent: (event: VerifierEvent) => void;
}

/** Asks about all targets until all is visible, the patience ends, or nothing can be expected any more. Rejects on abort. */
export async function waitFor(
  context: WaitContext,
  targets: Targets,
  settings: WaitSettings,
  signal: AbortSignal = new AbortController().signal,
): Promise<Report> {
  if (signal.aborted) throw abortError(signal);
  try {
    return await new Wait(context, targets, settings, signal).run();
  } catch (error) {
    throw signal.aborted ? abortError(signal) : error;
  }
}

class Wait {
  readonly #clock: Clock;
  readonly #targets: Targets;
  readonly #settings: WaitSettings;
  /** The caller's. */
  readonly #signal: AbortSignal;
  /** Fires when the time is over too. */
  readonly #stop: ChildSignal;
  readonly #progress: Progress;
  readonly #ends = new Map<Target, ChildSignal>();
  readonly #perspectives: Promise<void>[] = [];

  constructor(context: WaitContext, targets: Targets, settings: WaitSettings, signal: AbortSignal) {
    this.#clock = context.clock;
    this.#targets = targets;
    this.#settings = settings;
    this.#signal = signal;
    this.#stop = childSignal(signal);
    this.#progress = new Progress(context, settings.patience.once, settings.onEvent, (target, record) =>
      this.#served(target, record),
    );
  }

  async run(): Promise<Report> {
    const { patience, inspector } = this.#settings;
    const timer = childSignal();
    if (!patience.once)
      this.#clock.sleep(patience.timeoutMs, timer.signal).then(
        () => this.#stop.abort(),
        () => {},
      );
    try {
      await allOrFirstDefect(
        this.#targets.targets.map((target) => this.#follow(target)),
        this.#stop,
      );
      await allOrFirstDefect(this.#perspectives, this.#stop);
      this.#signal.throwIfAborted();
    } finally {
      timer.abort();
      this.#stop.abort();
      this.#stop.release();
    }
    this.#progress.end();
    await this.#lookOnceMore();
    return reportOn(this.#progress, this.#targets, inspector.isTerminal);
  }

  async #follow(target: Target): Promise<void> {
    const { inspector, stopEarly, patience } = this.#settings;
    const end = childSignal(this.#stop.signal);
    this.#ends.set(target, end);
    const works = [follow(this.#progress, target, 0, target.name, end.signal).then(() => end.abort())];
    const onBlocked = () => this.#endIfOver(target);
    if (!patience.once)
      works.push(inspectPending(this.#progress, target, inspector, stopEarly, end.signal, onBlocked));
    try {
      await allOrFirstDefect(works, end);
    } finally {
      end.release();
    }
  }

  #served(target: Target, record: ExpectedRecord): void {
    const { perspectives } = this.#settings;
    if (perspectives) this.#perspectives.push(this.#askElsewhere(perspectives, target, record));
    else this.#visible(target, record);
    this.#endIfOver(target);
  }

  async #askElsewhere(ask: AskPerspectives, target: Target, record: ExpectedRecord): Promise<void> {
    const onReport = (perspective: PerspectiveReport) =>
      this.#progress.emit({ type: 'perspective', perspective, ...this.#progress.of(target, record) });
    const { isAgreed, reports, findings } = await ask(target, record, this.#stop.signal, onReport);
    record.perspectives = reports;
    for (const finding of findings) this.#progress.notice(target, record, finding);
    if (isAgreed) this.#visible(target, record);
  }

  #visible(target: Target, record: ExpectedRecord): void {
    record.visibleAfterMs = this.#progress.elapsedMs;
    this.#progress.emit({ type: 'visible', ...this.#progress.of(target, record) });
  }

  #endIfOver(target: Target): void {
    if (target.isOver) this.#ends.get(target)?.abort();
  }

  /** The full inspection of every record, within its own time. */
  async #lookOnceMore(): Promise<void> {
    const look = childSignal(this.#signal);
    const timer = childSignal(look.signal);
    this.#clock.sleep(LAST_LOOK_MS, timer.signal).then(
      () => look.abort(),
      () => {},
    );
    const { inspector } = this.#settings;
    const inspections = this.#targets.targets.flatMap((target) =>
      target.records.map(async (record) => {
        record.inspected = await inspector.inspect(target, record, 'full', look.signal);
        for (const finding of record.inspected) this.#progress.announce(target, record, finding);
      }),
    );
    try {
      await allOrFirstDefect(inspections, look);
      this.#signal.throwIfAborted();
    } finally {
      timer.abort();
      timer.release();
      look.release();
    }
  }
}

/** Waits for all work to end; what the end itself rejects is no failure. The first other failure ends all, and is thrown. */
async function allOrFirstDefect(works: readonly Promise<unknown>[], end: ChildSignal): Promise<void> {
  let defect: { error: unknown } | undefined;
  const watch = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (error) {
      if (end.signal.aborted) return;
      defect = { error };
      end.abort();
    }
  };
  await Promise.all(works.map(watch));
  if (defect) throw defect.error;
}
