import { abortError } from '@domainproof/core';
import { type ChildSignal, childSignal } from '../abort.js';
import { bearingOf } from '../delegation/zone-cut.js';
import { withoutServers } from '../diagnosis/checks/delegation.js';
import { lookingWith } from '../diagnosis/diagnose.js';
import { networkTransport } from '../transport/network.js';
import type { Transport } from '../transport/transport.js';
import type { Expectation, RecordReport, ServerStatus } from '../types/index.js';
import type { WaitContext } from '../waiting/context.js';
import { readExpectations } from '../waiting/expectation.js';
import { readOutcome, statusFor } from '../waiting/match.js';
import { toTargets } from '../waiting/target.js';
import { type WaitSettings, waitFor } from '../waiting/wait.js';
import { decodeMessage, type Message } from '../wire/message.js';
import { type Ask, type AskOutcomes, isWanted } from './ask.js';
import { Fifo } from './fifo.js';
import { Gate } from './gate.js';
import { Intake } from './intake.js';
import { PIPELINE_PER_SECOND } from './pipeline.js';
import { BulkRecord } from './record.js';
import { Server } from './server.js';
import { SocketBudget } from './sockets.js';
import { TICK_MS, TimerWheel } from './wheel.js';
import { type BulkZone, ZoneFailure, Zones } from './zones.js';

export interface BulkContext extends WaitContext {
  transport: Transport;
  port: number;
  queryTimeoutMs: number;
}

/** Names that have been taken from the input and whose reports have not been taken by the reader. */
const MOST_NAMES = 512;
/** Likewise, where connections take more of them at once. */
const MOST_NAMES_PIPELINED = 1_024;
/** Names that need more than one question for each address, such as those with a CNAME. */
const CAREFUL_AT_ONCE = 32;

interface Reader {
  resolve(result: IteratorResult<RecordReport, undefined>): void;
  reject(error: unknown): void;
}

/** One pass over the names: has every address asked about each, and hands reports out as they are ready. */
export class BulkRun implements AsyncIterator<RecordReport, undefined>, AskOutcomes {
  readonly #context: BulkContext;
  readonly #signal: AbortSignal | undefined;
  readonly #stop: ChildSignal;
  readonly #intake: Intake;
  /** As for `check`. One for all names, so that few are looked into at once. */
  readonly #settings: WaitSettings;
  #ready = new Fifo<RecordReport>();
  readonly #readers = new Fifo<Reader>();
  readonly #wheel = new TimerWheel(performance.now());
  readonly #budget = new SocketBudget();
  readonly #careful = new Gate(CAREFUL_AT_ONCE);
  readonly #zones: Zones;
  readonly #onAbort = () => this.#end({ error: abortError(this.#signal!) });
  #underWay = 0;
  #isEnded = false;
  #failure: { error: unknown } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #burst: NodeJS.Immediate | undefined;

