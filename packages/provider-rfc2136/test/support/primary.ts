import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { OPCODE, TYPE } from '../../src/wire/codes.js';
import { decodeMessage, type Message } from '../../src/wire/message.js';
import { nameOctets } from '../../src/wire/name.js';
import { encodeRdata, typeNumber } from '../../src/wire/rdata.js';
import { answer, type SeenRequest } from './answer.js';
import { lookUp, remove, type StoredRecord, update } from './zone-data.js';

/** Messages to send, each as it stands; or what becomes of the connection. */
export type Behaviour = Buffer | readonly Buffer[] | 'hang' | 'reset' | 'close' | { raw: Buffer };

/** A primary name server on loopback, with zones that take dynamic updates as RFC 2136 has it. */
export interface Primary {
  readonly port: number;
  readonly server: string;
  readonly requests: SeenRequest[];
  readonly records: StoredRecord[];
  /** Called for each request in place of the server's own answer; undefined: that one. */
  respond: ((seen: SeenRequest, own: () => Buffer, nth: number) => Behaviour | undefined) | undefined;
  put(name: string, type: string, values: readonly string[], ttl?: number): void;
  /** Values at a name, as `value ttl`. */
  held(name: string, type?: string): string[];
  close(): Promise<void>;
}

export async function startPrimary(zones: readonly string[] = ['example.org']): Promise<Primary> {
  const records: StoredRecord[] = [];
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const apexes = zones.map((zone) => `${zone}.`);
  for (const zone of apexes) {
    records.push({ name: zone, type: TYPE.SOA, ttl: 300, rdata: soaRdata(zone) });
    records.push({ name: zone, type: TYPE.NS, ttl: 300, rdata: nameOctets(`ns1.${zone}`)! });
  }
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
        const packet = Buffer.from(rest.subarray(2, 2 + rest.readUInt16BE(0)));
        rest = rest.subarray(2 + packet.length);
        serve(socket, packet);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const primary: Primary = {
    port,
    server: `127.0.0.1:${port}`,
    requests,
    records,
    respond: undefined,
    put(name, type, values, ttl = 300) {
      const number = typeNumber(type);
      remove(records, (record) => record.name === name && record.type === number);
      for (const value of values) records.push({ name, type: number, ttl, rdata: encodeRdata(type, value) });
    },
    held(name, type = 'TXT') {
      return records
        .filter((record) => record.name === name && record.type === typeNumber(type))
        .map(({ rdata, ttl }) => `${rdata.subarray(1).toString('latin1')} ${ttl}`);
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };

  function serve(socket: Socket, packet: Buffer): void {
    const message = decodeMessage(packet);
    const seen = { operation: operationOf(message), message, packet };
    requests.push(seen);
    const own = () => ownAnswer(seen);
    const behaviour = primary.respond?.(seen, own, requests.length) ?? own();
    if (behaviour === 'hang') return;
    if (behaviour === 'reset') socket.resetAndDestroy();
    else if (behaviour === 'close') socket.end();
    else if ('raw' in behaviour) socket.end(behaviour.raw);
    else for (const one of [behaviour].flat() as Buffer[]) socket.write(frame(one));
  }

  function ownAnswer(seen: SeenRequest): Buffer {
    const { message } = seen;
    return message.opcode === OPCODE.UPDATE
      ? answer(seen, { rcode: update(records, apexes, message) })
      : answer(seen, lookUp(records, apexes, message));
  }

  return primary;
}

export function frame(packet: Buffer): Buffer {
  return Buffer.concat([Buffer.from([packet.length >> 8, packet.length & 0xff]), packet]);
}

function operationOf({ opcode, questions, authority }: Message): string {
  if (opcode === OPCODE.UPDATE) return authority.length > 0 ? 'Update' : 'Check';
  const names = Object.entries(TYPE).map(([name, number]) => [number, name] as const);
  return `Query ${new Map(names).get(questions[0]!.type as never)}`;
}

function soaRdata(zone: string): Buffer {
  return Buffer.concat([nameOctets(`ns1.${zone}`)!, nameOctets(`admin.${zone}`)!, Buffer.alloc(20, 1)]);
}
