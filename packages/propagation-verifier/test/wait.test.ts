import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { VerifierEvent } from '../src/index.js';
import { absent, FakeDns, type Handler, holds, NAME, reply } from './fake-dns.js';

const VALUE = 'token-1';
const expectation = { name: NAME, type: 'TXT', value: VALUE } as const;

let dns: FakeDns;
afterEach(() => dns.close());

/** Absent for the first questions, then there. */
function after(questions: number): Handler {
  let asked = 0;
  return (query, via, raw) => {
    asked += 1;
    return asked <= questions ? [absent(query)] : holds(VALUE)(query, via, raw);
  };
}

describe('wait', () => {
  test('ends when the last server has the value, and asks none again that has confirmed', async () => {
    dns = await FakeDns.start(holds(VALUE), after(3));
    const { ok, records } = await dns.verifier().wait([expectation], { timeoutMs: 10_000 });
    expect(ok).toBe(true);
    expect(records[0]).toMatchObject({
      name: `${NAME}.`,
      zone: 'example.test.',
      visible: true,
      findings: [],
    });
    const [first, second] = records[0]?.servers ?? [];
    // One for the zone, since only a resolver has told of it.
    expect(first).toMatchObject({ host: 'ns1.example.test.', status: 'visible', questions: 4 });
    expect(second).toMatchObject({ host: 'ns2.example.test.', status: 'visible' });
    expect(second?.questions).toBeGreaterThan(1);
  });

  test('is not content with one server of two, and says which one lacks the value', async () => {
    dns = await FakeDns.start(holds(VALUE), (query) => [absent(query)]);
    const { ok, records } = await dns.verifier().wait([expectation], { timeoutMs: 400 });
    expect(ok).toBe(false);
    expect(records[0]?.servers.map(({ status }) => status)).toEqual(['visible', 'absent']);
    expect(records[0]?.findings[0]).toMatchObject({
      code: 'STALE_SECONDARY',
      message: expect.stringContaining('ns2.example.test'),
    });
    expect(records[0]?.findings[0]?.remedy).not.toBe('');
  });

  test('tells an old value by its text', async () => {
    dns = await FakeDns.start(holds('old-token'));
    const { records } = await dns.verifier().wait([expectation], { timeoutMs: 300 });
    expect(records[0]?.findings[0]).toMatchObject({ code: 'OLD_VALUE_ONLY' });
  });

  test('tells a lame server', async () => {
    dns = await FakeDns.start(holds(VALUE), (query) => [reply(query, { rcode: 5, flags: 0 })]);
    const { records } = await dns.verifier().wait([expectation], { timeoutMs: 300 });
    expect(records[0]?.findings[0]).toMatchObject({ code: 'LAME' });
  });

  test('follows two values at one name with one question for both', async () => {
    dns = await FakeDns.start(holds(VALUE, 'token-2'));
    const both = [expectation, { ...expectation, value: 'token-2' }];
    const { ok, records } = await dns.verifier().wait(both, { timeoutMs: 5_000 });
    expect(ok).toBe(true);
    expect(records.map(({ value }) => value)).toEqual([VALUE, 'token-2']);
    expect(records[0]?.servers.map(({ questions }) => questions)).toEqual([4, 4]);
  });

  test('never asks a resolver for the challenge name', async () => {
    dns = await FakeDns.start(after(2));
    await dns.verifier().wait([expectation], { timeoutMs: 5_000 });
    expect(dns.asked).toContain('example.test NS');
    expect(dns.asked.filter((question) => question.toLowerCase().includes('_dnsauth'))).toEqual([]);
  });

  test('finds the servers of a zone once for all its names', async () => {
    dns = await FakeDns.start((query) => [absent(query)]);
    const names = Array.from({ length: 5 }, (_, index) => ({
      ...expectation,
      name: `_dnsauth.h${index}.example.test`,
    }));
    let searches = 0;
    const answered = new Set<string>();
    const onEvent = (event: VerifierEvent) => {
      if (event.type !== 'answer') return;
      answered.add(event.name);
      searches = dns.asked.filter((question) => question === 'example.test NS').length;
    };
    await dns.verifier().wait(names, { timeoutMs: 300, onEvent });
    expect(answered.size).toBe(5);
    expect(searches).toBe(1);
  });

  test('tells its progress, and a display that throws does not stop it', async () => {
    dns = await FakeDns.start(holds(VALUE));
    const events: VerifierEvent[] = [];
    const onEvent = (event: VerifierEvent) => {
      events.push(event);
      throw new Error('broken display');
    };
    const { ok } = await dns.verifier().wait([expectation], { timeoutMs: 5_000, onEvent });
    expect(ok).toBe(true);
    expect([...new Set(events.map(({ type }) => type))]).toEqual(['delegation', 'answer', 'visible']);
    expect(events.at(-1)?.type).toBe('visible');
  });

  test('rejects when it is aborted', async () => {
    dns = await FakeDns.start((query) => [absent(query)]);
    const controller = new AbortController();
    const waiting = dns.verifier().wait([expectation], { signal: controller.signal });
    await sleep(50);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test.each([
    [{ ...expectation, name: 'bad..name' }, 'INVALID_NAME'],
    [{ ...expectation, value: '' }, 'INVALID_VALUE'],
  ])('refuses %j before any packet', async (bad, code) => {
    dns = await FakeDns.start(holds(VALUE));
    await expect(dns.verifier().wait([expectation, bad])).rejects.toMatchObject({ code });
    expect(dns.asked).toEqual([]);
  });
});

describe('a resolver', () => {
  test('that does not answer is told, and nothing is visible', async () => {
    dns = await FakeDns.start(holds(VALUE), holds(VALUE), () => []);
    const { ok, records } = await dns
      .verifier({ queryTimeoutMs: 30 })
      .wait([expectation], { timeoutMs: 30_000 });
    expect(ok).toBe(false);
    expect(records[0]).toMatchObject({
      zone: null,
      servers: [],
      findings: [{ code: 'RESOLVER_UNREACHABLE' }],
    });
    expect(records[0]?.findings[0]?.message).toContain(dns.resolver);
  });

  test('that is dead does not matter if the next one answers', async () => {
    dns = await FakeDns.start(holds(VALUE));
    const verifier = dns.verifier({ resolvers: ['127.0.0.1:9', dns.resolver] });
    expect((await verifier.check([expectation])).ok).toBe(true);
  });

  test('that says the domain does not exist is told as a domain that is not served', async () => {
    dns = await FakeDns.start(holds(VALUE), holds(VALUE), (query) => [
      reply(query, { rcode: 3, flags: 0x80 }),
    ]);
    await expect(dns.verifier().delegation(NAME)).rejects.toMatchObject({ code: 'ZONE_NOT_FOUND' });
    const { records } = await dns.verifier().wait([expectation], { timeoutMs: 5_000 });
    expect(records[0]?.findings[0]).toMatchObject({ code: 'ZONE_NOT_SERVED' });
  });
});
