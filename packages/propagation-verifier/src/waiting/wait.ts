import { abortError, DnsError, isDnsError } from '@domainproof/core';
import { childSignal } from '../abort.js';
import type { Authority } from '../asking/authority.js';
import type { ResolverClient } from '../asking/resolver.js';
import type { Clock } from '../clock.js';
import type { Delegations } from '../delegation/delegation.js';
import { type Bearing, bearingOf } from '../delegation/zone-cut.js';
import { delegationFinding, findingsFor } from '../diagnosis/statuses.js';
import type { Delegation, Report, VerifierEvent, WaitOptions } from '../types/index.js';
import { readOutcome } from './match.js';
import { jittered, nextSpacing } from './schedule.js';
import { serverOf, type Target, type Targets } from './target.js';

/** Pause after the first failed search for a delegation, doubled up to the longest. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

export interface WaitContext {
  clock: Clock;
  random: () => number;
  resolver: ResolverClient;
  authority: Authority;
  delegations: Delegations;
}

/** `once`: every address gets one question, and there is no deadline but that of each question. */
export type Patience = { once: true } | { once: false; timeoutMs: number };

/** Asks about all targets until all is visible or the patience ends. */
export async function waitFor(
  context: WaitContext,
  targets: Targets,
  patience: Patience,
  options: Pick<WaitOptions, 'signal' | 'onEvent'>,
): Promise<Report> {
  if (options.signal?.aborted) throw abortError(options.signal);
  const stop = childSignal(options.signal);
  const over = childSignal();
  const run = new Run(context, patience.once, stop.signal, options.onEvent);
  if (!patience.once) context.clock.sleep(patience.timeoutMs, over.signal).then(stop.abort, () => {});
  let defect: { error: unknown } | undefined;
  const follow = async (target: Target) => {
    try {
      await run.follow(target);
    } catch (error) {
      if (stop.signal.aborted) return;
      defect = { error };
      stop.abort();
    }
  };
  await Promise.all(targets.targets.map(follow));
  over.abort();
  stop.release();
  if (defect) throw defect.error;
  if (options.signal?.aborted) throw abortError(options.signal);
  return run.report(targets);
}

class Run {
  readonly #context: WaitContext;
  readonly #once: boolean;
  readonly #signal: AbortSignal;
  readonly #onEvent: WaitOptions['onEvent'];
  readonly #startedAt: number;

  constructor(context: WaitContext, once: boolean, signal: AbortSignal, onEvent: WaitOptions['onEvent']) {
    this.#context = context;
    this.#once = once;
    this.#signal = signal;
    this.#onEvent = onEvent;
    this.#startedAt = context.clock.now();
  }

  /** From zone to zone, until the servers of the last one have been asked for good. Rejects when the run ends before. */
  async follow(target: Target): Promise<void> {
    const { delegations } = this.#context;
    const { name, hint } = target;
    let delegation = await this.#locate(target, () => delegations.find(name, hint, false, this.#signal));
    while (delegation) {
      const from: Delegation = delegation;
      target.enter(from);
      this.#emit({ type: 'delegation', name, target: name, zone: from.zone, nameServers: from.nameServers });
      const below = await this.#askAll(target, from);
      if (!below) return;
      delegation = await this.#locate(target, () =>
        delegations.follow(from, below.bearing, below.address, name, this.#signal),
      );
    }
  }

