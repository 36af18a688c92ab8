import { createSocket, type Socket } from 'node:dgram';
import { isV6 } from '../transport/family.js';
import type { Endpoint } from '../transport/transport.js';

/** After so many questions, or so many packets that answer none of them, the next come from a new port. */
const QUESTIONS_PER_PORT = 20_000;
const STRAYS_PER_PORT = 64;
const LEAST_PORT_MS = 1_000;

export interface PortEvents {
  /** `isChanged`: in place of another port, whose unanswered questions have to be asked again from this one. */
  opened(isChanged: boolean): void;
  /** No port could be opened, and there is none in use. */
  failed(error: Error): void;
  packet(packet: Buffer): void;
}

/** Where the questions to one address come from: a random port of their own, and from time to time another one. */
export class Port {
  readonly #endpoint: Endpoint;
  readonly #events: PortEvents;
  #socket: Socket | undefined;
  #opening: Socket | undefined;
  #since = 0;
  #sent = 0;
  #strays = 0;

  constructor(endpoint: Endpoint, events: PortEvents) {
    this.#endpoint = endpoint;
    this.#events = events;
  }

  get isOpen(): boolean {
    return this.#socket !== undefined;
  }

  /** Connected, so that the system drops what others send. */
  open(): void {
    const { address, port } = this.#endpoint;
    const socket = createSocket(isV6(address) ? 'udp6' : 'udp4');
    this.#opening = socket;
    socket.on('error', (error) => {
      // Of an open socket: "port unreachable", which anybody can forge. The questions' own deadlines decide.
      if (socket === this.#opening) this.#cannotOpen(socket, error);
    });
    socket.on('connect', () => {
      if (socket === this.#opening) this.#use(socket);
    });
    socket.on('message', (packet) => {
      if (socket === this.#socket) this.#events.packet(packet);
    });
    socket.connect(port, address);
  }

  /** A packet that the system does not take is as good as lost. */
  send(bytes: Buffer): void {
    this.#sent += 1;
    this.#socket!.send(bytes);
  }

  /** A packet has come that answers no question. */
  stray(): void {
    this.#strays += 1;
  }

  changeIfWorn(now: number): void {
    const isWorn = this.#sent >= QUESTIONS_PER_PORT || this.#strays >= STRAYS_PER_PORT;
    if (isWorn && !this.#opening && now - this.#since >= LEAST_PORT_MS) this.open();
  }

  close(): void {
    for (const socket of [this.#socket, this.#opening]) socket?.close();
    this.#socket = undefined;
    this.#opening = undefined;
  }

  #use(socket: Socket): void {
    const former = this.#socket;
    socket.unref();
    this.#opening = undefined;
    this.#socket = socket;
    this.#since = performance.now();
    this.#sent = 0;
    this.#strays = 0;
    former?.close();
    this.#events.opened(former !== undefined);
  }

  #cannotOpen(socket: Socket, error: Error): void {
    this.#opening = undefined;
    socket.close();
    // The port in use is as good as before.
    if (!this.#socket) this.#events.failed(error);
  }
}
