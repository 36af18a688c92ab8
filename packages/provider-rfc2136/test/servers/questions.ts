import dgram from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Answer, DecodedPacket } from 'dns-packet';
import packet from 'dns-packet';
import { ADDRESS, OBSERVER } from './loopback.js';

const ANSWER_MS = 5_000;

/** Whether a server answers for a zone. */
export async function isServed(port: number, zone: string): Promise<boolean> {
  const answer = await ask(port, zone, 'SOA').catch(() => undefined);
  return answer?.answers?.[0]?.name.toLowerCase() === zone;
}

/** One question over UDP, without a key. */
export async function ask(port: number, name: string, type: string): Promise<DecodedPacket> {
  const question = packet.encode({
    id: Math.floor(Math.random() * 65_536),
    questions: [{ name, type: type as 'TXT' }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: 4_096,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  });
  return packet.decode(await exchange(port, question));
}

/** Sends a datagram as it is and gives the answer as it is. Rejects if none comes in time. */
export async function exchange(port: number, message: Buffer, timeoutMs = ANSWER_MS): Promise<Buffer> {
  const socket = dgram.createSocket('udp4');
  try {
    socket.connect(port, ADDRESS);
    await once(socket, 'connect');
    const answer = once(socket, 'message', { signal: AbortSignal.timeout(timeoutMs) });
    socket.send(message);
    return (await answer)[0] as Buffer;
  } finally {
    socket.close();
  }
}

/** All records of a zone, by a zone transfer without a key. */
export async function transfer(port: number, zone: string): Promise<Answer[]> {
  const socket = connect({ port, host: ADDRESS, localAddress: OBSERVER, timeout: ANSWER_MS });
  const records: Answer[] = [];
  let received = Buffer.alloc(0);
  try {
    socket.on('timeout', () => socket.destroy(new Error(`The transfer of ${zone} takes too long.`)));
    socket.write(packet.streamEncode({ id: 1, questions: [{ name: zone, type: 'AXFR' }] }));
    for await (const data of socket) {
      received = Buffer.concat([received, data as Buffer]);
      while (received.length >= 2 && received.length >= received.readUInt16BE(0) + 2) {
        const length = received.readUInt16BE(0) + 2;
        const { answers = [], rcode } = packet.decode(received.subarray(2, length)) as DecodedPacket & {
          rcode: string;
        };
        if (rcode !== 'NOERROR') throw new Error(`${zone} is not given: ${rcode}`);
        records.push(...answers);
        received = received.subarray(length);
        // The SOA stands at both ends.
        if (records.length > 1 && records.at(-1)?.type === 'SOA') return records.slice(0, -1);
      }
    }
    throw new Error(`The transfer of ${zone} ended early.`);
  } finally {
    socket.destroy();
  }
}
