export const TICK_MS = 5;
/** 512 ticks are 2.5 s; a later deadline goes round more than once. */
const BUCKETS = 512;

/** Something that ends or is repeated at a deadline. An item is in one list of one wheel at most. */
export class Timed {
  /** Milliseconds, in the time of the wheel. */
  deadline = 0;
  bucket = -1;
  previous: Timed | undefined;
  next: Timed | undefined;
  readonly onDeadline: (now: number) => void;

  constructor(onDeadline: (now: number) => void) {
    this.onDeadline = onDeadline;
  }
}

/** Deadlines of many questions under one timer: setting and clearing one costs a few assignments. */
export class TimerWheel {
  readonly #first: (Timed | undefined)[] = new Array(BUCKETS).fill(undefined);
  #tick: number;
  #lastTurn: number;
  #isLate = false;

  constructor(now: number) {
    this.#tick = Math.floor(now / TICK_MS);
    this.#lastTurn = now;
  }

  set(item: Timed, deadline: number): void {
    if (item.bucket >= 0) this.clear(item);
    item.deadline = deadline;
    const bucket = Math.max(Math.ceil(deadline / TICK_MS), this.#tick + 1) % BUCKETS;
    item.bucket = bucket;
    item.next = this.#first[bucket];
    if (item.next) item.next.previous = item;
    this.#first[bucket] = item;
  }

  clear(item: Timed): void {
    if (item.bucket < 0) return;
    if (item.previous) item.previous.next = item.next;
    else this.#first[item.bucket] = item.next;
    if (item.next) item.next.previous = item.previous;
    item.previous = undefined;
    item.next = undefined;
    item.bucket = -1;
  }

  /** Lets the deadlines pass that lie before `now`. */
  turn(now: number): void {
    const heldUpMs = now - this.#lastTurn;
    this.#lastTurn = now;
    // After a pause of this process answers wait in the sockets: they are read before anything is called late.
    this.#isLate = heldUpMs > 3 * TICK_MS && !this.#isLate;
    if (this.#isLate) return;
    const tick = Math.floor(now / TICK_MS);
    const from = Math.max(this.#tick + 1, tick - BUCKETS + 1);
    this.#tick = tick;
    for (let turned = from; turned <= tick; turned += 1) this.#pass(turned % BUCKETS, now);
  }

  #pass(bucket: number, now: number): void {
    let item = this.#first[bucket];
    const late: Timed[] = [];
    for (; item; item = item.next) if (item.deadline <= now) late.push(item);
    for (const one of late) {
      // What happens to one may clear another.
      if (one.bucket !== bucket || one.deadline > now) continue;
      this.clear(one);
      one.onDeadline(now);
    }
  }
}
