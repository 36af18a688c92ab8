import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket as TcpSocket } from 'node:net';
import packet, { type DecodedPacket } from 'dns-packet';
import { createVerifier, type RecordReport, type Verifier, type VerifierOptions } from '../src/index.js';
import { absent, reply, soa, txt, type Via } from './fake-dns.js';

export const ZONE = 'example.test';
export const ADDRESSES = ['127.0.76.1', '127.0.76.2'] as const;

export function nameOf(number: number): string {
  return `_dnsauth.h${number}.${ZONE}`;
}

export function textOf(number: number): string {
  return `value-of-${number}`;
}

export function* expectations(count: number) {
  for (let number = 0; number < count; number += 1)
    yield { name: nameOf(number), type: 'TXT', value: textOf(number) } as const;
}

export interface Question {
  query: DecodedPacket;
  /** In lower case. */
  name: string;
  type: string;
  via: Via;
  raw: Buffer;
  /** Where the question came from. */
  from: { address: string; port: number };
  /** Sends one more packet now. */
  send: (bytes: Buffer) => void;
  /** Writes bytes to a TCP connection as they are, without a length before them. */
  write: (bytes: Buffer) => void;
  /** Closes a TCP connection after what has been sent. */
  end: () => void;
}

/** Answers a question by `send`, now or later, or not at all. */
export type Behaviour = (question: Question) => void;

/** An answer with pointers to the question for owners that are its name, as name servers write them, and the library does not. */
export function compressed(answer: Buffer): Buffer {
  let nameEnd = 12;
  while (answer[nameEnd] !== 0) nameEnd += 1 + answer[nameEnd]!;
  const name = answer.subarray(12, nameEnd + 1);
  const parts = [answer.subarray(0, nameEnd + 5)];
  let rest = answer.subarray(nameEnd + 5);
  for (let at = rest.indexOf(name); at >= 0; at = rest.indexOf(name)) {
    parts.push(rest.subarray(0, at), Buffer.from([0xc0, 12]));
    rest = rest.subarray(at + name.length);
  }
  return Buffer.concat([...parts, rest]);
}

/** A server that holds the right value of every name, unless told otherwise. */
export const honest: Behaviour = ({ query, name, type, send }) => {
  const number = /^_dnsauth\.h(\d+)\./.exec(name)?.[1];
  const asked = query.questions![0]!.name;
  send(
    number && type === 'TXT'
      ? compressed(reply(query, { answers: [txt(textOf(Number(number)), asked)] }))
      : absent(query),
  );
};

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `behaviour` behind a network that loses packets of UDP, each way. */
export function lossy(share: number, seed: number, behaviour: Behaviour = honest): Behaviour {
  const random = seeded(seed);
  return (question) => {
    if (question.via === 'tcp') behaviour(question);
    else if (random() >= share)
      behaviour({ ...question, send: (bytes) => void (random() >= share && question.send(bytes)) });
  };
}

/** A resolver that knows the zone, and servers of the zone that behave as they are told, over UDP and TCP. */
export class BulkWorld {
  /** Questions to the resolver. */
  readonly asked: string[] = [];
  #sockets: (Socket | Server)[] = [];
  readonly #connections = new Set<TcpSocket>();
  #resolver = '';
  #port = 0;

  /** `resolves` may answer a question to the resolver itself. */
  static async start(
    behaviours: readonly Behaviour[] = [honest, honest],
    resolves: (name: string, type: string) => ReturnType<typeof txt>[] | undefined = () => undefined,
  ): Promise<BulkWorld> {
    const world = new BulkWorld();
    const resolver: Behaviour = ({ query, name, type, send }) => {
      world.asked.push(`${name} ${type}`);
      const flags = packet.RECURSION_AVAILABLE;
      const answers = resolves(name, type) ?? world.#zoneAnswers(name, type, Math.max(1, behaviours.length));
      send(reply(query, answers.length > 0 ? { flags, answers } : { flags, authorities: [soa(ZONE)] }));
    };
    world.#resolver = `127.0.0.1:${await world.#listen('127.0.0.1', 0, resolver)}`;
    for (;;) {
      const before = world.#sockets.length;
      try {
        world.#port = 0;
        for (const [index, behaviour] of behaviours.entries())
          world.#port = await world.#listen(`127.0.76.${index + 1}`, world.#port, behaviour);
        return world;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
        for (const socket of world.#sockets.splice(before)) socket.close();
      }
    }
  }

  /** As the option `resolvers` takes it. */
  get resolver(): string {
    return this.#resolver;
  }

  verifier(options: VerifierOptions = {}): Verifier {
    return createVerifier({
      resolvers: [this.#resolver],
      authoritativePort: this.#port,
      queryTimeoutMs: 1_500,
      ...options,
    });
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.destroy();
    for (const socket of this.#sockets.splice(0)) socket.close();
  }

  /** Cuts every connection. */
  cutConnections(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  /** From now on TCP connections are refused. */
  refuseConnections(): void {
    for (const socket of this.#sockets) if ('listening' in socket) socket.close();
    this.#sockets = this.#sockets.filter((socket) => !('listening' in socket));
  }

  #zoneAnswers(name: string, type: string, servers: number): ReturnType<typeof txt>[] {
    if (name === ZONE && type === 'NS')
      return Array.from({ length: servers }, (_, index) => ({
        type: 'NS',
        name,
        ttl: 60,
        data: `ns${index + 1}.${ZONE}`,
      }));
    const host = /^ns(\d+)\.example\.test$/.exec(name)?.[1];
    return host && type === 'A' ? [{ type: 'A', name, ttl: 60, data: `127.0.76.${host}` }] : [];
  }

  async #listen(address: string, port: number, behaviour: Behaviour): Promise<number> {
    const tcp = createServer((socket) => {
      this.#connections.add(socket);
      socket.on('close', () => this.#connections.delete(socket));
      socket.on('error', () => {});
      let received = Buffer.alloc(0);
      socket.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
          const end = 2 + received.readUInt16BE(0);
          const raw = received.subarray(2, end);
          received = received.subarray(end);
          const from = { address: socket.remoteAddress!, port: socket.remotePort! };
          behaviour(
            question(
              raw,
              'tcp',
              from,
              (bytes) => socket.write(framed(bytes)),
              (bytes) => socket.write(bytes),
              () => socket.end(),
            ),
          );
        }
      });
    });
    this.#sockets.push(tcp);
    tcp.listen(port, address);
    await once(tcp, 'listening');
    const chosen = (tcp.address() as AddressInfo).port;
    const udp = createSocket('udp4');
    this.#sockets.push(udp);
    let isOpen = true;
    udp.on('close', () => {
      isOpen = false;
    });
    udp.on('message', (raw, from: RemoteInfo) =>
      behaviour(question(raw, 'udp', from, (bytes) => isOpen && udp.send(bytes, from.port, from.address))),
    );
    udp.bind(chosen, address);
    await once(udp, 'listening');
    return chosen;
  }
}

/** With its length before it, as over TCP. */
export function framed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function question(
  raw: Buffer,
  via: Via,
  from: Question['from'],
  send: Question['send'],
  write: Question['write'] = () => {},
  end: Question['end'] = () => {},
): Question {
  const query = packet.decode(raw);
  const { name, type } = query.questions![0]!;
  return { query, name: name.toLowerCase(), type, via, raw: Buffer.from(raw), from, send, write, end };
}

export async function collect(reports: AsyncIterable<RecordReport>): Promise<RecordReport[]> {
  const collected: RecordReport[] = [];
  for await (const report of reports) collected.push(report);
  return collected;
}
