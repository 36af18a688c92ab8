import { randomWord } from '../wire/chance.js';
import type { Query } from '../wire/query.js';
import type { Ask } from './ask.js';
import { Fifo } from './fifo.js';
import { BYTES_AFTER_QUESTION, MAX_QUERY_BYTES, writeQuery } from './question.js';
import { Timed } from './wheel.js';

const IDS = 0x10000;
const NO_PLACE = 0;

/** One question under way, in a buffer that is used again. */
export class Flight extends Timed implements Query {
  readonly place: number;
  readonly #room: Buffer;
  bytes: Buffer;
  questionEnd = 0;
  id = -1;
  ask: Ask | undefined;
  sends = 0;
  firstSentAt = 0;
  sentAt = 0;

  constructor(place: number, room: Buffer, onDeadline: (flight: Flight, now: number) => void) {
    super((now) => onDeadline(this, now));
    this.place = place;
    this.#room = room;
    this.bytes = room;
  }

  write(ask: Ask, id: number): void {
    this.ask = ask;
    this.id = id;
    const length = writeQuery(this.#room, 0, id, ask.record.name, ask.record.type);
    // A view costs more than the question, and most names of a stream are of few lengths.
    if (this.bytes.length !== length) this.bytes = this.#room.subarray(0, length);
    this.questionEnd = length - BYTES_AFTER_QUESTION;
  }
}

/** The questions under way to one address, by their ids. Ids are random, and no two questions under way share one. */
export class Flights {
  readonly #flights: Flight[] = [];
  /** The place of a question, for every id. */
  readonly #places: Uint8Array | Uint16Array;
  readonly #free = new Fifo<Flight>();

  /** `most` questions at one time. More than that for UDP, so that a duplicate of an answer still finds its question. */
  constructor(most: number, onDeadline: (flight: Flight, now: number) => void) {
    this.#places = most > 0xff ? new Uint16Array(IDS) : new Uint8Array(IDS);
    const room = Buffer.alloc(most * MAX_QUERY_BYTES);
    for (let index = 0; index < most; index += 1) {
      const own = room.subarray(index * MAX_QUERY_BYTES, (index + 1) * MAX_QUERY_BYTES);
      const flight = new Flight(index + 1, own, onDeadline);
      this.#flights.push(flight);
      this.#free.push(flight);
    }
  }

  get size(): number {
    return this.#flights.length - this.#free.size;
  }

  /** A written question. */
  take(ask: Ask): Flight {
    const flight = this.#free.shift();
    if (!flight) throw new RangeError('More questions under way than there are places.');
    flight.sends = 0;
    this.rename(flight, ask);
    return flight;
  }

  /** A new id and new letter case for a question that goes out from another port. */
  rename(flight: Flight, ask: Ask): void {
    if (flight.id >= 0 && this.#places[flight.id] === flight.place) this.#places[flight.id] = NO_PLACE;
    let id = randomWord() & 0xffff;
    while (this.#places[id] !== NO_PLACE) id = (randomWord() >>> 16) & 0xffff;
    this.#places[id] = flight.place;
    flight.write(ask, id);
  }

  /** The question that had this id last; its `ask` is undefined if it has been answered. */
  byId(id: number): Flight | undefined {
    const place = this.#places[id]!;
    return place === NO_PLACE ? undefined : this.#flights[place - 1];
  }

  release(flight: Flight): void {
    flight.ask = undefined;
    this.#free.push(flight);
  }

  underWay(): Flight[] {
    return this.#flights.filter(({ ask }) => ask !== undefined);
  }
}
