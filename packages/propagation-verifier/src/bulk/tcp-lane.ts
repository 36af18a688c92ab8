import { connect, type Socket } from 'node:net';
import type { Endpoint } from '../transport/transport.js';
import { randomWord } from '../wire/chance.js';
import { matchResponse, type Query } from '../wire/query.js';
import type { Ask } from './ask.js';
import { Fifo } from './fifo.js';
import { BYTES_AFTER_QUESTION, MAX_QUERY_BYTES, writeQuery } from './question.js';
import { Timed, type TimerWheel } from './wheel.js';
import { MOST_IN_FLIGHT } from './window.js';

const LENGTH_BYTES = 2;
/** A server that closes its connections after some answers cuts off questions again and again. */
const MOST_TRIES = 8;

const MOST_CUTS_IN_ROW = 3;

export interface TcpLaneOptions {
  endpoint: Endpoint;
  wheel: TimerWheel;
  timeoutMs: number;
  /** True if one question may be sent now; the lane asks again with the next turn. */
  maySend: (now: number) => boolean;
  answered: (ask: Ask, packet: Buffer, rttMs: number, now: number) => void;
  failed: (ask: Ask) => void;
}

class TcpQuestion extends Timed implements Query {
  readonly ask: Ask;
  bytes: Buffer = Buffer.alloc(0);
  questionEnd = 0;
  tries = 0;
  sentAt = 0;

  constructor(ask: Ask, onDeadline: () => void) {
    super(onDeadline);
    this.ask = ask;
  }
}

/** Questions to one address over one connection, many at once (RFC 7766), answered in any order. */
export class TcpLane {
  readonly #options: TcpLaneOptions;
  readonly #backlog = new Fifo<TcpQuestion>();
  readonly #underWay = new Map<number, TcpQuestion>();
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #answersHere = 0;
  /** Connections that ended without an answer, one after the other. */
  #cutsInRow = 0;

  constructor(options: TcpLaneOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#backlog.size + this.#underWay.size === 0;
  }

  ask(ask: Ask, now: number): void {
    this.#backlog.push(new TcpQuestion(ask, () => this.#fail(false)));
    this.pump(now);
  }

  pump(now: number): void {
    while (this.#backlog.size > 0 && this.#underWay.size < MOST_IN_FLIGHT && this.#options.maySend(now))
      this.#send(this.#backlog.shift()!, now);
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#received = Buffer.alloc(0);
    this.#answersHere = 0;
    socket?.destroy();
  }

  #send(question: TcpQuestion, now: number): void {
    const { wheel, timeoutMs } = this.#options;
    const { record, server } = question.ask;
    let id = randomWord() & 0xffff;
    while (this.#underWay.has(id)) id = randomWord() & 0xffff;
    const framed = Buffer.alloc(LENGTH_BYTES + MAX_QUERY_BYTES);
    const length = writeQuery(framed, LENGTH_BYTES, id, record.name, record.type);
    framed.writeUInt16BE(length);
    question.bytes = framed.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
    question.questionEnd = length - BYTES_AFTER_QUESTION;
    question.tries += 1;
    question.sentAt = now;
    server.questions += 1;
    this.#underWay.set(id, question);
    wheel.set(question, now + timeoutMs);
    this.#socket ??= this.#connect();
    this.#socket.write(framed.subarray(0, LENGTH_BYTES + length));
  }

  #connect(): Socket {
    const { address, port } = this.#options.endpoint;
    const socket = connect({ host: address, port, noDelay: true });
    socket.unref();
    socket.on('data', (chunk) => {
      if (socket === this.#socket) this.#read(chunk);
    });
    // What there is to do is done on `close`, which follows.
    socket.on('error', () => {});
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      if (socket === this.#socket) this.#fail(true);
    });
    return socket;
  }

  #read(chunk: Buffer): void {
    let received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const socket = this.#socket;
    while (received.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + received.readUInt16BE(0);
      if (received.length < end) break;
      this.#answer(received.subarray(LENGTH_BYTES, end));
      received = received.subarray(end);
      // An answer may have ended the run.
      if (this.#socket !== socket) return;
    }
    this.#received = received;
    this.pump(performance.now());
  }

  #answer(packet: Buffer): void {
    if (packet.length < LENGTH_BYTES) return;
    const id = packet.readUInt16BE(0);
    const question = this.#underWay.get(id);
    // Over a connection no other can answer, so a server that loses the letter case is believed.
    if (!question || matchResponse(question, packet) === 'other') return;
    this.#underWay.delete(id);
    this.#options.wheel.clear(question);
    this.#answersHere += 1;
    const now = performance.now();
    this.#options.answered(question.ask, packet, now - question.sentAt, now);
  }

  /**
   * Ends the connection. A server may close it after some answers, or because it was idle: what is left is then asked on a new
   * one. `isCut` is false if an answer did not come in time.
   */
  #fail(isCut: boolean): void {
    this.#cutsInRow = this.#answersHere > 0 ? 1 : this.#cutsInRow + 1;
    const isWorthwhile = isCut && this.#cutsInRow < MOST_CUTS_IN_ROW;
    const left = [...this.#underWay.values()];
    this.#underWay.clear();
    this.close();
    const lost: TcpQuestion[] = [];
    for (const question of left) {
      this.#options.wheel.clear(question);
      if (isWorthwhile && question.tries < MOST_TRIES) this.#backlog.push(question);
      else lost.push(question);
    }
    for (const { ask } of lost) this.#options.failed(ask);
    this.pump(performance.now());
  }
}
