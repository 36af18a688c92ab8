import { connect, type Socket } from 'node:net';
import type { Endpoint } from '../transport/transport.js';
import { matchResponse } from '../wire/query.js';
import { isExactly } from './answer.js';
import { type Ask, isWanted } from './ask.js';
import { type Flight, Flights } from './flights.js';
import { MAX_QUERY_BYTES } from './question.js';
import type { TimerWheel } from './wheel.js';

/** From this rate on the server is the caller's own, or its owner has agreed; and UDP alone may not reach it. */
export const PIPELINE_PER_SECOND = 10_000;
const LENGTH_BYTES = 2;
const MOST_PACKET_BYTES = LENGTH_BYTES + 0xffff;
const READ_BYTES = 0x10000;
const WRITE_BYTES = 0x10000;
const HEADER_BYTES = 12;
/** Questions that are worth a write of their own, while others are under way. */
const LEAST_AT_ONCE = 64;
/** Enough to show how the server takes them, few enough to be asked again over UDP. */
const FIRST_IN_FLIGHT = 64;
/** What comes beyond them goes over UDP, so that both ways are used: servers answer faster over UDP, and over a connection this process asks cheaper. */
const MOST_IN_FLIGHT = 640;
/** A connection that ends earlier was not worth its opening. */
const WORTHWHILE_ANSWERS = 1_000;

export interface PipelineOptions {
  endpoint: Endpoint;
  wheel: TimerWheel;
  /** Milliseconds that a server may take to answer a question, the opening of the connection included. */
  patienceMs: () => number;
  /** `packet` is undefined for exactly the one text, and valid until this returns. */
  answered: (ask: Ask, packet: Buffer | undefined, rttMs: number, now: number) => void;
  /** The questions that were under way when the connection ended; they are to be asked in another way. */
  cutOff: (asks: readonly Ask[]) => void;
  /** Calls `flush` after all packets that have arrived are read. */
  pumpSoon: () => void;
}

/**
 * A fast way for many questions to one address: one connection, hundreds under way, one write and one read for many of them.
 * A question costs a fraction of one over UDP, of which each takes two calls of the system. At the first sign that the server does
 * not like it (a refusal, silence, an early end, bytes that answer nothing) it is given up for good.
 */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #flights: Flights;
  readonly #toWrite = Buffer.alloc(WRITE_BYTES);
  /** What has been received and not been read: less than a packet, and then what comes with one read. */
  readonly #received = Buffer.alloc(MOST_PACKET_BYTES + READ_BYTES);
  readonly #readBuffer = Buffer.alloc(READ_BYTES);
  #toWriteBytes = 0;
  #unsent = 0;
  #receivedBytes = 0;
  #isWriting = false;
  #socket: Socket | undefined;
  #window = FIRST_IN_FLIGHT;
  #answersHere = 0;
  #isGivenUp = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#flights = new Flights(MOST_IN_FLIGHT, () => this.#fail());
  }

  get isIdle(): boolean {
    return this.#flights.size === 0;
  }

  get hasRoom(): boolean {
    return (
      !this.#isGivenUp &&
      !this.#isWriting &&
      this.#flights.size < this.#window &&
      this.#toWriteBytes + LENGTH_BYTES + MAX_QUERY_BYTES <= WRITE_BYTES
    );
  }

  /** Takes a question, if there is room; it goes out with `flush`. */
  add(ask: Ask, now: number): void {
    const flight = this.#flights.take(ask);
    const { length } = flight.bytes;
    this.#toWrite.writeUInt16BE(length, this.#toWriteBytes);
    this.#toWrite.set(flight.bytes, this.#toWriteBytes + LENGTH_BYTES);
    this.#toWriteBytes += LENGTH_BYTES + length;
    this.#unsent += 1;
    flight.sentAt = now;
    ask.server.questions += 1;
    this.#options.wheel.set(flight, now + this.#options.patienceMs());
  }

  flush(): void {
    if (this.#toWriteBytes === 0 || this.#isWriting) return;
    // A few wait for more of them, unless nothing else is under way that would bring those.
    if (this.#unsent < LEAST_AT_ONCE && this.#unsent < this.#flights.size) return;
    this.#unsent = 0;
    this.#socket ??= this.#connect();
    const socket = this.#socket;
    this.#isWriting = true;
    socket.write(this.#toWrite.subarray(0, this.#toWriteBytes), () => {
      if (socket !== this.#socket) return;
      this.#isWriting = false;
      this.#toWriteBytes = 0;
      this.#options.pumpSoon();
    });
  }

  close(): void {
    this.#disconnect();
    for (const flight of this.#flights.underWay()) this.#drop(flight);
  }

  #connect(): Socket {
    const { address, port } = this.#options.endpoint;
    const socket = connect({
      host: address,
      port,
      noDelay: true,
      onread: {
        buffer: this.#readBuffer,
        callback: (bytes) => {
          if (socket === this.#socket) this.#read(bytes);
          return true;
        },
      },
    });
    socket.unref();
    // What there is to do is done on `close`, which follows.
    socket.on('error', () => {});
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      if (socket === this.#socket) this.#fail();
    });
    return socket;
  }

  #read(bytes: number): void {
    const received = this.#received;
    received.set(this.#readBuffer.subarray(0, bytes), this.#receivedBytes);
    const end = this.#receivedBytes + bytes;
    const socket = this.#socket;
    const now = performance.now();
    let at = 0;
    while (end - at >= LENGTH_BYTES) {
      const start = at + LENGTH_BYTES;
      const length = received.readUInt16BE(at);
      if (start + length > end) break;
      if (!this.#answer(received.subarray(start, start + length), now)) {
        this.#fail();
        return;
      }
      at = start + length;
      // An answer may have ended the run.
      if (this.#socket !== socket) return;
    }
    received.copyWithin(0, at, end);
    this.#receivedBytes = end - at;
    this.#options.pumpSoon();
  }

  /** False for a packet that answers nothing. */
  #answer(packet: Buffer, now: number): boolean {
    if (packet.length < HEADER_BYTES) return false;
    const flight = this.#flights.byId(packet.readUInt16BE(0));
    const ask = flight?.ask;
    if (!flight || !ask) return false;
    const { text } = ask.record;
    const isExact = text !== undefined && isExactly(flight, packet, text);
    // Over a connection no other can answer, so a server that loses the letter case is believed.
    if (!isExact && matchResponse(flight, packet) === 'other') return false;
    this.#drop(flight);
    this.#answersHere += 1;
    if (this.#window < MOST_IN_FLIGHT) this.#window += 1;
    this.#options.answered(ask, isExact ? undefined : packet, now - flight.sentAt, now);
    return true;
  }

  #drop(flight: Flight): void {
    this.#options.wheel.clear(flight);
    this.#flights.release(flight);
  }

  #fail(): void {
    this.#isGivenUp ||= this.#answersHere < WORTHWHILE_ANSWERS;
    const asks: Ask[] = [];
    for (const flight of this.#flights.underWay()) {
      if (isWanted(flight.ask!)) asks.push(flight.ask!);
      this.#drop(flight);
    }
    this.#disconnect();
    this.#options.cutOff(asks);
    this.#options.pumpSoon();
  }

  #disconnect(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#isWriting = false;
    this.#toWriteBytes = 0;
    this.#unsent = 0;
    this.#receivedBytes = 0;
    this.#answersHere = 0;
    this.#window = FIRST_IN_FLIGHT;
    socket?.destroy();
  }
}
