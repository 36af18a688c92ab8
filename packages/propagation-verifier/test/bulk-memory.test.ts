import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { createVerifier } from '../src/index.js';
import { BulkWorld, nameOf, textOf } from './bulk-world.js';

const NAMES = 60_000;
/** A name of which 100 bytes stayed behind would show with 4.5 MB between the two looks. */
const BOUND_BYTES = 2_000_000;

/** Echoes a TXT answer whose value is derived from the name, fast enough for many names. */
const RESPONDER = `
const { createSocket } = require('node:dgram');
const { parentPort, workerData } = require('node:worker_threads');
const socket = createSocket('udp4');
socket.on('message', (query, from) => {
  let end = 12;
  while (query[end] !== 0) end += 1 + query[end];
  const isTxt = query[end + 2] === 16;
  const value = Buffer.from('value-of-' + query.toString('latin1', 22, 13 + 9 + query[21]).slice(1));
  const answer = Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, value.length + 1, value.length]);
  const head = Buffer.from(query.subarray(0, end + 5));
  head[2] = 0x84; head[7] = isTxt ? 1 : 0; head[11] = 0;
  socket.send(isTxt ? Buffer.concat([head, answer, value]) : head, from.port, from.address);
});
socket.bind(workerData.port, workerData.address, () => parentPort.postMessage(socket.address().port));
`;

test('memory does not grow with the number of names', async () => {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--expose-gc');
  const { runInNewContext } = await import('node:vm');
  const collectGarbage = runInNewContext('gc') as () => void;
  const world = await BulkWorld.start([]);
  const worker = new Worker(RESPONDER, { eval: true, workerData: { port: 0, address: '127.0.76.1' } });
  try {
    const [port] = (await once(worker, 'message')) as [number];
    const verifier = createVerifier({ resolvers: [world.resolver], authoritativePort: port });
    function* names() {
      for (let number = 0; number < NAMES; number += 1)
        yield { name: nameOf(number), type: 'TXT', value: textOf(number) } as const;
    }
    const heap: number[] = [];
    let read = 0;
    for await (const report of verifier.verifyMany(names(), { maxPerSecond: Number.POSITIVE_INFINITY })) {
      if (!report.visible) throw new Error(`${report.name} ${JSON.stringify(report.servers)}`);
      read += 1;
      if (read % (NAMES / 4) !== 0) continue;
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      heap.push(heapUsed + arrayBuffers);
    }
    expect(read).toBe(NAMES);
    expect(heap[3]! - heap[0]!).toBeLessThan(BOUND_BYTES);
  } finally {
    await worker.terminate();
    await world.close();
  }
});
