import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import packet, { type Answer, type DecodedPacket, type Packet } from 'dns-packet';
import { createVerifier, type Verifier, type VerifierOptions } from '../src/index.js';
import { MessageStream } from '../src/transport/message-stream.js';

export type Via = 'udp' | 'tcp';
/** Packets to be sent back, in order; nothing for silence. */
export type Handler = (query: DecodedPacket, via: Via, raw: Buffer) => readonly Buffer[];

const QR_AA = packet.AUTHORITATIVE_ANSWER;
export const ZONE = 'example.test';
export const NAME = '_dnsauth.example.test';
export const ADDRESSES = ['127.0.71.1', '127.0.71.2'] as const;

/** An answer to a query; authoritative unless told otherwise. */
export function reply(query: DecodedPacket, changes: Partial<Packet> & { rcode?: number } = {}): Buffer {
  const { rcode = 0, flags = QR_AA, ...rest } = changes;
  return packet.encode({
    type: 'response',
    id: query.id,
    questions: query.questions,
    flags: flags | rcode,
    ...rest,
  });
}

export function txt(value: string | readonly string[], name = NAME): Answer {
  const data = (typeof value === 'string' ? [value] : [...value]).map((part) => Buffer.from(part));
  return { type: 'TXT', name, ttl: 60, data };
}

/** The authoritative answer of a server that holds these TXT values at the challenge's name. */
export function holds(...values: (string | readonly string[])[]): Handler {
  return (query) => {
    const question = query.questions?.[0];
    if (question?.name.toLowerCase() !== NAME || question.type !== 'TXT' || values.length === 0)
      return [absent(query)];
    return [reply(query, { answers: values.map((value) => txt(value, question.name)) })];
  };
}

export function absent(query: DecodedPacket): Buffer {
  return reply(query, { rcode: 3, authorities: [soa(ZONE)] });
}

export function soa(name: string): Answer {
  const data = {
    mname: `ns1.${name}`,
    rname: `hostmaster.${name}`,
    serial: 1,
    refresh: 60,
    retry: 60,
    expire: 60,
    minimum: 60,
  };
  return { type: 'SOA', name, ttl: 60, data };
}

/** A resolver that knows one zone with two name servers, and remembers what it was asked. */
export function resolverFor(asked: string[]): Handler {
  return (query) => {
    const { name, type } = query.questions?.[0] ?? { name: '', type: 'A' };
    asked.push(`${name} ${type}`);
    const answers = recursiveAnswers(name.toLowerCase(), type);
    const flags = packet.RECURSION_AVAILABLE;
    if (answers.length > 0) return [reply(query, { flags, answers })];
    return [reply(query, { flags, authorities: [soa(ZONE)] })];
  };
}

function recursiveAnswers(name: string, type: string): Answer[] {
  if (name === ZONE && type === 'NS')
    return [1, 2].map((number) => ({ type: 'NS', name, ttl: 60, data: `ns${number}.${ZONE}` }));
  const host = /^ns([12])\.example\.test$/.exec(name);
  if (host && type === 'A')
    return [{ type: 'A', name, ttl: 60, data: ADDRESSES[Number(host[1]) - 1] as string }];
  return [];
}

interface Listener {
  udp: Socket;
  tcp: Server;
  port: number;
}

/** A small internet: a resolver, and the two servers of one zone on one port. */
export class FakeDns {
  readonly asked: string[] = [];
  readonly #listeners: Listener[] = [];
  #resolver = '';
  #port = 0;

  static async start(first: Handler, second: Handler = first, resolver?: Handler): Promise<FakeDns> {
    const dns = new FakeDns();
    const listener = await dns.#listen('127.0.0.1', 0, resolver ?? resolverFor(dns.asked));
    dns.#resolver = `127.0.0.1:${listener.port}`;
    for (;;) {
      try {
        dns.#port = (await dns.#listen(ADDRESSES[0], 0, first)).port;
        await dns.#listen(ADDRESSES[1], dns.#port, second);
        return dns;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      }
    }
  }

  verifier(options: VerifierOptions = {}): Verifier {
    return createVerifier({
      resolvers: [this.#resolver],
      authoritativePort: this.#port,
      queryTimeoutMs: 200,
      ...options,
    });
  }

  get resolver(): string {
    return this.#resolver;
  }

  async close(): Promise<void> {
    for (const { udp, tcp } of this.#listeners) {
      udp.close();
      tcp.close();
    }
  }

  async #listen(address: string, port: number, handler: Handler): Promise<Listener> {
    const tcp = createServer((socket) => {
      socket.on('error', () => {});
      const stream = new MessageStream();
      socket.on('data', (data: Buffer) => {
        for (const raw of stream.take(data))
          for (const answer of handler(packet.decode(raw), 'tcp', raw)) {
            const length = Buffer.alloc(2);
            length.writeUInt16BE(answer.length);
            socket.write(Buffer.concat([length, answer]));
          }
      });
    });
    tcp.listen(port, address);
    await once(tcp, 'listening');
    const chosen = (tcp.address() as AddressInfo).port;
    const udp = createSocket('udp4');
    udp.on('message', (raw, from) => {
      for (const answer of handler(packet.decode(raw), 'udp', raw)) udp.send(answer, from.port, from.address);
    });
    udp.bind(chosen, address);
    await once(udp, 'listening');
    const listener = { udp, tcp, port: chosen };
    this.#listeners.push(listener);
    return listener;
  }
}
