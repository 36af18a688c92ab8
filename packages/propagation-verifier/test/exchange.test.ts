import { describe, expect, test } from 'vitest';
import { type ExchangeOptions, exchangeBy, type Outcome, type Via } from '../src/asking/exchange.js';
import type { CaseLost, Flooded, Received, SendOptions, Transport } from '../src/transport/transport.js';
import type { Query } from '../src/wire/query.js';
import { answerTo, QUESTION, withOtherCase } from './loopback.js';
import { opt } from './packets.js';
import { VirtualClock } from './world/virtual-clock.js';

const TRUNCATED = 0x86_00;
const FORMERR = 0x84_01;
const NOTIMP = 0x84_04;
const SERVER = { address: '192.0.2.53', port: 53 };
const TIMEOUT_MS = 1_200;
/** When TCP is tried beside UDP. */
const TCP_AT = 800;

/** What becomes of one packet: a result after so many milliseconds, or silence until its time is over. */
interface Fate {
  afterMs?: number;
  received: (query: Query) => Received | CaseLost | Flooded;
  /** Milliseconds after which a response without the letter case comes. */
  caseLostAfterMs?: number;
}

interface Sent {
  via: 'udp' | 'tcp';
  at: number;
  query: Query;
  signal: AbortSignal;
}

const silence: Fate = { received: () => ({ kind: 'timeout' }) };
const answer: Fate = { afterMs: 10, received: ({ bytes }) => packet(answerTo(bytes)) };
const truncated: Fate = { afterMs: 10, received: ({ bytes }) => packet(answerTo(bytes, '', TRUNCATED)) };
const noMessage: Fate = { afterMs: 10, received: ({ bytes }) => packet(answerTo(bytes).subarray(0, -1)) };
const closed: Fate = { afterMs: 1, received: () => ({ kind: 'closed' }) };
const caseLost: Fate = {
  caseLostAfterMs: 10,
  received: ({ bytes }) => ({ kind: 'case-lost', packet: withOtherCase(answerTo(bytes)) }),
};
const caseLostOverTcp: Fate = { ...caseLost, afterMs: 10 };
const flooded: Fate = { afterMs: 10, received: () => ({ kind: 'flooded' }) };

function after(afterMs: number, { received }: Fate): Fate {
  return { afterMs, received };
}

function answerWith(flags: number, additional: Buffer[] = []): Fate {
  return {
    afterMs: 10,
    received: ({ bytes }) => {
      const octets = Buffer.concat([answerTo(bytes, 'v', flags), ...additional]);
      octets.writeUInt16BE(additional.length, 10);
      return packet(octets);
    },
  };
}

function packet(octets: Buffer): Received {
  return { kind: 'packet', packet: octets };
}

interface Run {
  outcome: Outcome;
  sent: Sent[];
  counted: Via[];
  endedAt: number;
}

/** Asks once, on a virtual clock; each packet has the next fate of its way, and the last one holds for all further. */
async function ask(
  fates: { udp?: Fate[]; tcp?: Fate[] },
  options: Partial<ExchangeOptions> = {},
): Promise<Run> {
  const clock = new VirtualClock();
  const start = clock.now();
  const sent: Sent[] = [];
  const carry = async (via: 'udp' | 'tcp', query: Query, { timeoutMs, signal, onCaseLost }: SendOptions) => {
    const list = fates[via] ?? [silence];
    const earlier = sent.filter((other) => other.via === via).length;
    sent.push({ via, at: clock.now() - start, query, signal });
    const { afterMs = timeoutMs, caseLostAfterMs, received } = list[Math.min(earlier, list.length - 1)]!;
    if (caseLostAfterMs !== undefined && afterMs > caseLostAfterMs) {
      await clock.sleep(caseLostAfterMs, signal);
      onCaseLost?.();
      await clock.sleep(afterMs - caseLostAfterMs, signal);
    } else await clock.sleep(Math.min(afterMs, timeoutMs), signal);
    return afterMs > timeoutMs ? ({ kind: 'timeout' } as const) : received(query);
  };
  const transport: Transport = {
    udp: (query, _server, sendOptions) => carry('udp', query, sendOptions),
    tcp: (query, _server, sendOptions) => carry('tcp', query, sendOptions) as Promise<Received | CaseLost>,
    https: () => Promise.reject(new Error('not asked for')),
  };
  const counted: Via[] = [];
  const outcome = await clock.run(
    exchangeBy(transport, clock)(QUESTION, SERVER, {
      timeoutMs: TIMEOUT_MS,
      signal: new AbortController().signal,
      onPacket: (via) => counted.push(via),
      ...options,
    }),
  );
  return { outcome, sent, counted, endedAt: clock.now() - start };
}

