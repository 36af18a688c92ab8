import packet from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import { absent, FakeDns, type Handler, holds, NAME, reply, txt } from './fake-dns.js';

const VALUE = 'token-1';
const expectation = { name: NAME, type: 'TXT', value: VALUE } as const;

let dns: FakeDns;
afterEach(() => dns.close());

async function statusOf(handler: Handler, value = VALUE) {
  dns = await FakeDns.start(handler);
  const report = await dns.verifier().check([{ ...expectation, value }]);
  const [record] = report.records;
  return { ok: report.ok, status: record?.servers[0]?.status, values: record?.servers[0]?.values, record };
}

describe('a value counts', () => {
  test('when the server gives exactly it', async () => {
    expect(await statusOf(holds(VALUE))).toMatchObject({ ok: true, status: 'visible', values: [VALUE] });
  });

  test('beside others', async () => {
    expect(await statusOf(holds('other', VALUE))).toMatchObject({ ok: true, status: 'visible' });
  });

  test('when its strings are joined', async () => {
    const long = 'x'.repeat(300);
    expect(await statusOf(holds([long.slice(0, 255), long.slice(255)]), long)).toMatchObject({ ok: true });
  });

  test('over TCP, when the answer over UDP is truncated', async () => {
    const handler: Handler = (query, via, raw) =>
      via === 'udp'
        ? [reply(query, { flags: packet.AUTHORITATIVE_ANSWER | packet.TRUNCATED_RESPONSE })]
        : holds(VALUE)(query, via, raw);
    expect(await statusOf(handler)).toMatchObject({ ok: true, status: 'visible' });
  });
});

describe('a value does not count', () => {
  test.each([
    ['token-1 ', 'different'],
    ['Token-1', 'different'],
    ['"token-1"', 'different'],
    ['token-12', 'different'],
  ])('as %j', async (near, status) => {
    expect(await statusOf(holds(near))).toMatchObject({ ok: false, status });
  });

  test('when it is not there', async () => {
    expect(await statusOf((query) => [absent(query)])).toMatchObject({
      ok: false,
      status: 'absent',
      values: [],
    });
  });

  test('in two records that would make it together', async () => {
    expect(await statusOf(holds('token', '-1'))).toMatchObject({ ok: false, status: 'different' });
  });

  test('from a server that is not authoritative', async () => {
    const handler: Handler = (query) => [reply(query, { flags: 0, answers: [txt(VALUE)] })];
    expect(await statusOf(handler)).toMatchObject({ ok: false, status: 'not-authoritative' });
  });

  test('at another name in the same answer', async () => {
    const handler: Handler = (query) => [reply(query, { answers: [txt(VALUE, 'other.example.test')] })];
    expect((await statusOf(handler)).ok).toBe(false);
  });

  test.each([
    [5, 'refused'],
    [2, 'servfail'],
  ])('with the response code %i', async (rcode, status) => {
    expect(await statusOf((query) => [reply(query, { rcode, flags: 0 })])).toMatchObject({
      ok: false,
      status,
    });
  });

  test('behind a CNAME where a TXT was expected', async () => {
    const handler: Handler = (query) => [
      reply(query, { answers: [{ type: 'CNAME', name: NAME, ttl: 60, data: 'elsewhere.example' }] }),
    ];
    expect(await statusOf(handler)).toMatchObject({
      ok: false,
      status: 'cname',
      values: ['elsewhere.example.'],
    });
  });
});

describe('a forged or broken packet', () => {
  test('with another id is passed over, and the real answer behind it counts', async () => {
    const handler: Handler = (query) => [
      reply({ ...query, id: ((query.id ?? 0) + 1) & 0xffff }, { answers: [txt('forged')] }),
      reply(query, { answers: [txt(VALUE)] }),
    ];
    expect(await statusOf(handler)).toMatchObject({ ok: true, values: [VALUE] });
  });

  test('with another question is passed over', async () => {
    const handler: Handler = (query) => [
      reply(
        { ...query, questions: [{ type: 'TXT', class: 'IN', name: 'other.example.test' }] },
        { answers: [txt(VALUE)] },
      ),
    ];
    expect(await statusOf(handler)).toMatchObject({ ok: false });
  });

  test('with the right name but another type in its question is passed over', async () => {
    const handler: Handler = (query) => {
      const name = query.questions?.[0]?.name ?? '';
      return [
        reply({ ...query, questions: [{ type: 'A', class: 'IN', name }] }, { answers: [txt(VALUE, name)] }),
      ];
    };
    expect(await statusOf(handler)).toMatchObject({ ok: false });
  });

  test('that claims 65,535 records in 12 bytes is refused without reading them', async () => {
    const handler: Handler = (query) => {
      const bomb = Buffer.alloc(12, 0xff);
      bomb.writeUInt16BE(query.id ?? 0, 0);
      bomb.writeUInt16BE(0x8400, 2);
      return [bomb];
    };
    const { ok, status } = await statusOf(handler);
    expect(ok).toBe(false);
    expect(['malformed', 'timeout']).toContain(status);
  });

  test('of random bytes never makes a value visible', async () => {
    const handler: Handler = (query) => {
      const noise = Buffer.from(
        Array.from({ length: 60 }, (_, index) => (index * 37 + (query.id ?? 0)) & 0xff),
      );
      noise.writeUInt16BE(query.id ?? 0, 0);
      return [noise];
    };
    expect((await statusOf(handler)).ok).toBe(false);
  });

  test('cannot be told from silence', async () => {
    const { status, record } = await statusOf(() => []);
    expect(status).toBe('timeout');
    expect(record?.findings).toMatchObject([{ code: 'UNREACHABLE' }]);
  });
});

test('CNAME targets are compared as names', async () => {
  const handler: Handler = (query) => [
    reply(query, { answers: [{ type: 'CNAME', name: NAME, ttl: 60, data: 'Target.Example' }] }),
  ];
  dns = await FakeDns.start(handler);
  const cname = { name: NAME, type: 'CNAME', value: 'target.example.' } as const;
  expect((await dns.verifier().check([cname])).ok).toBe(true);
  expect((await dns.verifier().check([{ ...cname, value: 'other.example' }])).ok).toBe(false);
});
