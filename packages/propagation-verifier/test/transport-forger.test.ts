import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { exchangeBy, type Outcome } from '../src/asking/exchange.js';
import { systemClock } from '../src/clock.js';
import { networkTransport } from '../src/transport/network.js';
import { askUdp } from '../src/transport/udp.js';
import { encodeQuery, matchResponse } from '../src/wire/query.js';
import { answerTo, framed, LOOPBACK, QUESTION, tcpServer } from './loopback.js';
import { QUESTION_NAME, question, record, TO_QUESTION, txtData } from './packets.js';

const PER_SECOND = 100_000;
const FORGED = 'forged';
const RIGHT = 'right';
const exchange = exchangeBy(networkTransport, systemClock);

type Mode = 'off-path' | 'known-port' | 'on-path';

/** The range from which the system draws ports. */
function ephemeralPorts(): number[] {
  try {
    return readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/).map(Number);
  } catch {
    return [32_768, 60_999];
  }
}

interface Forger {
  port: number;
  /** Ends the forging, and tells what was sent. */
  stop(): Promise<{ sent: number; seconds: number }>;
}

async function forger(mode: Mode): Promise<Forger> {
  const workerData = {
    mode,
    perSecond: PER_SECOND,
    question: question(QUESTION_NAME),
    answer: record({ owner: TO_QUESTION, type: 16, data: txtData(FORGED) }),
    ports: ephemeralPorts(),
  };
  const worker = new Worker(new URL('./workers/forger.mjs', import.meta.url), { workerData });
  const [{ port }] = (await once(worker, 'message')) as [{ port: number }];
  const stop = async () => {
    worker.postMessage('stop');
    const [done] = (await once(worker, 'message')) as [{ sent: number; seconds: number }];
    await worker.terminate();
    return done;
  };
  return { port, stop };
}

function textOf(outcome: Outcome): string | undefined {
  const [first] = outcome.kind === 'answer' ? outcome.message.answers : [];
  return first?.type === 'TXT' ? first.text.toString() : undefined;
}

/** Asks the server again and again, several questions at a time. */
async function askFor(seconds: number, port: number): Promise<Outcome[]> {
  const signal = new AbortController().signal;
  const until = performance.now() + seconds * 1_000;
  const outcomes: Outcome[] = [];
  const askOn = async () => {
    while (performance.now() < until)
      outcomes.push(await exchange(QUESTION, { address: LOOPBACK, port }, { timeoutMs: 2_000, signal }));
  };
  await Promise.all(Array.from({ length: 8 }, askOn));
  return outcomes;
}

function tell(who: string, { sent, seconds }: { sent: number; seconds: number }): void {
  console.log(`${who}: ${sent} packets in ${seconds.toFixed(1)} s, ${Math.round(sent / seconds)} a second`);
}

describe('a forger', () => {
  test('who has read the question is believed, so that its answers are right but for the guess', async () => {
    const { port, stop } = await forger('on-path');
    const options = { timeoutMs: 10_000, signal: new AbortController().signal };
    const outcome = await exchange(QUESTION, { address: LOOPBACK, port }, options);
    await stop();
    expect(textOf(outcome)).toBe(FORGED);
  });

  test('who does not know the port gets no value accepted in 10 seconds', async () => {
    const { port, stop } = await forger('off-path');
    const outcomes = await askFor(10, port);
    const done = await stop();
    tell('off path', done);
    expect(done.sent).toBeGreaterThan(10_000);
    expect(outcomes.length).toBeGreaterThan(20);
    expect(outcomes.filter(({ kind }) => kind === 'answer')).toEqual([]);
  }, 60_000);

  test('who knows the port only makes the question go on over TCP', async () => {
    const { port, stop } = await forger('known-port');
    const { close } = await tcpServer(
      (message, socket) => socket.write(framed(answerTo(message, RIGHT))),
      port,
    );
    // Every id would have its turn in these 10 seconds, were the socket not left.
    const options = { timeoutMs: 10_000, signal: new AbortController().signal };
    const alone = await askUdp(encodeQuery(QUESTION), { address: LOOPBACK, port }, options);
    const outcomes = await askFor(2, port);
    const done = await stop();
    close();
    tell('with the port known', done);
    expect(alone).toEqual({ kind: 'flooded' });
    expect(done.sent).toBeGreaterThan(1_000);
    expect(outcomes.length).toBeGreaterThan(4);
    expect(new Set(outcomes.map(textOf))).toEqual(new Set([RIGHT]));
  }, 60_000);

  test('who tries every id is kept out by the letter case alone', () => {
    const query = encodeQuery(QUESTION);
    const forged = Buffer.from(answerTo(query.bytes, FORGED));
    const letters = [...forged.keys()].filter(
      (at) => at >= 12 && at < query.questionEnd - 4 && /[a-z]/i.test(String.fromCharCode(forged[at]!)),
    );
    const matches = { response: 0, case: 0, other: 0 };
    const rounds = 16;
    for (let time = 0; time < rounds * 0x1_00_00; time += 1) {
      forged.writeUInt16BE(time & 0xffff, 0);
      for (const at of letters) if (Math.random() < 0.5) forged[at]! ^= 0x20;
      matches[matchResponse(query, forged)] += 1;
    }
    // One chance in 16 million for each right id.
    expect(matches).toEqual({ response: 0, case: rounds, other: rounds * 0xff_ff });
  });
});
