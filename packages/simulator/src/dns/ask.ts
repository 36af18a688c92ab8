import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { DecodedPacket } from 'dns-packet';
import { absolute, decodeMessage, type Question, writeQuery } from './wire.js';

/** One question to one server, RD=0: over UDP, then over TCP if the answer was truncated. Undefined if no answer came. */
export async function ask(
  server: { address: string; port: number },
  question: Question,
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<DecodedPacket | undefined> {
  const reply = await exchange(server, question, options, overUdp);
  return reply?.flag_tc ? exchange(server, question, options, overTcp) : reply;
}

type Server = { address: string; port: number };
type Transmit = (
  server: Server,
  message: Buffer,
  received: (reply: Buffer) => void,
  failed: () => void,
) => () => void;

function exchange(
  server: Server,
  question: Question,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
  transmit: Transmit,
): Promise<DecodedPacket | undefined> {
  return new Promise((resolve) => {
    const id = randomInt(0x10000);
    const finish = (reply?: DecodedPacket) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      close();
      resolve(reply);
    };
    const onAbort = () => finish();
    const timer = setTimeout(finish, timeoutMs);
    const close = transmit(
      server,
      writeQuery(id, question, false),
      (message) => {
        const reply = decodeMessage(message);
        const echoed = reply?.questions?.[0];
        // Anything else is not the answer to this question; it may still come.
        if (!reply?.flag_qr || reply.id !== id || !echoed) return;
        if (absolute(echoed.name).toLowerCase() === question.key && echoed.type === question.type)
          finish(reply);
      },
      () => finish(),
    );
    if (signal.aborted) finish();
    else signal.addEventListener('abort', onAbort);
  });
}

const overUdp: Transmit = ({ address, port }, message, received, failed) => {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  let open = true;
  socket.on('error', failed);
  socket.on('message', received);
  // A connected socket takes packets of this server only.
  socket.connect(port, address, () => {
    if (open) socket.send(message);
  });
  return () => {
    if (open) socket.close();
    open = false;
  };
};

const overTcp: Transmit = ({ address, port }, message, received, failed) => {
  const socket = connect({ host: address, port });
  let data: Buffer = Buffer.alloc(0);
  socket.on('error', failed);
  socket.on('close', failed);
  socket.on('data', (chunk) => {
    data = Buffer.concat([data, chunk]);
    if (data.length < 2 || data.length < 2 + data.readUInt16BE(0)) return;
    received(data.subarray(2, 2 + data.readUInt16BE(0)));
    socket.destroy();
  });
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  socket.write(Buffer.concat([length, message]));
  return () => socket.destroy();
};
