import { type ChildSignal, childSignal } from '../abort.js';
import type { Clock } from '../clock.js';
import type {
  CaseLost,
  Endpoint,
  Flooded,
  Received,
  SendOptions,
  Transport,
} from '../transport/transport.js';
import { decodeMessage, isTruncated, type Message } from '../wire/message.js';
import { encodeQuery, type Query, type Question } from '../wire/query.js';
import type { ExchangeOptions, Outcome } from './exchange.js';

const RESEND_AFTER_MS = 400;
/** The last part of the time, in which TCP is tried beside UDP. */
const TCP_SHARE = 1 / 3;

interface Answered {
  message: Message;
  rttMs: number;
}

type DatagramOrStream = 'udp' | 'tcp';
type Ask = (query: Query, options: SendOptions) => Promise<Received | CaseLost | Flooded>;

/**
 * All attempts of one question to one server. Each packet has an id and a port of its own, and earlier ones are listened to
 * on; the first right answer ends all. What was wrong is kept for the case that none comes.
 */
export class Attempts {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #question: Question;
  readonly #server: Endpoint;
  readonly #options: ExchangeOptions;
  readonly #deadline: number;
  readonly #work: ChildSignal;
  #finish!: (outcome: Outcome) => void;
  #fail!: (reason: unknown) => void;
  #datagramsOpen = 0;
  /** No more datagrams are sent. */
  #isSendingOver = false;
  /** UDP has nothing more to say: it was answered, if not usefully. */
  #isUdpOver = false;
  #tcp: 'unused' | 'open' | 'over' = 'unused';
  #truncated: Answered | undefined;
  #caseLost: Answered | undefined;
  /** A response has come whose letter case was wrong. */
  #hasLostCase = false;
  #isMalformed = false;
  #isRefused = false;

  constructor(
    transport: Transport,
    clock: Clock,
    question: Question,
    server: Endpoint,
    options: ExchangeOptions,
  ) {
    this.#transport = transport;
    this.#clock = clock;
    this.#question = question;
    this.#server = server;
    this.#options = options;
    this.#deadline = clock.now() + options.timeoutMs;
    this.#work = childSignal(options.signal);
  }

  /** Rejects on abort only. */
  async run(): Promise<Outcome> {
    try {
      return await new Promise<Outcome>((resolve, reject) => {
        this.#finish = resolve;
        this.#fail = reject;
        if (this.#options.tcp) {
          this.#isSendingOver = true;
          this.#isUdpOver = true;
          this.#askTcp();
        } else {
          this.#sendDatagram();
          this.#sendOn().catch(reject);
        }
      });
    } finally {
      this.#work.abort();
      this.#work.release();
    }
  }

  /** Further datagrams, each after twice the time of the one before; then TCP. */
  async #sendOn(): Promise<void> {
    const { timeoutMs, resendAfterMs = Math.min(RESEND_AFTER_MS, timeoutMs / 4) } = this.#options;
    const tcpAt = this.#deadline - Math.round(timeoutMs * TCP_SHARE);
    let pauseMs = Math.max(1, resendAfterMs);
    while (this.#clock.now() + pauseMs < tcpAt) {
      await this.#clock.sleep(pauseMs, this.#work.signal);
      if (!this.#isUdpOver) this.#sendDatagram();
      pauseMs *= 2;
    }
    await this.#clock.sleep(Math.max(0, tcpAt - this.#clock.now()), this.#work.signal);
    this.#isSendingOver = true;
    this.#askTcp();
    this.#endIfNothingIsOpen();
  }

  #sendDatagram(): void {
    this.#datagramsOpen += 1;
    const onCaseLost = () => {
      this.#hasLostCase = true;
      this.#askTcp();
    };
    this.#send('udp', (query, options) =>
      this.#transport.udp(query, this.#server, { ...options, onCaseLost }),
    );
  }

  #askTcp(): void {
    if (this.#tcp !== 'unused') return;
    this.#tcp = 'open';
    this.#send('tcp', (query, options) => this.#transport.tcp(query, this.#server, options));
  }

  #send(via: DatagramOrStream, ask: Ask): void {
    const sentAt = this.#clock.now();
    const timeoutMs = Math.max(1, this.#deadline - sentAt);
    const query = encodeQuery(this.#question, this.#options);
    this.#options.onPacket?.(via);
    ask(query, { timeoutMs, signal: this.#work.signal }).then((received) => {
      if (via === 'udp') this.#datagramsOpen -= 1;
      else this.#tcp = 'over';
      this.#take(received, via, this.#clock.now() - sentAt);
      this.#endIfNothingIsOpen();
    }, this.#fail);
  }

  #take(received: Received | CaseLost | Flooded, via: DatagramOrStream, rttMs: number): void {
    switch (received.kind) {
      case 'packet':
        this.#takePacket(received.packet, via, rttMs);
        return;
      case 'case-lost':
        this.#caseLost = this.#decode(received.packet, rttMs) ?? this.#caseLost;
        if (via === 'tcp') this.#isUdpOver = true;
        return;
      case 'malformed':
        this.#isMalformed = true;
        return;
      case 'flooded':
        this.#isMalformed = true;
        this.#askTcp();
        return;
      case 'closed':
        this.#isRefused = true;
        if (via === 'udp') this.#leaveUdp();
        return;
      case 'no-route':
        // The machine's own word, which no other attempt will change.
        this.#finish({ kind: 'no-route' });
        return;
    }
  }

  #takePacket(packet: Buffer, via: DatagramOrStream, rttMs: number): void {
    const answered = this.#decode(packet, rttMs);
    if (via === 'udp' && (!answered || isTruncated(packet))) {
      this.#truncated = answered;
      this.#leaveUdp();
    } else if (answered) {
      const caseLost = via === 'tcp' && this.#hasLostCase && ({ caseLost: true } as const);
      this.#finish({ kind: 'answer', ...answered, via, ...caseLost });
    }
  }

  /** The server has answered over UDP, and nothing better will come that way. */
  #leaveUdp(): void {
    this.#isUdpOver = true;
    this.#askTcp();
  }

  #decode(packet: Buffer, rttMs: number): Answered | undefined {
    try {
      return { message: decodeMessage(packet), rttMs };
    } catch {
      this.#isMalformed = true;
      return undefined;
    }
  }

  #endIfNothingIsOpen(): void {
    const isUdpOver = this.#isUdpOver || (this.#isSendingOver && this.#datagramsOpen === 0);
    if (isUdpOver && this.#tcp === 'over') this.#finish(this.#withoutAnswer());
  }

  #withoutAnswer(): Outcome {
    if (this.#caseLost) return { kind: 'case-lost', ...this.#caseLost };
    if (this.#truncated) return { kind: 'truncated', ...this.#truncated };
    if (this.#isMalformed) return { kind: 'malformed' };
    return this.#isRefused ? { kind: 'timeout', refused: true } : { kind: 'timeout' };
  }
}