  constructor(
    context: BulkContext,
    expectations: Iterable<Expectation> | AsyncIterable<Expectation>,
    maxPerSecond: number,
    signal: AbortSignal | undefined,
  ) {
    const { delegations, port, queryTimeoutMs: timeoutMs } = context;
    this.#context = context;
    this.#signal = signal;
    this.#stop = childSignal(signal);
    this.#settings = {
      ...lookingWith(context, { once: true }),
      patience: { once: true },
      stopEarly: true,
      onEvent: () => {},
    };
    const mostNames = maxPerSecond >= PIPELINE_PER_SECOND ? MOST_NAMES_PIPELINED : MOST_NAMES;
    this.#intake = new Intake(expectations, {
      hasRoom: () => this.#underWay + this.#ready.size < mostNames,
      accept: (expectation) => this.#accept(expectation),
      paused: () => this.#endIfDone(),
    });
    const [wheel, budget, outcomes, pumpSoon] = [this.#wheel, this.#budget, this, this.#soon];
    this.#zones = new Zones(
      (name, hint) => delegations.find(name, hint, false, this.#stop.signal),
      (address) =>
        new Server({
          endpoint: { address, port },
          wheel,
          budget,
          outcomes,
          timeoutMs,
          maxPerSecond,
          pumpSoon,
        }),
    );
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (signal?.aborted) this.#onAbort();
  }

  next(): Promise<IteratorResult<RecordReport, undefined>> {
    const value = this.#ready.shift();
    if (value) {
      this.#intake.take();
      return Promise.resolve({ value, done: false });
    }
    if (this.#isEnded) return this.#afterEnd();
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      this.#intake.take();
    });
  }

  async return(): Promise<IteratorResult<RecordReport, undefined>> {
    this.#end(undefined);
    return { value: undefined, done: true };
  }

  exact(ask: Ask, rttMs: number): void {
    this.#note(ask, 'visible', ask.record.values, rttMs);
  }

  packet(ask: Ask, packet: Buffer, rttMs: number): void {
    const { record, server } = ask;
    let message: Message;
    try {
      message = decodeMessage(packet);
    } catch {
      this.#note(ask, 'malformed', [], rttMs);
      return;
    }
    const bearing = bearingOf(message, server.zone, record.name);
    if (bearing && bearing.kind !== 'here') {
      record.hint = bearing.kind === 'below' ? bearing.cut.zone : bearing.zone;
      record.startRound();
      void this.#guard(this.#enterFound(record, server.zone));
      return;
    }
    const reading = readOutcome({ kind: 'answer', message, rttMs, via: 'udp' }, record);
    if (reading.status === 'cname') this.#checkCarefully(record);
    else this.#note(ask, statusFor(reading, record), reading.shown, rttMs);
  }

  failed(ask: Ask, status: 'timeout' | 'no-route'): void {
    if (isWanted(ask)) this.#note(ask, status, [], null);
  }

  #accept(expectation: Expectation): void {
    const record = new BulkRecord(expectation, performance.now());
    this.#underWay += 1;
    this.#timer ??= setInterval(this.#turn, TICK_MS);
    this.#start(record);
  }

  #start(record: BulkRecord): void {
    // Another network than the system's knows single questions only.
    if (this.#context.transport !== networkTransport) {
      this.#checkCarefully(record);
      return;
    }
    const known = this.#zones.known(record.name, record.hint, record.startedAt);
    if (known) this.#enter(record, known);
    else void this.#guard(this.#enterFound(record, undefined));
  }

  /** `above` is the zone whose server has led to the hint; a search that leads nowhere else is not repeated. */
  async #enterFound(record: BulkRecord, above: string | undefined): Promise<void> {
    const found = await this.#zones.find(record.name, record.hint);
    if (this.#isEnded) return;
    if (found instanceof ZoneFailure || found.zone !== above) this.#enter(record, found);
    else this.#checkCarefully(record);
  }

  #enter(record: BulkRecord, known: BulkZone | ZoneFailure): void {
    if (known instanceof ZoneFailure) {
      this.#finish(record.report(null, performance.now(), [withoutServers(known.error)]));
      return;
    }
    const { zone, seats } = known;
    const { round } = record;
    for (const { host, address } of seats) record.addServer(zone, host, address);
    const { servers } = record;
    // The last answer can come before this returns, so none is asked before all are known.
    for (let index = 0; index < seats.length; index += 1)
      seats[index]!.server.submit({ record, server: servers[index]!, round });
  }

  #note(
    { record, server }: Ask,
    status: ServerStatus,
    values: readonly string[],
    rttMs: number | null,
  ): void {
    const now = performance.now();
    const atMs = Math.round(now - record.startedAt);
    server.status = status;
    server.values = values;
    server.rttMs = rttMs === null ? null : Math.round(rttMs * 10) / 10;
    server.history = [{ atMs, status }];
    if (status === 'visible') server.visibleAfterMs = atMs;
    record.open -= 1;
    if (record.open === 0) this.#finish(record.report(server.zone, now, []));
  }

  /** As `check` does it: along CNAMEs and into zones below. */
  #checkCarefully(record: BulkRecord): void {
    record.startRound();
    const check = async () => {
      if (this.#isEnded) return;
      const targets = toTargets(readExpectations([record.expectation]));
      const report = await waitFor(this.#context, targets, this.#settings, this.#stop.signal);
      this.#finish(report.records[0]!);
    };
    void this.#guard(this.#careful.pass(check));
  }

  /** An error that is nobody's answer is a defect, which ends the run. */
  async #guard(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#end({ error });
    }
  }

  #finish(report: RecordReport): void {
    if (this.#isEnded) return;
    this.#underWay -= 1;
    this.#ready.push(report);
    this.#soon();
  }

  #endIfDone(): void {
    if (this.#underWay > 0) return;
    // What the input has thrown is told after the reports of the names before it.
    if (this.#intake.isOver) this.#end(this.#intake.failure, this.#ready);
    else this.#rest();
  }

  readonly #turn = (): void => {
    const now = performance.now();
    this.#wheel.turn(now);
    this.#budget.pump(now);
  };

  /**
   * Questions and reports go in bursts, once all answers that have arrived are read: the servers, this process and the reader are
   * then woken once for many, and a question costs a fifth less.
   */
  readonly #soon = (): void => {
    this.#burst ??= setImmediate(this.#sendAndDeliver);
  };

  readonly #sendAndDeliver = (): void => {
    this.#burst = undefined;
    this.#budget.pump(performance.now());
    this.#deliver();
    this.#intake.take();
  };

  #deliver(): void {
    while (this.#ready.size > 0 && this.#readers.size > 0)
      this.#readers.shift()!.resolve({ value: this.#ready.shift()!, done: false });
  }

  /** Nothing is under way until the reader goes on; an unread run does not keep the process alive. */
  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Closes everything. `unread` are the reports that can still be read. */
  #end(failure: { error: unknown } | undefined, unread = new Fifo<RecordReport>()): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#ready = unread;
    this.#failure = failure;
    this.#rest();
    clearImmediate(this.#burst);
    this.#budget.closeAll();
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#stop.abort();
    this.#stop.release();
    this.#intake.close();
    this.#deliver();
    for (let reader = this.#readers.shift(); reader; reader = this.#readers.shift())
      this.#afterEnd().then(reader.resolve, reader.reject);
  }

  /** The failure is told once, as of any iterator. */
  #afterEnd(): Promise<IteratorResult<RecordReport, undefined>> {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure ? Promise.reject(failure.error) : Promise.resolve({ value: undefined, done: true });
  }
}
