import { receivedFrom } from '../transport/refusal.js';
import type { Endpoint } from '../transport/transport.js';
import { isTruncated } from '../wire/message.js';
import { matchResponse } from '../wire/query.js';
import { isExactly } from './answer.js';
import { type Ask, type AskOutcomes, isWanted } from './ask.js';
import { Bucket } from './bucket.js';
import { Fifo } from './fifo.js';
import { type Flight, Flights } from './flights.js';
import { PIPELINE_PER_SECOND, Pipeline } from './pipeline.js';
import { Port } from './port.js';
import { RoundTrip } from './round-trip.js';
import type { SocketBudget, SocketHolder } from './sockets.js';
import { TcpLane } from './tcp-lane.js';
import type { TimerWheel } from './wheel.js';
import { Window } from './window.js';

const HEADER_BYTES = 12;
/** Questions in a row that a server leaves unanswered before it is given up. */
const SILENT_QUESTIONS = 8;
/** A server that was given up gets one question in this time, and is asked as before if it answers. */
const PROBE_MS = 1_000;
/** More than the window, so that a duplicate of an answer still finds the question that it belongs to. */
const PLACES = 255;
/** Beside the round trips of opening a connection and of an answer. */
const PIPELINE_PATIENCE_MS = 250;
/** For fewer names a connection is not worth its opening; and whoever asks so many soon compiles the code of both ways once. */
const PIPELINE_AFTER_ANSWERS = 64;

export interface ServerOptions {
  endpoint: Endpoint;
  wheel: TimerWheel;
  budget: SocketBudget;
  outcomes: AskOutcomes;
  timeoutMs: number;
  maxPerSecond: number;
  /** Calls `pump` after all packets that have arrived are read. */
  pumpSoon: () => void;
}

interface Outage {
  status: 'timeout' | 'no-route';
  /** When the next question is risked. */
  probeAt: number;
}

/** One name server address: the questions for it, on one socket. */
export class Server implements SocketHolder {
  readonly #options: ServerOptions;
  readonly #backlog = new Fifo<Ask>();
  /** Questions that the pipeline has lost: for UDP, and before the others. */
  readonly #cutOff = new Fifo<Ask>();
  readonly #window = new Window();
  readonly #roundTrip = new RoundTrip();
  readonly #bucket: Bucket;
  readonly #port: Port;
  readonly #tcp: TcpLane;
  #pipeline: Pipeline | undefined;
  #answers = 0;
  #flights: Flights | undefined;
  #hasRequested = false;
  #isIdle = false;
  #heardAt = Number.NEGATIVE_INFINITY;
  #silent = 0;
  #outage: Outage | undefined;

