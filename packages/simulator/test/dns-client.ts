import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, isIPv6 } from 'node:net';
import { type Answer, type DecodedPacket, decode, encode, type Packet, type RecordType } from 'dns-packet';

/** A decoded message in the terms that tests compare. */
export interface Heard {
  rcode: number;
  aa: boolean;
  tc: boolean;
  ra: boolean;
  rd: boolean;
  question: string | undefined;
  /** `name ttl type data`, TXT strings joined by `|`. */
  answers: string[];
  authorities: string[];
  additionals: string[];
  packet: DecodedPacket;
  bytes: number;
}

export interface Asking {
  type?: string;
  rd?: boolean;
  /** EDNS payload size; 0 for no EDNS. Default 1232. */
  payload?: number;
  transport?: 'udp' | 'tcp';
}

export function message(name: string, { type = 'TXT', rd = false, payload = 1232 }: Asking = {}): Buffer {
  const packet: Packet = {
    type: 'query',
    id: 4711,
    flags: rd ? 0x0100 : 0,
    questions: [{ name, type: type as RecordType }],
    additionals:
      payload > 0
        ? [
            {
              type: 'OPT',
              name: '.',
              udpPayloadSize: payload,
              extendedRcode: 0,
              ednsVersion: 0,
              flags: 0,
              flag_do: false,
              options: [],
            },
          ]
        : [],
  };
  return encode(packet);
}

export async function ask(
  server: { address: string; port: number },
  name: string,
  asking: Asking = {},
): Promise<Heard> {
  const query = message(name, asking);
  return read(
    asking.transport === 'tcp' ? (await exchangeTcp(server, [query]))[0]! : await exchangeUdp(server, query),
  );
}

/** Sends bytes as they are; rejects if nothing comes back. */
export async function exchangeUdp(server: { address: string; port: number }, bytes: Buffer): Promise<Buffer> {
  const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
  try {
    const reply = once(socket, 'message', { signal: AbortSignal.timeout(3_000) });
    socket.send(bytes, server.port, server.address);
    const [received] = (await reply) as [Buffer];
    return received;
  } finally {
    socket.close();
  }
}

/** Sends all messages in one write and waits for as many replies. */
export function exchangeTcp(
  server: { address: string; port: number },
  messages: readonly Buffer[],
): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.address, port: server.port });
    const replies: Buffer[] = [];
    let data: Buffer = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('The connection was closed.')));
    socket.on('data', (chunk) => {
      data = Buffer.concat([data, chunk]);
      while (data.length >= 2 && data.length >= 2 + data.readUInt16BE(0)) {
        replies.push(data.subarray(2, 2 + data.readUInt16BE(0)));
        data = data.subarray(2 + data.readUInt16BE(0));
      }
      if (replies.length < messages.length) return;
      resolve(replies);
      socket.destroy();
    });
    socket.write(Buffer.concat(messages.map(framed)));
  });
}

export function framed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

export function read(bytes: Buffer): Heard {
  const packet = decode(bytes);
  return {
    rcode: (packet.flags ?? 0) & 0xf,
    aa: packet.flag_aa,
    tc: packet.flag_tc,
    ra: packet.flag_ra,
    rd: packet.flag_rd,
    question: packet.questions?.[0]?.name,
    answers: (packet.answers ?? []).map(describe),
    authorities: (packet.authorities ?? []).map(describe),
    additionals: (packet.additionals ?? []).filter(({ type }) => type !== 'OPT').map(describe),
    packet,
    bytes: bytes.length,
  };
}

function describe(record: Answer): string {
  if (!('data' in record)) return `${record.name} ${record.type}`;
  const ttl = 'ttl' in record ? record.ttl : 0;
  return `${record.name} ${ttl} ${record.type} ${dataText(record)}`;
}

function dataText(record: Answer): string {
  switch (record.type) {
    case 'TXT':
      return (record.data as Buffer[]).map(String).join('|');
    case 'SOA':
      return `${record.data.mname} ${record.data.minimum}`;
    case 'MX':
      return `${record.data.preference} ${record.data.exchange}`;
    case 'CAA':
      return `${record.data.flags} ${record.data.tag} ${record.data.value}`;
    case 'SRV':
      return `${record.data.priority} ${record.data.weight} ${record.data.port} ${record.data.target}`;
    default:
      return 'data' in record ? String(record.data) : '';
  }
}
