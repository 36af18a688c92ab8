import type { ServerStatus } from '../types/index.js';
import type { Reading } from './match.js';

/**
 * Answers in a row that must hold a record before an address is believed; more each time that it contradicts itself. Where half of the
 * machines behind an address lack the record, 11 answers hold it by chance once in 2,048 tries.
 */
const STREAK = 3;
const MORE_AFTER_CONTRADICTION = 2;
const LONGEST_STREAK = 11;
/**
 * An address is dead that has answered nothing: for at least 5 s, to 20 datagrams and to 5 attempts over TCP. Where 30 % of the
 * packets get lost on each way, a datagram stays unanswered with 1 - 0.7² = 0.51, and an attempt over TCP, which takes two round
 * trips and is given less time than it would need to repeat, fails with 1 - 0.49² = 0.76: all of them with 0.51²⁰ * 0.76⁵ = 4 * 10⁻⁷.
 * A server that has served the zone once in the run can never become dead.
 */
export const DEAD_AFTER_MS = 5_000;
const DEAD_DATAGRAMS = 20;
const DEAD_CONNECTIONS = 5;
/** An address is lame that gave nothing but useless answers (REFUSED, SERVFAIL, no authority, no DNS): for at least 3 s, 4 of them, one over TCP. */
const LAME_AFTER_MS = 3_000;
const LAME_ANSWERS = 4;

/** What one question told about a server. */
export interface Told {
  reading: Reading;
  /** Packets sent over UDP, and connections tried. */
  datagrams: number;
  connections: number;
  /** It was answered as a resolver does. */
  isAsResolver: boolean;
}

/** What is known of one address as a server of one zone, over all names asked for there. */
export class Standing {
  /** Answers in a row that held all that was awaited. */
  streak = 0;
  /** So many are needed. */
  needed: number;
  /** Questions that are waiting for their answer. */
  underWay = 0;
  /** The last word on an address that never served: `refused`, `timeout`, … */
  failure: ServerStatus | undefined;
  /** Useless or missing answers since the last that was good. */
  failuresInARow = 0;
  readonly #isPatient: boolean;
  #hasServed = false;
  #hasAnswered = false;
  #isAsResolver = false;
  #askedAt: number | undefined;
  #noRouteAt: number | undefined;
  #datagrams = 0;
  #connections = 0;
  #uselessAnswers = 0;
  #isUselessOverTcp = false;
  readonly #listeners: (() => void)[] = [];

  /** `isPatient`: an address is asked again, so that it need not be believed or given up at once. */
  constructor(isPatient: boolean) {
    this.#isPatient = isPatient;
    this.needed = isPatient ? STREAK : 1;
  }

  /** It has answered as the zone's authority in this run. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  /** It may be a resolver, or one may answer in its place (port 53 intercepted), which must not hear of the record too early. */
  get mayBeResolver(): boolean {
    return this.#isAsResolver && !this.#hasServed;
  }

  asked(now: number): void {
    this.#askedAt ??= now;
    this.underWay += 1;
  }

  /** Takes down what a question has told. */
  heard({ reading, datagrams, connections, isAsResolver }: Told, now: number): void {
    this.#isAsResolver ||= isAsResolver;
    this.#noRouteAt = reading.status === 'no-route' ? now : undefined;
    if (reading.serves) {
      this.#hasServed = true;
      this.failuresInARow = 0;
    } else if (reading.status !== 'no-route') {
      this.failuresInARow += 1;
      this.failure = reading.status;
      if (reading.status === 'timeout') {
        this.#datagrams += datagrams;
        this.#connections += connections;
      } else {
        this.#hasAnswered = true;
        this.#uselessAnswers += 1;
        this.#isUselessOverTcp ||= connections > 0;
      }
    }
  }

  /** Ends what `asked` began, and wakes those who wait for any answer. */
  over(): void {
    this.underWay -= 1;
    for (const wake of this.#listeners.splice(0)) wake();
  }

  /** Resolves with the next answer, for whatever name. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#listeners.push(resolve));
  }

  contradicted(): void {
    this.streak = 0;
    this.needed = Math.min(this.needed + MORE_AFTER_CONTRADICTION, LONGEST_STREAK);
  }

  /**
   * This machine cannot send to the address, and could to others: `networkSince` is when another address first answered. An address
   * that has answered before is only out of reach for the moment.
   */
  isUnreachable(networkSince: number): boolean {
    if (this.#noRouteAt === undefined || this.#hasServed || this.#hasAnswered) return false;
    return !this.#isPatient || this.#noRouteAt >= networkSince;
  }

  /** It is dead or lame for certain, and so no word against a record. */
  isUnfit(now: number): boolean {
    if (this.#hasServed || this.#askedAt === undefined) return false;
    const ms = now - this.#askedAt;
    const isLame = ms >= LAME_AFTER_MS && this.#uselessAnswers >= LAME_ANSWERS && this.#isUselessOverTcp;
    const isDead =
      !this.#hasAnswered &&
      ms >= DEAD_AFTER_MS &&
      this.#datagrams >= DEAD_DATAGRAMS &&
      this.#connections >= DEAD_CONNECTIONS;
    return isLame || isDead;
  }
}