  constructor(options: ServerOptions) {
    const { endpoint, wheel, timeoutMs, maxPerSecond, outcomes } = options;
    this.#options = options;
    this.#bucket = new Bucket(maxPerSecond, performance.now());
    this.#port = new Port(endpoint, {
      opened: (isChanged) => this.#usePort(isChanged),
      failed: (error) => this.#cannotOpen(error),
      packet: (packet) => this.#receive(packet),
    });
    this.#tcp = new TcpLane({
      endpoint,
      wheel,
      timeoutMs,
      maySend: (now) => this.#bucket.take(now),
      answered: (ask, packet, rttMs, now) => {
        if (isWanted(ask)) outcomes.packet(ask, packet, rttMs, now);
        this.#rest();
      },
      failed: (ask) => {
        outcomes.failed(ask, 'timeout');
        this.#rest();
      },
    });
  }

  /** Takes a question. What comes of it is told to `outcomes`, perhaps before this returns. */
  submit(ask: Ask): void {
    if (this.#outage) {
      const now = performance.now();
      if (now < this.#outage.probeAt) {
        this.#options.outcomes.failed(ask, this.#outage.status);
        return;
      }
      this.#outage.probeAt = now + PROBE_MS;
    }
    this.#backlog.push(ask);
    this.#wake();
    this.#options.pumpSoon();
  }

  /** Sends what the window and the rate allow. */
  pump(now: number): void {
    const flights = this.#flights;
    if (flights && this.#port.isOpen) {
      if (this.#pipeline) this.#fill(this.#pipeline, now);
      while (this.#waiting > 0 && flights.size < this.#window.size) {
        if (!this.#bucket.take(now)) break;
        this.#send(flights, (this.#cutOff.shift() ?? this.#backlog.shift())!, now);
      }
    }
    this.#tcp.pump(now);
  }

  get #waiting(): number {
    return this.#backlog.size + this.#cutOff.size;
  }

  #fill(pipeline: Pipeline, now: number): void {
    while (this.#backlog.size > 0 && pipeline.hasRoom && this.#bucket.take(now)) {
      const ask = this.#backlog.shift()!;
      if (isWanted(ask)) pipeline.add(ask, now);
    }
    pipeline.flush();
  }

  #startPipeline(): Pipeline {
    const { endpoint, wheel, outcomes, pumpSoon } = this.#options;
    return new Pipeline({
      endpoint,
      wheel,
      pumpSoon,
      patienceMs: () => PIPELINE_PATIENCE_MS + 3 * this.#roundTrip.timeoutMs,
      answered: (ask, packet, rttMs, now) => {
        this.#heard(now);
        if (isWanted(ask)) {
          if (packet) outcomes.packet(ask, packet, rttMs, now);
          else outcomes.exact(ask, rttMs, now);
        }
        this.#rest();
      },
      cutOff: (asks) => {
        for (const ask of asks) this.#cutOff.push(ask);
        this.#rest();
      },
    });
  }

  open(): void {
    this.#flights = new Flights(PLACES, (flight, now) => this.#late(flight, now));
    this.#port.open();
  }

  close(): void {
    this.#hasRequested = false;
    this.#isIdle = false;
    this.#port.close();
    this.#flights = undefined;
    this.#tcp.close();
    this.#pipeline?.close();
  }

  #wake(): void {
    if (this.#isIdle) {
      this.#isIdle = false;
      this.#options.budget.busy(this);
    }
    if (this.#hasRequested) return;
    this.#hasRequested = true;
    this.#options.budget.request(this);
  }

  #rest(): void {
    if (this.#isIdle || !this.#flights || !this.#port.isOpen) return;
    if (this.#flights.size + this.#waiting > 0 || !this.#tcp.isIdle || this.#pipeline?.isIdle === false)
      return;
    this.#isIdle = true;
    this.#options.budget.idle(this);
  }

  #usePort(isChanged: boolean): void {
    const now = performance.now();
    if (isChanged)
      for (const flight of this.#flights!.underWay()) {
        this.#flights!.rename(flight, flight.ask!);
        this.#bucket.owe();
        this.#transmit(flight, now);
      }
    this.pump(now);
  }

  #cannotOpen(error: Error): void {
    this.#giveUp(receivedFrom(error).kind === 'no-route' ? 'no-route' : 'timeout', performance.now());
    this.#options.budget.idle(this);
    this.#options.budget.release(this);
  }

  #send(flights: Flights, ask: Ask, now: number): void {
    if (!isWanted(ask)) return;
    const flight = flights.take(ask);
    flight.firstSentAt = now;
    this.#transmit(flight, now);
    this.#port.changeIfWorn(now);
  }

  #transmit(flight: Flight, now: number): void {
    const { wheel, timeoutMs } = this.#options;
    const patienceMs = this.#roundTrip.timeoutMs * 2 ** flight.sends;
    flight.sends += 1;
    flight.sentAt = now;
    flight.ask!.server.questions += 1;
    this.#port.send(flight.bytes);
    wheel.set(flight, Math.min(now + patienceMs, flight.firstSentAt + timeoutMs));
  }

  #receive(packet: Buffer): void {
    const flight = packet.length < HEADER_BYTES ? undefined : this.#flights!.byId(packet.readUInt16BE(0));
    const ask = flight?.ask;
    if (!flight || !ask) {
      // A second answer to a question is no stray.
      if (!flight || matchResponse(flight, packet) === 'other') this.#port.stray();
      return;
    }
    const { outcomes } = this.#options;
    const now = performance.now();
    const { text } = ask.record;
    if (text !== undefined && isExactly(flight, packet, text)) {
      const rttMs = this.#settle(flight, now);
      if (isWanted(ask)) outcomes.exact(ask, rttMs, now);
    } else {
      const match = matchResponse(flight, packet);
      if (match === 'other') {
        this.#port.stray();
        return;
      }
      const rttMs = this.#settle(flight, now);
      if (!isWanted(ask)) this.#rest();
      else if (match === 'case' || isTruncated(packet)) this.#tcp.ask(ask, now);
      else outcomes.packet(ask, packet, rttMs, now);
    }
    this.#options.pumpSoon();
    this.#rest();
  }

  /** Returns the milliseconds that the answer took. */
  #settle(flight: Flight, now: number): number {
    this.#options.wheel.clear(flight);
    if (flight.sends === 1) this.#roundTrip.took(now - flight.sentAt);
    this.#window.answered();
    this.#heard(now);
    this.#flights!.release(flight);
    this.#answers += 1;
    if (this.#answers === PIPELINE_AFTER_ANSWERS && this.#options.maxPerSecond >= PIPELINE_PER_SECOND)
      this.#pipeline = this.#startPipeline();
    return now - flight.firstSentAt;
  }

  #heard(now: number): void {
    this.#heardAt = now;
    this.#silent = 0;
    this.#outage = undefined;
  }

  #late(flight: Flight, now: number): void {
    const ask = flight.ask!;
    this.#window.lost(flight.sentAt, now);
    if (isWanted(ask) && now < flight.firstSentAt + this.#options.timeoutMs) {
      this.#bucket.owe();
      this.#transmit(flight, now);
      return;
    }
    this.#flights!.release(flight);
    if (isWanted(ask)) this.#lose(ask, flight.firstSentAt, now);
    this.pump(now);
    this.#rest();
  }

  /** Packets get lost on the way to a server that is there; over TCP the system repeats them. */
  #lose(ask: Ask, firstSentAt: number, now: number): void {
    if (this.#heardAt >= firstSentAt) {
      this.#tcp.ask(ask, now);
      return;
    }
    this.#silent += 1;
    this.#options.outcomes.failed(ask, 'timeout');
    if (this.#silent >= SILENT_QUESTIONS && !this.#outage) this.#giveUp('timeout', now);
  }

  #giveUp(status: Outage['status'], now: number): void {
    this.#outage = { status, probeAt: now + PROBE_MS };
    for (const waiting of [this.#cutOff, this.#backlog])
      for (let ask = waiting.shift(); ask; ask = waiting.shift()) this.#options.outcomes.failed(ask, status);
  }
}