  report({ places }: Targets): Report {
    const elapsedMs = this.#elapsedMs();
    const records = places.map(({ target, record }) => {
      const findings = findingsFor(target, record);
      const failure = target.failure ?? (target.delegation ? undefined : this.#outOfTime(target));
      if (failure) findings.unshift(delegationFinding(failure));
      return target.report(record, elapsedMs, findings);
    });
    const questions = records
      .flatMap(({ servers }) => servers)
      .reduce((sum, server) => sum + server.questions, 0);
    return { ok: records.every(({ visible }) => visible), elapsedMs, questions, records };
  }

  /** Repeats a search that failed for a passing reason. Undefined if it failed for good; `target.failure` tells why. */
  async #locate(target: Target, search: () => Promise<Delegation>): Promise<Delegation | undefined> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await search();
      } catch (error) {
        if (this.#signal.aborted || !isDnsError(error)) throw error;
        target.failure = error;
        if (this.#once || !error.retryable) return undefined;
      }
      await this.#context.clock.sleep(jittered(pauseMs, this.#context.random), this.#signal);
    }
  }

  /** Asks all addresses until each has all values; or returns the answer that leads to a zone below. */
  async #askAll(
    target: Target,
    delegation: Delegation,
  ): Promise<{ bearing: Bearing; address: string } | undefined> {
    const round = childSignal(this.#signal);
    let below: { bearing: Bearing; address: string } | undefined;
    const poll = async (address: string) => {
      try {
        const bearing = await this.#poll(target, delegation, address, round.signal);
        if (bearing) below ??= { bearing, address };
        // The addresses that are still asked have no route, or serve another zone than was thought.
        if (bearing || target.isVisible) round.abort();
      } catch (error) {
        if (!round.signal.aborted) throw error;
      }
    };
    try {
      await Promise.all(target.addresses.map(poll));
    } finally {
      round.abort();
      round.release();
    }
    this.#signal.throwIfAborted();
    return below;
  }

  async #poll(
    target: Target,
    delegation: Delegation,
    address: string,
    signal: AbortSignal,
  ): Promise<Bearing | undefined> {
    const { clock, random, authority } = this.#context;
    let spacing: number | undefined;
    for (;;) {
      const askedAt = clock.now();
      const outcome = await authority.ask(target, address, signal, {
        onSent: () => target.countQuestion(address),
      });
      const bearing =
        outcome.kind === 'answer' ? bearingOf(outcome.message, delegation.zone, target.name) : undefined;
      if (bearing && bearing.kind !== 'here') return bearing;
      const rttMs = outcome.kind === 'answer' ? Math.round(outcome.rttMs * 10) / 10 : null;
      this.#note(target, address, readOutcome(outcome, target), rttMs);
      if (this.#once || target.isVisibleAt(address)) return undefined;
      spacing = nextSpacing(spacing, this.#elapsedMs());
      const pauseMs = jittered(spacing, random) - (clock.now() - askedAt);
      if (pauseMs > 0) await clock.sleep(pauseMs, signal);
    }
  }

  #note(
    target: Target,
    address: string,
    reading: ReturnType<typeof readOutcome>,
    rttMs: number | null,
  ): void {
    const { name, type: recordType } = target;
    const elapsedMs = this.#elapsedMs();
    for (const record of target.note(address, reading, rttMs, elapsedMs)) {
      const { value } = record;
      const server = { ...serverOf(record, address) };
      this.#emit({ type: 'answer', name, recordType, value, server, elapsedMs });
      if (record.visibleAfterMs !== null || !record.isVisible) continue;
      record.visibleAfterMs = elapsedMs;
      this.#emit({ type: 'visible', name, recordType, value, elapsedMs });
    }
  }

  #outOfTime({ name }: Target): DnsError {
    const { resolver } = this.#context;
    const hint = 'Wait longer (--timeout), or check the resolvers (--resolver) and the network.';
    return resolver.hasAnswered
      ? new DnsError('TRANSIENT', `The name servers for ${name} were not found in time.`, { hint })
      : new DnsError('TIMEOUT', `No resolver answered in time: ${resolver.description}.`, { hint });
  }

  #elapsedMs(): number {
    return Math.round(this.#context.clock.now() - this.#startedAt);
  }

  #emit(event: VerifierEvent): void {
    try {
      this.#onEvent?.(event);
    } catch {
      // A display that fails must not change a verdict.
    }
  }
}
