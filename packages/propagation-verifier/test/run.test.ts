import { describe, expect, test } from 'vitest';
import type { VerifierEvent } from '../src/index.js';
import { EventQueue } from '../src/waiting/events.js';
import { healthyWorld, type World } from './world/world.js';

const NAME = '_dnsauth.example.com';
const record = { name: NAME, type: 'TXT', value: 'token-1' } as const;

function serve(world: World): void {
  world.change('example.com', (zone) => zone.add(NAME, 'TXT', 'token-1'));
}

/** Fails if something still waits for the virtual clock: a timer that was left behind. */
async function expectNothingLeft(world: World): Promise<void> {
  await expect(world.run(new Promise(() => {}))).rejects.toThrow('Nothing is left to wait for');
}

async function readAll(events: AsyncIterable<VerifierEvent>): Promise<string[]> {
  const types: string[] = [];
  for await (const { type } of events) types.push(type);
  return types;
}

describe('a run', () => {
  test('tells its events to one reader while it goes on, and ends with the report', async () => {
    const world = healthyWorld();
    world.clock.at(1_000, () => serve(world));
    const run = world.verifier().run([record]);
    const [types, report] = await world.run(Promise.all([readAll(run), run.result]));
    expect(report.ok).toBe(true);
    expect(types[0]).toBe('delegation');
    expect(types.at(-1)).toBe('visible');
    expect(types.filter((type) => type === 'answer').length).toBeGreaterThan(20);
    await expectNothingLeft(world);
  });

  test('can be read after it is over', async () => {
    const world = healthyWorld();
    serve(world);
    const run = world.verifier().run([record]);
    await world.run(run.result);
    expect(await readAll(run)).toContain('visible');
  });

  test('has one reader only', async () => {
    const world = healthyWorld();
    serve(world);
    const run = world.verifier().run([record]);
    run[Symbol.asyncIterator]();
    expect(() => run[Symbol.asyncIterator]()).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    await world.run(run.result);
  });

  test('goes on when its reader leaves', async () => {
    const world = healthyWorld();
    world.clock.at(1_000, () => serve(world));
    const run = world.verifier().run([record]);
    const leave = async () => {
      for await (const event of run) return event.type;
      return undefined;
    };
    expect(await world.run(leave())).toBe('delegation');
    expect((await world.run(run.result)).ok).toBe(true);
  });

  test('rejects on abort, ends its events, and leaves no timer and no question behind', async () => {
    const world = healthyWorld();
    const run = world.verifier().run([record]);
    world.clock.at(3_210, () => run.abort(new Error('enough')));
    const types = await world.run(readAll(run));
    expect(types).toContain('answer');
    await expect(run.result).rejects.toMatchObject({
      code: 'ABORTED',
      cause: expect.objectContaining({ message: 'enough' }),
    });
    await expectNothingLeft(world);
  });

  test('rejects when its signal fires, at any moment', async () => {
    for (const at of [0, 1, 7, 33, 61, 500, 2_001]) {
      const world = healthyWorld();
      if (at > 100) serve(world);
      world.internet.host('192.0.2.4').udp = 'silent';
      const stop = new AbortController();
      world.clock.at(at, () => stop.abort());
      const run = world.verifier().run([record], { signal: stop.signal });
      await expect(world.run(run.result)).rejects.toMatchObject({ code: 'ABORTED' });
      await expectNothingLeft(world);
    }
  });

  test('rejects at once when its signal has fired before', async () => {
    const world = healthyWorld();
    const run = world.verifier().run([record], { signal: AbortSignal.abort() });
    await expect(run.result).rejects.toMatchObject({ code: 'ABORTED' });
    expect(world.internet.log).toEqual([]);
  });

  test('that is aborted and not awaited is no unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listener);
    try {
      const world = healthyWorld();
      const run = world.verifier().run([record]);
      world.clock.at(100, () => run.abort());
      await expectNothingLeft(world);
      await new Promise(setImmediate);
    } finally {
      process.off('unhandledRejection', listener);
    }
    expect(unhandled).toEqual([]);
  });

  test.each([
    [{ ...record, name: 'bad..name' }, {}, 'INVALID_NAME'],
    [record, { timeoutMs: -1 }, 'INVALID_VALUE'],
    [record, { perspectives: ['nowhere' as 'google'] }, 'INVALID_VALUE'],
  ])('with bad input (%j, %j) throws at once', (expectation, options, code) => {
    const world = healthyWorld();
    expect(() => world.verifier().run([expectation], options)).toThrow(expect.objectContaining({ code }));
    expect(world.internet.log).toEqual([]);
  });

  test('ends when the time is over, with what is known', async () => {
    const world = healthyWorld();
    const run = world.verifier().run([record], { timeoutMs: 5_000 });
    const { ok, elapsedMs, records } = await world.run(run.result);
    expect({ ok, verdict: records[0]!.verdict }).toEqual({ ok: false, verdict: 'pending' });
    expect(elapsedMs).toBeGreaterThanOrEqual(5_000);
    expect(records[0]!.findings.map(({ code }) => code)).toContain('NOT_VISIBLE_YET');
    await expectNothingLeft(world);
  });
});

describe('unread events', () => {
  const answer = (elapsedMs: number) => ({ type: 'answer', elapsedMs }) as VerifierEvent;

  test('are bounded: the oldest answers are lost, and nothing else', async () => {
    const queue = new EventQueue();
    queue.push({ type: 'visible', elapsedMs: 0 } as VerifierEvent);
    for (let index = 1; index <= 10_500; index += 1) queue.push(answer(index));
    queue.end();
    queue.push(answer(0));
    const read: VerifierEvent[] = [];
    for await (const event of { [Symbol.asyncIterator]: () => queue.read() }) read.push(event);
    expect(read).toHaveLength(10_000);
    expect(read[0]?.type).toBe('visible');
    expect(read[1]).toEqual(answer(502));
    expect(read.at(-1)).toEqual(answer(10_500));
  });
});

describe('history and questions of a server', () => {
  test('tell every change of its status, and what it cost', async () => {
    const world = healthyWorld();
    world.servers.get('ns1.example.com')!.zone('example.com').add(NAME, 'TXT', 'old');
    world.clock.at(1_000, () => serve(world));
    const { records, questions } = await world.run(world.verifier().wait([record]));
    const { history, servers } = { history: records[0]!.servers[0]!.history, servers: records[0]!.servers };
    expect(history.map(({ status }) => status)).toEqual(['different', 'visible']);
    expect(history[1]!.atMs).toBe(servers[0]!.visibleAfterMs);
    const sent = world.internet.log.filter(({ type, name }) => type === 'TXT' && name === NAME);
    expect(questions).toBe(sent.length);
    expect(servers.reduce((sum, server) => sum + server.questions, 0)).toBe(questions);
  });
});
