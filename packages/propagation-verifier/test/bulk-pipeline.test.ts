import { afterEach, describe, expect, test } from 'vitest';
import type { RecordReport } from '../src/index.js';
import { type Behaviour, BulkWorld, collect, expectations, framed, honest, nameOf } from './bulk-world.js';
import { reply, txt } from './fake-dns.js';

const NAMES = 2_400;
/** Questions that are risked on a connection that has answered nothing. */
const FIRST_IN_FLIGHT = 64;

let world: BulkWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

interface Seen {
  reports: RecordReport[];
  /** Questions that came over TCP. */
  overTcp: number;
  connections: number;
}

/** Asks about all names at one address that answers over UDP as it should, and over TCP as told. */
async function verifyWith(
  tcp: Behaviour,
  { maxPerSecond = Number.POSITIVE_INFINITY, refuses = false, names = NAMES } = {},
): Promise<Seen> {
  let overTcp = 0;
  const ports = new Set<number>();
  const behaviour: Behaviour = (question) => {
    if (question.via === 'udp') return honest(question);
    overTcp += 1;
    ports.add(question.from.port);
    tcp(question);
  };
  world = await BulkWorld.start([behaviour]);
  if (refuses) world.refuseConnections();
  const reports = await collect(world.verifier().verifyMany(expectations(names), { maxPerSecond }));
  return { reports, overTcp, connections: ports.size };
}

function expectAllVisible({ reports }: Seen): void {
  expect(new Set(reports.map(({ name }) => name)).size).toBe(NAMES);
  expect(reports).toHaveLength(NAMES);
  expect(reports.filter(({ visible }) => !visible)).toEqual([]);
}

/** No question is sent more than twice: once over the connection that failed, and then over UDP. */
function expectNoneAskedForever({ reports }: Seen): void {
  expect(Math.max(...reports.map(({ servers }) => servers[0]!.questions))).toBeLessThanOrEqual(2);
}

describe('many names over a connection', () => {
  test('questions go over one connection once the server has answered many, where the rate is lifted', async () => {
    const seen = await verifyWith(honest);
    expectAllVisible(seen);
    expect(seen.overTcp).toBeGreaterThan(100);
    expect(seen.connections).toBe(1);
  });

  test('no connection is opened at a rate that UDP reaches', async () => {
    const seen = await verifyWith(honest, { maxPerSecond: 9_999 });
    expectAllVisible(seen);
    expect(seen.overTcp).toBe(0);
  });

  test('a server that closes the connection after 10 questions gets the others over UDP', async () => {
    let count = 0;
    const seen = await verifyWith((question) => {
      count += 1;
      if (count <= 10) honest(question);
      if (count === 10) question.end();
    });
    expectAllVisible(seen);
    expectNoneAskedForever(seen);
    expect(seen.connections).toBe(1);
  });

  test('a server that closes the connection after many questions is connected to again', async () => {
    let count = 0;
    const seen = await verifyWith(
      (question) => {
        count += 1;
        honest(question);
        if (count % 1_500 === 0) question.end();
      },
      { names: 9_000 },
    );
    expect(seen.reports.filter(({ visible }) => visible)).toHaveLength(9_000);
    expect(seen.connections).toBeGreaterThan(1);
  });

  test('a server that refuses connections gets all over UDP', async () => {
    const seen = await verifyWith(honest, { refuses: true });
    expectAllVisible(seen);
    expectNoneAskedForever(seen);
    expect(seen.overTcp).toBe(0);
  });

  test('a server that says nothing over TCP gets the questions over UDP', async () => {
    const seen = await verifyWith(() => {});
    expectAllVisible(seen);
    expectNoneAskedForever(seen);
    expect(seen.overTcp).toBeGreaterThan(0);
    expect(seen.overTcp).toBeLessThanOrEqual(FIRST_IN_FLIGHT);
  });

  test('answers may come in any order', async () => {
    const held: Parameters<Behaviour>[0][] = [];
    const seen = await verifyWith((question) => {
      if (held.push(question) > 1) return;
      setTimeout(() => {
        for (const one of held.splice(0).reverse()) honest(one);
      }, 2);
    });
    expectAllVisible(seen);
    expect(seen.overTcp).toBeGreaterThan(100);
    expect(seen.connections).toBe(1);
  });

  test('answers may come in pieces', async () => {
    let waiting = Buffer.alloc(0);
    let isSending = false;
    const seen = await verifyWith((question) => {
      const sendPiece = () => {
        const size = Math.min(waiting.length, 997);
        isSending = size > 0;
        if (!isSending) return;
        question.write(waiting.subarray(0, size));
        waiting = waiting.subarray(size);
        setImmediate(sendPiece);
      };
      honest({ ...question, send: (bytes) => (waiting = Buffer.concat([waiting, framed(bytes)])) });
      if (!isSending) {
        isSending = true;
        setImmediate(sendPiece);
      }
    });
    expectAllVisible(seen);
    expect(seen.overTcp).toBeGreaterThan(100);
    expect(seen.connections).toBe(1);
  });

  test.each([
    ['random bytes', Buffer.alloc(400, 0xa7)],
    ['a packet without octets', Buffer.from([0, 0])],
    ['an answer to no question', framed(Buffer.alloc(40))],
  ])('a server that sends %s gets the questions over UDP', async (_, bytes) => {
    const seen = await verifyWith(({ write }) => write(bytes));
    expectAllVisible(seen);
    expectNoneAskedForever(seen);
    expect(seen.overTcp).toBeLessThanOrEqual(FIRST_IN_FLIGHT);
  });

  test('the answer to another question under the same id is not believed', async () => {
    const seen = await verifyWith(({ query, send }) => {
      const name = nameOf(999_999);
      send(reply({ ...query, questions: [{ type: 'TXT', name }] }, { answers: [txt('other', name)] }));
    });
    expectAllVisible(seen);
    expect(seen.overTcp).toBeLessThanOrEqual(FIRST_IN_FLIGHT);
  });

  test('another value that comes over the connection is reported as such', async () => {
    const seen = await verifyWith(({ query, send }) =>
      send(reply(query, { answers: [txt('other', query.questions![0]!.name)] })),
    );
    const wrong = seen.reports.filter(({ visible }) => !visible);
    expect(wrong.length).toBe(seen.overTcp);
    expect(wrong.length).toBeGreaterThan(100);
    expect(wrong.every(({ servers }) => servers[0]!.values[0] === 'other')).toBe(true);
  });
});
