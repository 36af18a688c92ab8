import { randomWord } from '../wire/chance.js';
import type { Query } from '../wire/query.js';
import type { Ask } from './ask.js';
import { Fifo } from './fifo.js';
import { BYTES_AFTER_QUESTION, MAX_QUERY_BYTES, writeQuery } from './question.js';
import { Timed } from './wheel.js';
import { MOST_IN_FLIGHT } from './window.js';

const IDS = 0x10000;
/** More than the window, so that a duplicate of an answer still finds the question that it belongs to. One byte tells them apart. */
const PLACES = 255;
const NO_PLACE = 0;

/** One question under way over UDP, in a buffer that is used again. */
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
  readonly #places = new Uint8Array(IDS);
  readonly #free = new Fifo<Flight>();

  constructor(onDeadline: (flight: Flight, now: number) => void) {
    const room = Buffer.alloc(PLACES * MAX_QUERY_BYTES);
    for (let index = 0; index < PLACES; index += 1) {
      const own = room.subarray(index * MAX_QUERY_BYTES, (index + 1) * MAX_QUERY_BYTES);
      const flight = new Flight(index + 1, own, onDeadline);
      this.#flights.push(flight);
      this.#free.push(flight);
    }
  }

  get size(): number {
    return PLACES - this.#free.size;
  }

  /** A written question; there is always room for as many as the window allows. */
  take(ask: Ask): Flight {
    if (this.size >= MOST_IN_FLIGHT) throw new RangeError('More questions under way than the window allows.');
    const flight = this.#free.shift()!;
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
