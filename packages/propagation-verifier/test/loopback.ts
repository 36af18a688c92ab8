/** Servers on loopback for tests of the transport: what comes in, and what goes back octet by octet. */
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { MessageStream } from '../src/transport/message-stream.js';
import type { Endpoint } from '../src/transport/transport.js';
import { encodeQuery, type Query } from '../src/wire/query.js';
import { record, TO_QUESTION, txtData } from './packets.js';

export const LOOPBACK = '127.0.0.1';
export const QUESTION = { name: '_acme-challenge.example.test.', type: 'TXT' } as const;

export function query(): Query {
  return encodeQuery(QUESTION);
}

/** The right answer to the octets of a query, with one TXT value. */
export function answerTo(asked: Buffer, value = 'v', flags = 0x84_00): Buffer {
  const nameEnd = asked.indexOf(0, 12);
  const head = Buffer.from(asked.subarray(0, nameEnd + 5));
  [flags, 1, 1, 0, 0].forEach((field, index) => {
    head.writeUInt16BE(field, 2 + 2 * index);
  });
  return Buffer.concat([head, record({ owner: TO_QUESTION, type: 16, data: txtData(value) })]);
}

/** The same with the letter case of the first letter turned. */
export function withOtherCase(answer: Buffer): Buffer {
  const copy = Buffer.from(answer);
  copy[14]! ^= 0x20;
  return copy;
}

export function withOtherId(answer: Buffer): Buffer {
  const copy = Buffer.from(answer);
  copy[1]! ^= 1;
  return copy;
}

export interface UdpServer {
  socket: UdpSocket;
  endpoint: Endpoint;
  received: { packet: Buffer; from: RemoteInfo }[];
}

/** `answer` gives what is sent back, in order. */
export async function udpServer(
  answer: (packet: Buffer, index: number) => readonly Buffer[],
  port = 0,
): Promise<UdpServer> {
  const socket = createSocket('udp4');
  const received: UdpServer['received'] = [];
  socket.on('message', (packet, from) => {
    received.push({ packet, from });
    for (const octets of answer(packet, received.length - 1)) socket.send(octets, from.port, from.address);
  });
  socket.bind(port, LOOPBACK);
  await once(socket, 'listening');
  return { socket, endpoint: { address: LOOPBACK, port: socket.address().port }, received };
}

export interface TcpServer {
  server: Server;
  endpoint: Endpoint;
  sockets: Socket[];
  close(): void;
}

/** `serve` is called with every message that comes, and the number of its connection. */
export async function tcpServer(
  serve: (message: Buffer, socket: Socket, connection: number) => void,
  port = 0,
): Promise<TcpServer> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const connection = sockets.push(socket) - 1;
    const stream = new MessageStream();
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const message of stream.take(chunk)) serve(message, socket, connection);
    });
  });
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  const endpoint = { address: LOOPBACK, port: (server.address() as AddressInfo).port };
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { server, endpoint, sockets, close };
}

/** A message with its length before it. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** A port where nothing listens. */
export async function closedPort(): Promise<Endpoint> {
  const { server, endpoint } = await tcpServer(() => {});
  server.close();
  await once(server, 'close');
  return endpoint;
}
