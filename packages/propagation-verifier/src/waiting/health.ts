/** Before the first answer: a lost datagram is sent again after this. Within the bounds later (RFC 6298, in small). */
const FIRST_RESEND_MS = 250;
const LEAST_RESEND_MS = 100;
const MOST_RESEND_MS = 1_000;
/** Questions that an address gets at one time before it has answered any, and while it is silent. */
const UNPROVEN_WINDOW = 4;
const SILENT_WINDOW = 1;
/** Unanswered questions in a row that make an address silent. */
const SILENT_AFTER = 2;
/** Signs of a rate limit before it is believed, as one may be chance; and the part of a sign that a good answer takes back. */
const SIGNS = 2;
const FORGIVENESS = 0.2;
const FIRST_SLOW_MS = 500;
const SLOWEST_MS = 5_000;
/** The first answers over UDP, by which the loss of an address is known. */
const PROBATION = 10;
/** Good answers in a row after which a slowed address is asked faster again. */
const GOOD_ANSWERS = 4;

/** How one address behaves on the network, whatever the zone and the name. */
export class AddressHealth {
  #smoothedMs: number | undefined;
  #deviationMs = 0;
  #hasAnswered = false;
  #unanswered = 0;
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];
  #observed = 0;
  #clean = 0;
  #signs = 0;
  #good = 0;
  #slowMs = 0;

  /** Smoothed round trip in milliseconds; 0 before the first answer. */
  get rttMs(): number {
    return this.#smoothedMs ?? 0;
  }

  /** Milliseconds after which a datagram counts as lost. */
  get resendAfterMs(): number {
    if (this.#smoothedMs === undefined) return FIRST_RESEND_MS;
    const ms = this.#smoothedMs + 4 * this.#deviationMs;
    return Math.round(Math.min(MOST_RESEND_MS, Math.max(LEAST_RESEND_MS, ms)));
  }

  /** Least milliseconds between questions, for a server that limits them; 0 for one that does not. Such a server is asked over TCP. */
  get slowMs(): number {
    return this.#slowMs;
  }

  /** Resolves when the address may get one more question; the result is to be called when that is over. Rejects on abort. */
  async enter(signal: AbortSignal): Promise<() => void> {
    while (this.#underWay >= this.#window) await this.#turn(signal);
    this.#underWay += 1;
    return () => {
      this.#underWay -= 1;
      this.#wake();
    };
  }

  /** At first nearly every datagram was answered, so that silence later is no matter of chance. */
  get isReliable(): boolean {
    return this.#observed >= PROBATION && this.#clean >= PROBATION - 1;
  }

  /** `overUdp`: round trip of the datagram that was answered, and how many were sent; undefined for an answer over TCP. */
  answered(overUdp: { rttMs: number; datagrams: number } | undefined): void {
    this.#hasAnswered = true;
    this.#unanswered = 0;
    if (overUdp) {
      this.#measure(overUdp.rttMs);
      if (this.#observed < PROBATION) {
        this.#observed += 1;
        if (overUdp.datagrams === 1) this.#clean += 1;
      }
    }
    this.#wake();
  }

  unanswered(): void {
    this.#unanswered += 1;
  }

  /** Takes down whether the last question met what looks like a rate limit. True when that has become believable, and was not before. */
  limited(hasSign: boolean): boolean {
    if (!hasSign) {
      this.#signs = Math.max(0, this.#signs - FORGIVENESS);
      this.#good += 1;
      if (this.#good % GOOD_ANSWERS === 0) this.#slowMs = this.#slowMs > FIRST_SLOW_MS ? this.#slowMs / 2 : 0;
      return false;
    }
    this.#good = 0;
    this.#signs += 1;
    if (this.#signs < SIGNS) return false;
    const isNews = this.#slowMs === 0;
    this.#slowMs = Math.min(SLOWEST_MS, Math.max(FIRST_SLOW_MS, this.#slowMs * 2));
    return isNews;
  }

  get #window(): number {
    if (this.#unanswered >= SILENT_AFTER) return SILENT_WINDOW;
    return this.#hasAnswered ? Number.POSITIVE_INFINITY : UNPROVEN_WINDOW;
  }

  #measure(rttMs: number): void {
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = rttMs;
      this.#deviationMs = rttMs / 2;
      return;
    }
    this.#deviationMs += (Math.abs(rttMs - this.#smoothedMs) - this.#deviationMs) / 4;
    this.#smoothedMs += (rttMs - this.#smoothedMs) / 8;
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        reject(signal.reason);
      };
      const wake = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      this.#waiting.push(wake);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #wake(): void {
    const free = this.#window - this.#underWay;
    for (const wake of this.#waiting.splice(0, Math.max(0, Math.min(free, this.#waiting.length)))) wake();
  }
}
