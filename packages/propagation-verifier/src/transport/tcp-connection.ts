import { connect, type Socket } from 'node:net';
import { isBareRefusal, matchResponse, type Query } from '../wire/query.js';
import { MessageStream } from './message-stream.js';
import { receivedFrom } from './refusal.js';
import type { CaseLost, Endpoint, Received, SendOptions } from './transport.js';
import { Waiting } from './waiting.js';

/** Messages that answer nothing, after which the server is not listened to any more. */
const MAX_STRAYS = 100;

/** The connection was established, and closed before the answer; `withinAnswer`: amid a message. */
export interface Cut {
  kind: 'cut';
  withinAnswer: boolean;
}

interface Question {
  query: Query;
  waiting: Waiting<Received | CaseLost | Cut>;
}

/** One connection for many questions at once; answers may come in any order (RFC 7766 section 6.2.1.1). It never keeps the process alive. */
export class TcpConnection {
  readonly #socket: Socket;
  readonly #idleMs: number;
  readonly #onClosed: () => void;
  readonly #stream = new MessageStream();
  /** Every question without answer by its id, those included that nobody waits for any more: their answers may still come. */
  readonly #questions = new Map<number, Question[]>();
  #underWay = 0;
  #strays = 0;
  #isEstablished = false;
  #isClosed = false;
  #idleTimer: NodeJS.Timeout | undefined;

  /** `idleMs`: how long it is kept after the last answer. `onClosed` is called as soon as it takes no more questions. */
  constructor(server: Endpoint, idleMs: number, onClosed: () => void) {
    this.#idleMs = idleMs;
    this.#onClosed = onClosed;
    this.#socket = connect({ host: server.address, port: server.port, noDelay: true });
    this.#socket.unref();
    this.#socket.on('connect', () => {
      this.#isEstablished = true;
    });
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', (error) => this.#end(this.#isEstablished ? this.#cut() : receivedFrom(error)));
    this.#socket.on('end', () => this.#end(this.#cut()));
  }

  /** Rejects with the signal's reason on abort. */
  ask(query: Query, { timeoutMs, signal }: SendOptions): Promise<Received | CaseLost | Cut> {
    clearTimeout(this.#idleTimer);
    this.#underWay += 1;
    const strays = this.#strays;
    const late = (): Received => {
      // The way to the server may be broken without a word, so that new questions had better take another.
      this.#onClosed();
      return { kind: this.#strays > strays ? 'malformed' : 'timeout' };
    };
    const waiting = new Waiting<Received | CaseLost | Cut>(timeoutMs, signal, late, () => this.#release());
    const id = query.bytes.readUInt16BE(0);
    const same = this.#questions.get(id);
    if (same) same.push({ query, waiting });
    else this.#questions.set(id, [{ query, waiting }]);
    const message = Buffer.allocUnsafe(2 + query.bytes.length);
    message.writeUInt16BE(query.bytes.length, 0);
    query.bytes.copy(message, 2);
    this.#socket.write(message);
    return waiting.promise;
  }

  /** A question is over. After an answer the connection is kept; one whose questions all went unanswered is not. */
  #release(): void {
    this.#underWay -= 1;
    if (this.#underWay > 0) return;
    const isKept = this.#questions.size === 0 && this.#idleMs > 0;
    if (isKept) this.#idleTimer = setTimeout(() => this.#end(this.#cut()), this.#idleMs).unref();
    else this.#end(this.#cut());
  }

  #read(chunk: Buffer): void {
    for (const packet of this.#stream.take(chunk)) this.#receive(packet);
  }

  #receive(packet: Buffer): void {
    const id = packet.length < 2 ? -1 : packet.readUInt16BE(0);
    const questions = this.#questions.get(id);
    if (!questions) {
      this.#strays += 1;
      if (this.#strays === MAX_STRAYS) this.#end({ kind: 'malformed' });
      return;
    }
    // Two questions may have drawn one id: the one that it answers best, and if none, the first.
    const answers = questions.map(({ query }) => answerTo(query, packet));
    const right = answers.findIndex(({ kind }) => kind === 'packet');
    const index =
      right >= 0
        ? right
        : Math.max(
            0,
            answers.findIndex(({ kind }) => kind === 'case-lost'),
          );
    const [question] = questions.splice(index, 1) as [Question];
    if (questions.length === 0) this.#questions.delete(id);
    question.waiting.settle(answers[index]!);
  }

  #cut(): Cut {
    return { kind: 'cut', withinAnswer: this.#stream.isWithinMessage };
  }

  #end(received: Received | Cut): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#idleTimer);
    this.#onClosed();
    this.#socket.removeAllListeners();
    // Errors of a connection that is over concern nobody.
    this.#socket.on('error', () => {});
    this.#socket.destroy();
    for (const questions of this.#questions.values())
      for (const { waiting } of questions) waiting.settle(received);
  }
}

function answerTo(query: Query, packet: Buffer): Received | CaseLost {
  const match = matchResponse(query, packet);
  if (match === 'case') return { kind: 'case-lost', packet };
  return match === 'response' || isBareRefusal(query, packet)
    ? { kind: 'packet', packet }
    : { kind: 'malformed' };
}