function times(sent: readonly Sent[]): string[] {
  return sent.map(({ via, at }) => `${via} ${at}`);
}

describe('a question to one server', () => {
  test('is answered over UDP', async () => {
    const { outcome, sent, counted } = await ask({ udp: [answer] });
    expect(outcome).toMatchObject({
      kind: 'answer',
      via: 'udp',
      rttMs: 10,
      message: { answers: [{ type: 'TXT' }] },
    });
    expect(outcome).not.toHaveProperty('caseLost');
    expect(outcome).not.toHaveProperty('withoutEdns');
    expect(times(sent)).toEqual(['udp 0']);
    expect(counted).toEqual(['udp']);
  });

  test('goes straight over TCP where that is asked', async () => {
    const { outcome, sent } = await ask({ tcp: [answer] }, { tcp: true });
    expect(outcome).toMatchObject({ kind: 'answer', via: 'tcp', rttMs: 10 });
    expect(times(sent)).toEqual(['tcp 0']);
    expect((await ask({ tcp: [closed] }, { tcp: true })).outcome).toEqual({ kind: 'timeout', refused: true });
  });

  test('goes over TCP when the answer is cut off', async () => {
    const { outcome, sent } = await ask({ udp: [truncated], tcp: [answer] });
    expect(outcome).toMatchObject({ kind: 'answer', via: 'tcp' });
    expect(times(sent)).toEqual(['udp 0', 'tcp 10']);
  });

  test.each([
    ['is silent', silence],
    ['is closed', closed],
    ['breaks the protocol', noMessage],
  ])('has only a cut-off answer if TCP %s', async (_, fate) => {
    const { outcome, counted } = await ask({ udp: [truncated], tcp: [fate] });
    expect(outcome).toMatchObject({ kind: 'truncated', rttMs: 10, message: { truncated: true } });
    expect(counted).toEqual(['udp', 'tcp']);
  });

  test('ends as soon as this machine says that it has no route', async () => {
    const { outcome, endedAt } = await ask({ udp: [after(0, { received: () => ({ kind: 'no-route' }) })] });
    expect(outcome).toEqual({ kind: 'no-route' });
    expect(endedAt).toBe(0);
  });

  test('goes over TCP at once when the port is closed', async () => {
    const { outcome, sent } = await ask({ udp: [closed], tcp: [answer] });
    expect(outcome).toMatchObject({ kind: 'answer', via: 'tcp' });
    expect(times(sent)).toEqual(['udp 0', 'tcp 1']);
    const both = await ask({ udp: [closed], tcp: [closed] });
    expect(both.outcome).toEqual({ kind: 'timeout', refused: true });
    expect(both.endedAt).toBe(2);
  });

  test('goes over TCP at once when the answer is no DNS message', async () => {
    const { outcome, sent } = await ask({ udp: [noMessage], tcp: [answer] });
    expect(outcome).toMatchObject({ kind: 'answer', via: 'tcp' });
    expect(times(sent)).toEqual(['udp 0', 'tcp 10']);
    expect((await ask({ udp: [noMessage], tcp: [noMessage] })).outcome).toEqual({ kind: 'malformed' });
  });

  test('tells wrong packets from silence', async () => {
    const wrong: Fate = { received: () => ({ kind: 'malformed' }) };
    expect((await ask({ udp: [wrong] })).outcome).toEqual({ kind: 'malformed' });
    expect((await ask({})).outcome).toEqual({ kind: 'timeout' });
  });
});

