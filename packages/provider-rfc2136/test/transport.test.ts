import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeMessage } from '../src/wire/message.js';
import { answer } from './support/answer.js';
import { frame, type Primary, startPrimary } from './support/primary.js';
import { failureOf, key, providerFor, testCall, zone } from './support/provider.js';

let primary: Primary;
beforeEach(async () => {
  primary = await startPrimary();
});
afterEach(() => primary.close());

const ours = { key: key(), add: ['ours'], remove: [], ttl: 120 };
const update = (provider = providerFor(primary), call = testCall()) =>
  provider.applyChange(zone, undefined, ours, call);

/** A port where nobody listens. */
async function closedPort(): Promise<number> {
  const other = await startPrimary();
  await other.close();
  return other.port;
}

/** A port that accepts nothing: its owner is busy for ever, and the kernel's queue is full. */
async function deafPort(): Promise<{ port: number; close(): Promise<void> }> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 50);
    });`,
    { eval: true },
  );
  const [port] = (await once(worker, 'message')) as [number];
  await setTimeout(100);
  const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await setTimeout(100);
  return {
    port,
    async close() {
      for (const filler of fillers) filler.destroy();
      await worker.terminate();
    },
  };
}

describe('a server that gives no answer', () => {
  it('because nobody listens: nothing was carried out', async () => {
    const call = testCall();
    const server = `127.0.0.1:${await closedPort()}`;
    const error = await failureOf(update(providerFor({ server }), call));
    expect(error).toMatchObject({ code: 'TRANSIENT', retryable: true, outcomeUnknown: false });
    expect(error.message).toBe(`${server} could not be reached (ECONNREFUSED).`);
    expect(error.hint).toContain('TCP');
    expect(call.events).toMatchObject([
      { provider: 'rfc2136', operation: 'Update', write: true, outcome: 'TRANSIENT' },
    ]);
  });

  it('because its name is not known', async () => {
    const error = await failureOf(update(providerFor({ server: 'no-such-host.invalid' })));
    expect(error).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: false });
    expect(error.message).toMatch(
      /^no-such-host\.invalid:53 could not be reached \((ENOTFOUND|EAI_AGAIN)\)\.$/,
    );
  });

  it('in time', async () => {
    primary.respond = () => 'hang';
    const error = await failureOf(update(providerFor(primary, { timeoutMs: 100 })));
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true, outcomeUnknown: true });
  });

  it('because connecting takes too long: nothing was carried out', async () => {
    const { port, close } = await deafPort();
    try {
      const error = await failureOf(update(providerFor({ server: `127.0.0.1:${port}` }, { timeoutMs: 200 })));
      expect(error).toMatchObject({ code: 'TIMEOUT', outcomeUnknown: false });
      expect(error.hint).toContain('No connection came about');
    } finally {
      await close();
    }
  });

  it('because it closes the connection', async () => {
    primary.respond = () => 'close';
    const error = await failureOf(update());
    expect(error).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: true });
    expect(error.message).toContain('broke (the server closed it)');
  });

  it('because it resets the connection', async () => {
    primary.respond = () => 'reset';
    const error = await failureOf(update());
    expect(error).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: true });
    expect(error.message).toContain('broke (ECONNRESET)');
  });

  it('because the answer ends in the middle', async () => {
    primary.respond = (_, own) => ({ raw: frame(own()).subarray(0, 20) });
    expect(await failureOf(update())).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: true });
  });

  it('to a question: there was no write', async () => {
    primary.respond = () => 'reset';
    const error = await failureOf(providerFor(primary).readRecordSet(zone, key(), testCall()));
    expect(error).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: false });
  });
});

describe('an answer in pieces', () => {
  it('is put together, whatever the pieces', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', async (data) => {
        const packet = data.subarray(2);
        const seen = { operation: 'Update', message: decodeMessage(packet), packet };
        const noise = answer(seen, {});
        noise.writeUInt16BE((seen.message.id + 1) & 0xffff, 0);
        const bytes = Buffer.concat([frame(noise), frame(answer(seen, {})), Buffer.from('more')]);
        for (const octet of bytes) {
          if (!socket.writable) return;
          socket.write(Buffer.from([octet]));
          await new Promise((done) => setImmediate(done));
        }
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      const { port } = server.address() as { port: number };
      const receipt = await update(providerFor({ server: `127.0.0.1:${port}` }));
      expect(receipt.settled).toBe(true);
    } finally {
      server.close();
    }
  });
});

describe('a signal', () => {
  it('that fired before lets nothing be sent, or even read', async () => {
    const call = testCall(AbortSignal.abort());
    const provider = providerFor(primary, { keySecret: 'not Base64!' });
    for (const work of [
      () => provider.applyChange(zone, undefined, ours, call),
      () => provider.readRecordSet(zone, key(), call),
      () => provider.findZones(key().name, call),
      () => provider.readRecordSets!(zone, [key()], call),
      () => provider.applyChanges!(zone, [{ current: undefined, change: ours }], call),
    ])
      expect(await failureOf(work())).toMatchObject({ code: 'ABORTED' });
    expect(primary.requests).toEqual([]);
    expect(call.events).toEqual([]);
  });

  it('ends a request at once, and leaves it open what became of it', async () => {
    const controller = new AbortController();
    primary.respond = () => {
      setImmediate(() => controller.abort());
      return 'hang';
    };
    const call = testCall(controller.signal);
    const startedAt = performance.now();
    const error = await failureOf(update(providerFor(primary, { timeoutMs: 60_000 }), call));
    expect(error).toMatchObject({ code: 'ABORTED', outcomeUnknown: true });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(call.events).toMatchObject([{ outcome: 'ABORTED' }]);
  });
});

describe('timeoutMs', () => {
  it.each([0, -1, Number.NaN, 2 ** 31])('cannot be %d', (timeoutMs) => {
    expect(() => providerFor(primary, { timeoutMs })).toThrow(/timeoutMs must be a number of milliseconds/);
  });
});
