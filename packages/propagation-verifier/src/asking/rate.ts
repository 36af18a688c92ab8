import { childSignal, unlessAborted } from '../abort.js';
import type { Clock } from '../clock.js';

/** In any second, over all names. */
const PER_SECOND = 20;
const SECOND_MS = 1_000;
/** Addresses that are remembered; more are forgotten once they are quiet. */
const MAX_QUIET = 1_000;

interface Waiter {
  isUrgent: boolean;
  go: () => void;
}

/** One address: when it was asked in the last second, and who waits. */
interface Lane {
  sentAt: number[];
  waiting: Waiter[];
  /** Ends the timer for the next turn; undefined if nobody waits. */
  stop: (() => void) | undefined;
}

/** Lets at most 20 questions go to a name server address in any second, over all names, in the order in which they came. */
export class AddressRate {
  readonly #clock: Clock;
  readonly #lanes = new Map<string, Lane>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when one question may be sent to the address, urgent ones first; rejects with the signal's reason on abort. */
  async take(address: string, signal: AbortSignal, isUrgent = false): Promise<void> {
    signal.throwIfAborted();
    const lane = this.#lane(address);
    if (lane.waiting.length === 0 && this.#waitMs(lane) <= 0) {
      lane.sentAt.push(this.#clock.now());
      return;
    }
    let go = () => {};
    const turn = new Promise<void>((resolve) => {
      go = resolve;
    });
    const waiter = { isUrgent, go };
    const firstPatient = lane.waiting.findIndex((other) => !other.isUrgent);
    lane.waiting.splice(isUrgent && firstPatient >= 0 ? firstPatient : lane.waiting.length, 0, waiter);
    if (!lane.stop) void this.#serve(lane);
    try {
      await unlessAborted(turn, signal);
    } catch (error) {
      lane.waiting = lane.waiting.filter((other) => other !== waiter);
      if (lane.waiting.length === 0) lane.stop?.();
      throw error;
    }
  }

  /** A packet has gone out besides, as a repeated one does: later questions wait for it. */
  charge(address: string): void {
    this.#lane(address).sentAt.push(this.#clock.now());
  }

  async #serve(lane: Lane): Promise<void> {
    const timer = childSignal();
    lane.stop = () => timer.abort();
    try {
      while (lane.waiting.length > 0) {
        await this.#clock.sleep(Math.max(0, this.#waitMs(lane)), timer.signal);
        if (this.#waitMs(lane) > 0) continue;
        lane.sentAt.push(this.#clock.now());
        lane.waiting.shift()?.go();
      }
    } catch {
      // Nobody waits any more.
    } finally {
      lane.stop = undefined;
      // Somebody may have come while the timer was being ended.
      if (lane.waiting.length > 0) void this.#serve(lane);
    }
  }

  /** Milliseconds until the second is over that began with the 20th question before. */
  #waitMs(lane: Lane): number {
    const { sentAt } = lane;
    const now = this.#clock.now();
    while (sentAt.length > PER_SECOND && sentAt[0]! + SECOND_MS <= now) sentAt.shift();
    const before = sentAt.at(-PER_SECOND);
    return before === undefined ? 0 : before + SECOND_MS - now;
  }

  #lane(address: string): Lane {
    const known = this.#lanes.get(address);
    if (known) return known;
    if (this.#lanes.size >= MAX_QUIET) this.#forgetQuiet();
    const lane: Lane = { sentAt: [], waiting: [], stop: undefined };
    this.#lanes.set(address, lane);
    return lane;
  }

  #forgetQuiet(): void {
    const since = this.#clock.now() - SECOND_MS;
    for (const [address, { sentAt, waiting }] of this.#lanes)
      if (waiting.length === 0 && (sentAt.at(-1) ?? 0) <= since) this.#lanes.delete(address);
  }
}