test('a question that cannot be encoded is an error', async () => {
  await expect(ask({}, { clientSubnet: 'everywhere' })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
});

describe('a datagram that gets lost', () => {
  test('is sent again, each time after twice as long, and then TCP is tried', async () => {
    const { outcome, sent, counted, endedAt } = await ask({});
    expect(outcome).toEqual({ kind: 'timeout' });
    expect(times(sent)).toEqual(['udp 0', 'udp 300', `tcp ${TCP_AT}`]);
    expect(counted).toEqual(['udp', 'udp', 'tcp']);
    expect(endedAt).toBe(TIMEOUT_MS);
  });

  test('is sent again after the time that the caller knows to be right', async () => {
    const { sent } = await ask({}, { resendAfterMs: 50 });
    expect(times(sent)).toEqual(['udp 0', 'udp 50', 'udp 150', 'udp 350', 'udp 750', `tcp ${TCP_AT}`]);
  });

  test('is not sent again before 400 ms when there is much time', async () => {
    const { sent } = await ask({}, { timeoutMs: 6_000 });
    expect(times(sent)).toEqual(['udp 0', 'udp 400', 'udp 1200', 'udp 2800', 'tcp 4000']);
  });

  test('has another id and another letter case when it is sent again', async () => {
    const { sent } = await ask({}, { resendAfterMs: 1 });
    expect(new Set(sent.map(({ query }) => query.bytes.toString('hex'))).size).toBe(sent.length);
  });

  test('costs no more than the time until the next', async () => {
    const { outcome, endedAt } = await ask({ udp: [silence, answer] });
    expect(outcome).toMatchObject({ kind: 'answer', via: 'udp', rttMs: 10 });
    expect(endedAt).toBe(310);
  });

  test('may be late only, and its answer counts', async () => {
    const { outcome, sent, endedAt } = await ask({ udp: [after(350, answer), silence] });
    expect(outcome).toMatchObject({ kind: 'answer', via: 'udp', rttMs: 350 });
    expect(times(sent)).toEqual(['udp 0', 'udp 300']);
    expect(endedAt).toBe(350);
    expect((await ask({ udp: [after(1_100, answer), silence] })).outcome).toMatchObject({
      via: 'udp',
      rttMs: 1_100,
    });
  });

  test('is made up for by TCP, which ends all other attempts', async () => {
    const { outcome, sent, endedAt } = await ask({ tcp: [answer] });
    expect(outcome).toMatchObject({ kind: 'answer', via: 'tcp', rttMs: 10 });
    expect(endedAt).toBe(TCP_AT + 10);
    expect(
      sent.map(({ signal }) => signal.aborted),
      'attempts that are ended',
    ).toEqual([true, true, true]);
  });

  test('is waited for to the end when TCP is closed', async () => {
    const { outcome, endedAt } = await ask({ udp: [silence, after(850, answer)], tcp: [closed] });
    expect(outcome).toMatchObject({ kind: 'answer', via: 'udp', rttMs: 850 });
    expect(endedAt).toBe(1_150);
    const none = await ask({ tcp: [closed] });
    expect(none).toMatchObject({ outcome: { kind: 'timeout', refused: true }, endedAt: TIMEOUT_MS });
  });

  test('is not sent again where there is hardly time', async () => {
    const { outcome, sent } = await ask({}, { timeoutMs: 1 });
    expect(outcome).toEqual({ kind: 'timeout' });
    expect(sent.map(({ via }) => via)).toEqual(['udp', 'tcp']);
  });
});

describe('a response that has lost the letter case', () => {
  test('is not believed, and TCP is asked at once', async () => {
    const { outcome, sent } = await ask({ udp: [caseLost], tcp: [answer] });
    expect(outcome).toMatchObject({ kind: 'answer', via: 'tcp', caseLost: true });
    expect(times(sent)).toEqual(['udp 0', 'tcp 10']);
  });

  test('does not end the waiting for the right one', async () => {
    const forgedFirst: Fate = { afterMs: 40, caseLostAfterMs: 10, received: answer.received };
    const { outcome } = await ask({ udp: [forgedFirst], tcp: [silence] });
    expect(outcome).toMatchObject({ kind: 'answer', via: 'udp', rttMs: 40 });
    expect(outcome).not.toHaveProperty('caseLost');
  });

  test('over TCP too is told with what it says', async () => {
    const { outcome, endedAt } = await ask({ udp: [caseLost], tcp: [caseLostOverTcp] });
    expect(outcome).toMatchObject({ kind: 'case-lost', message: { answers: [{ type: 'TXT' }] } });
    expect(endedAt).toBe(20);
  });

  test('without one over TCP is told at the end', async () => {
    const { outcome, endedAt } = await ask({ udp: [caseLost], tcp: [closed] });
    expect(outcome).toMatchObject({ kind: 'case-lost' });
    expect(endedAt).toBe(TIMEOUT_MS);
  });

  test('and is no DNS message either is malformed', async () => {
    const broken: Fate = {
      afterMs: 10,
      received: ({ bytes }) => ({
        kind: 'case-lost',
        packet: withOtherCase(answerTo(bytes)).subarray(0, -1),
      }),
    };
    expect((await ask({ udp: [broken], tcp: [broken] })).outcome).toEqual({ kind: 'malformed' });
  });
});

describe('a flood of wrong packets', () => {
  test('makes the question go on over TCP, and over UDP from other ports', async () => {
    const { outcome, sent } = await ask({ udp: [flooded], tcp: [answer] });
    expect(outcome).toMatchObject({ kind: 'answer', via: 'tcp' });
    expect(times(sent)).toEqual(['udp 0', 'tcp 10']);
    const withoutTcp = await ask({ udp: [flooded, answer], tcp: [closed] });
    expect(withoutTcp.outcome).toMatchObject({ kind: 'answer', via: 'udp' });
    expect(times(withoutTcp.sent)).toEqual(['udp 0', 'tcp 10', 'udp 300']);
  });

  test('without any answer is malformed', async () => {
    expect((await ask({ udp: [flooded], tcp: [closed] })).outcome).toEqual({ kind: 'malformed' });
  });
});

describe('a server without EDNS', () => {
  test.each([
    ['FORMERR', FORMERR, []],
    ['NOTIMP', NOTIMP, []],
    ['BADVERS', 0x84_00, [opt([], 0x01_00_00_00)]],
  ])('that answers %s is asked once more without it', async (_, flags, additional) => {
    const { outcome, sent } = await ask({ udp: [answerWith(flags, additional), answer] });
    expect(outcome).toMatchObject({ kind: 'answer', withoutEdns: true, message: { rcode: 'NOERROR' } });
    expect(times(sent)).toEqual(['udp 0', 'udp 10']);
    expect(sent.map(({ query }) => query.bytes.readUInt16BE(10))).toEqual([1, 0]);
  });

  test('that fails without it too has the first answer', async () => {
    const { outcome, endedAt } = await ask({ udp: [answerWith(FORMERR), silence], tcp: [silence] });
    expect(outcome).toMatchObject({ kind: 'answer', message: { rcode: 'FORMERR' } });
    expect(outcome).not.toHaveProperty('withoutEdns');
    expect(endedAt).toBe(TIMEOUT_MS);
  });

  test.each([
    ['the answer came with EDNS', { udp: [answerWith(FORMERR, [opt([])])] }, {}],
    ['the code is another', { udp: [answerWith(0x84_02)] }, {}],
    ['there was none in the question', { udp: [answerWith(FORMERR)] }, { edns: false }],
    ['no time is left', { udp: [after(TIMEOUT_MS, answerWith(FORMERR))] }, {}],
  ])('is not supposed if %s', async (_, fates, options) => {
    const { outcome, sent } = await ask({ ...fates, tcp: [silence] }, options);
    expect(outcome).toMatchObject({ kind: 'answer', via: 'udp' });
    expect(sent.every(({ query }) => query.bytes.readUInt16BE(10) === ('edns' in options ? 0 : 1))).toBe(
      true,
    );
  });
});

describe('an abort', () => {
  test('ends the question with its reason, and every attempt', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const signals: AbortSignal[] = [];
    const carry = async (
      _query: Query,
      _server: unknown,
      { timeoutMs, signal }: SendOptions,
    ): Promise<Received> => {
      signals.push(signal);
      await clock.sleep(timeoutMs, signal);
      return { kind: 'timeout' };
    };
    const exchange = exchangeBy({ udp: carry, tcp: carry, https: () => Promise.reject() }, clock);
    const options = { timeoutMs: TIMEOUT_MS, signal: controller.signal };
    const asked = exchange(QUESTION, SERVER, options);
    const aborted = clock
      .sleep(TCP_AT + 1, new AbortController().signal)
      .then(() => controller.abort(new Error('enough')));
    await expect(clock.run(Promise.all([asked, aborted]))).rejects.toThrow('enough');
    expect(signals).toHaveLength(3);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    await expect(exchange(QUESTION, SERVER, options)).rejects.toThrow('enough');
    expect(signals).toHaveLength(3);
  });
});
