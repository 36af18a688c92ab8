import { readdirSync } from 'node:fs';
import { DnsError } from '@domainproof/core';
import packet from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import type { BulkContext } from '../src/bulk/run.js';
import { verifyMany } from '../src/bulk/verify-many.js';
import type { BulkOptions, Expectation, RecordReport, VerifierOptions } from '../src/index.js';
import { networkTransport } from '../src/transport/network.js';
import {
  type Behaviour,
  BulkWorld,
  collect,
  expectations,
  framed,
  honest,
  lossy,
  nameOf,
  textOf,
  ZONE,
} from './bulk-world.js';
import { absent, reply, soa, txt } from './fake-dns.js';

const UNBOUNDED = { maxPerSecond: Number.POSITIVE_INFINITY };
const TRUNCATED = packet.AUTHORITATIVE_ANSWER | packet.TRUNCATED_RESPONSE;
const silent: Behaviour = () => {};

let world: BulkWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function verifyAll(
  names: Iterable<Expectation> | AsyncIterable<Expectation>,
  behaviours?: readonly Behaviour[],
  options: BulkOptions & VerifierOptions = {},
): Promise<RecordReport[]> {
  world = await BulkWorld.start(behaviours);
  return collect(world.verifier(options).verifyMany(names, { ...UNBOUNDED, ...options }));
}

function statuses({ servers }: RecordReport): string[] {
  return servers.map(({ status }) => status);
}

/** Sockets that this process holds open. */
function openSockets(): number {
  const [fds] = [readdirSync('/proc/self/fd')];
  return fds.length;
}

describe('many names', () => {
  test('every name is asked at every address, and its report tells what each said', async () => {
    const reports = await verifyAll(expectations(800));
    expect(new Set(reports.map(({ name }) => name)).size).toBe(800);
    expect(reports.every(({ visible, verdict }) => visible && verdict === 'visible')).toBe(true);
    const one = reports.find(({ name }) => name === `${nameOf(7)}.`);
    expect(one).toMatchObject({
      type: 'TXT',
      value: textOf(7),
      values: [textOf(7)],
      zone: `${ZONE}.`,
      chain: [],
      findings: [],
    });
    expect(one?.servers).toHaveLength(2);
    expect(one?.servers[0]).toMatchObject({
      host: `ns1.${ZONE}.`,
      address: '127.0.76.1',
      name: `${nameOf(7)}.`,
      zone: `${ZONE}.`,
      status: 'visible',
      values: [textOf(7)],
      questions: 1,
    });
    expect(one?.servers[0]?.rttMs).toBeGreaterThanOrEqual(0);
    expect(one?.servers[0]?.history).toEqual([{ atMs: one?.servers[0]?.visibleAfterMs, status: 'visible' }]);
  });

  test('one search finds the servers for all names of a zone, and no resolver is asked for a name itself', async () => {
    await verifyAll(expectations(600));
    expect(world?.asked.filter((question) => question.startsWith('_dnsauth'))).toEqual([]);
    expect(world?.asked.filter((question) => question === `${ZONE} NS`)).toHaveLength(1);
  });

  test('ids of questions under way are not predictable, no two are the same, and the letter case is random', async () => {
    const ids: number[] = [];
    const cases = new Set<string>();
    const underWay = new Map<number, string>();
    let most = 0;
    let collisions = 0;
    const watching: Behaviour = (question) => {
      const { id, questions } = question.query;
      if (question.type !== 'TXT') return honest(question);
      // A question that is repeated keeps its id.
      if ((underWay.get(id!) ?? question.name) !== question.name) collisions += 1;
      underWay.set(id!, question.name);
      most = Math.max(most, underWay.size);
      ids.push(id!);
      cases.add(questions![0]!.name.slice(0, 8));
      setTimeout(() => {
        underWay.delete(id!);
        honest(question);
      }, 10);
    };
    // Over UDP alone: ids of a connection are of their own.
    await verifyAll(expectations(1_500), [watching], { maxPerSecond: 9_999 });
    expect(collisions).toBe(0);
    expect(most).toBeLessThanOrEqual(200);
    expect(most).toBeGreaterThan(16);
    // Of 256 ways to write "_dnsauth" in 7 letters (128), nearly all come up.
    expect(cases.size).toBeGreaterThan(100);
    const steps = new Set(ids.slice(1).map((id, index) => id - ids[index]!));
    expect(steps.size).toBeGreaterThan(1_400);
  });

  test('reports come as they are ready: a name whose server is slow does not hold up the others', async () => {
    const slowFirst: Behaviour = (question) => {
      if (question.name === nameOf(0)) setTimeout(() => honest(question), 60);
      else honest(question);
    };
    const reports = await verifyAll(expectations(50), [slowFirst]);
    expect(reports).toHaveLength(50);
    expect(reports.at(-1)?.name).toBe(`${nameOf(0)}.`);
  });

  test('names come from an async iterable as well', async () => {
    async function* later() {
      for (const expectation of expectations(30)) {
        await new Promise((resolve) => setImmediate(resolve));
        yield expectation;
      }
    }
    expect(await verifyAll(later())).toHaveLength(30);
  });

  test('no names give no reports', async () => {
    expect(await verifyAll([])).toEqual([]);
  });

  test('reports can be asked for before the ones before have come', async () => {
    world = await BulkWorld.start();
    const reports = world.verifier().verifyMany(expectations(3), UNBOUNDED)[Symbol.asyncIterator]();
    const results = await Promise.all(Array.from({ length: 5 }, () => reports.next()));
    expect(results.map(({ done }) => done)).toEqual([false, false, false, true, true]);
  });

  test('names are taken in no faster than reports are read', async () => {
    world = await BulkWorld.start();
    let taken = 0;
    function* counted() {
      for (const expectation of expectations(3_200)) {
        taken += 1;
        yield expectation;
      }
    }
    let read = 0;
    for await (const _ of world.verifier().verifyMany(counted(), UNBOUNDED)) {
      read += 1;
      if (read % 200 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(taken - read).toBeLessThanOrEqual(1_024);
    }
    expect(read).toBe(3_200);
  });

  test('an address is asked no more often than allowed', async () => {
    const times: number[] = [];
    const timed: Behaviour = (question) => {
      if (question.type === 'TXT') times.push(performance.now());
      honest(question);
    };
    await verifyAll(expectations(60), [timed], { maxPerSecond: 100 });
    // Ten at once, and 50 more at 100 a second.
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(450);
  });

  test('an option out of its range is told at once', async () => {
    world = await BulkWorld.start();
    const verifier = world.verifier();
    for (const maxPerSecond of [0, -1, Number.NaN])
      expect(() => verifier.verifyMany([], { maxPerSecond })).toThrow(/"maxPerSecond" is/);
  });
});

describe('what is compared', () => {
  const holding =
    (...values: (string | readonly string[])[]): Behaviour =>
    ({ query, send }) =>
      send(reply(query, { answers: values.map((value) => txt(value, query.questions![0]!.name)) }));
  const expected = (changes: Partial<Expectation> = {}): Expectation[] => [
    { name: nameOf(1), type: 'TXT', value: 'right', ...changes },
  ];

  test.each<[string, Behaviour, Partial<Expectation>, string]>([
    ['the strings of one record are joined', holding(['ri', 'ght']), {}, 'visible'],
    ['other values do no harm', holding('other', 'right'), {}, 'visible'],
    ['other values only', holding('other'), {}, 'different'],
    ['a longer value that starts as expected', holding('righteous'), {}, 'different'],
    ['a shorter value', holding('righ'), {}, 'different'],
    ['a value beyond ASCII', holding('prüfung'), { value: 'prüfung' }, 'visible'],
    [
      'the same code points in another encoding',
      ({ query, send }) =>
        send(
          reply(query, {
            answers: [
              {
                type: 'TXT',
                name: query.questions![0]!.name,
                ttl: 60,
                data: [Buffer.from('prüfung', 'latin1')],
              },
            ],
          }),
        ),
      { value: 'prüfung' },
      'different',
    ],
    ['all of several values', holding('one', 'two', 'three'), { value: ['one', 'two'] }, 'visible'],
    ['some of several values', holding('one'), { value: ['one', 'two'] }, 'partial'],
    ['an exact set', holding('two', 'one'), { value: ['one', 'two'], match: 'exactSet' }, 'visible'],
    ['a set with more in it', holding('one', 'two'), { value: 'one', match: 'exactSet' }, 'extra'],
    ['no record', ({ query, send }) => send(absent(query)), {}, 'absent'],
    [
      'a CNAME as expected',
      ({ query, send }) =>
        send(
          reply(query, {
            answers: [
              { type: 'CNAME', name: query.questions![0]!.name, ttl: 60, data: 'Target.example.net' },
            ],
          }),
        ),
      { type: 'CNAME', value: 'target.example.net' },
      'visible',
    ],
    [
      'an answer without authority',
      ({ query, send }) =>
        send(reply(query, { flags: packet.RECURSION_AVAILABLE, answers: [txt('right', nameOf(1))] })),
      {},
      'not-authoritative',
    ],
    ['a refusal', ({ query, send }) => send(reply(query, { rcode: 5 })), {}, 'refused'],
    ['a failure', ({ query, send }) => send(reply(query, { rcode: 2 })), {}, 'servfail'],
    [
      'an answer that counts more records than it holds',
      ({ query, send }) => {
        const answer = reply(query, { answers: [txt('right', query.questions![0]!.name)] });
        answer.writeUInt16BE(50, 6);
        send(answer);
      },
      {},
      'malformed',
    ],
  ])('%s', async (_case, behaviour, changes, status) => {
    const onlyTxt: Behaviour = (question) =>
      question.type === 'SOA' ? question.send(absent(question.query)) : behaviour(question);
    const [report] = await verifyAll(expected(changes), [onlyTxt]);
    expect(report && statuses(report)).toEqual([status]);
    expect(report?.visible).toBe(status === 'visible');
  });

  test('a stale server is told exactly, and the name is pending', async () => {
    const stale: Behaviour = (question) =>
      question.type === 'TXT' ? holding('old value')(question) : honest(question);
    const reports = await verifyAll(expectations(200), [honest, stale]);
    for (const report of reports) {
      expect(statuses(report)).toEqual(['visible', 'different']);
      expect(report.servers[1]?.values).toEqual(['old value']);
      expect(report.verdict).toBe('pending');
    }
  });

  test.each<[string, Expectation, string]>([
    ['a name that is none', { name: 'a..b', type: 'TXT', value: 'x' }, 'INVALID_NAME'],
    [
      'a name outside of its zone',
      { name: nameOf(1), type: 'TXT', value: 'x', zone: 'other.test' },
      'INVALID_NAME',
    ],
    ['an empty value', { name: nameOf(1), type: 'TXT', value: '' }, 'INVALID_VALUE'],
    ['an empty list of values', { name: nameOf(1), type: 'TXT', value: [] }, 'INVALID_VALUE'],
    [
      'two targets of a CNAME',
      { name: nameOf(1), type: 'CNAME', value: ['a.test', 'b.test'] },
      'INVALID_VALUE',
    ],
    ['another type', { name: nameOf(1), type: 'A', value: '192.0.2.1' }, 'UNSUPPORTED'],
  ])('%s ends the stream after the names before it', async (_case, bad, code) => {
    world = await BulkWorld.start();
    let isClosed = false;
    function* input() {
      try {
        yield* expectations(5);
        yield bad;
        yield* expectations(5);
      } finally {
        isClosed = true;
      }
    }
    const seen: string[] = [];
    const read = async () => {
      for await (const { name } of world!.verifier().verifyMany(input(), UNBOUNDED)) seen.push(name);
    };
    await expect(read()).rejects.toMatchObject({ code });
    expect(seen).toHaveLength(5);
    expect(isClosed).toBe(true);
  });

  test.each(['Www.Example.TEST', `${nameOf(3)}.`, `*.h3.${ZONE}`, `bücher.${ZONE}`, `a-b.${ZONE}`])(
    'the name %s is taken as elsewhere',
    async (name) => {
      const all: Behaviour = ({ query, type, send }) =>
        send(
          type === 'TXT' ? reply(query, { answers: [txt('x', query.questions![0]!.name)] }) : absent(query),
        );
      const [report] = await verifyAll([{ name, type: 'TXT', value: 'x' }], [all]);
      const [checked] = (await world!.verifier().check([{ name, type: 'TXT', value: 'x' }])).records;
      expect(report?.name).toBe(checked?.name);
      expect(report?.visible).toBe(true);
    },
  );
});

describe('a bad network', () => {
  test.each([0.05, 0.3])('with %d of the packets lost each way every verdict is right', async (share) => {
    const reports = await verifyAll(expectations(400), [lossy(share, 1), lossy(share, 2)]);
    expect(reports).toHaveLength(400);
    expect(reports.filter(({ visible }) => !visible)).toEqual([]);
  });

  test('answers out of order and packets that come twice are put to the right questions', async () => {
    let held: (() => void)[] = [];
    const disordered: Behaviour = (question) => {
      const twice: Behaviour = (asked) => {
        honest({
          ...asked,
          send: (bytes) => {
            asked.send(bytes);
            asked.send(bytes);
          },
        });
      };
      if (question.type !== 'TXT' || question.via === 'tcp') return honest(question);
      held.push(() => twice(question));
      if (held.length === 8) {
        for (const answer of held.toReversed()) answer();
        held = [];
      }
    };
    const reports = await verifyAll(expectations(800), [disordered, honest]);
    expect(reports.every(({ visible }) => visible)).toBe(true);
  });

  test('a truncated answer is asked for again over TCP, many over one connection', async () => {
    const connections = new Set<number>();
    const large: Behaviour = (question) => {
      if (question.type === 'TXT' && question.via === 'udp')
        question.send(reply(question.query, { flags: TRUNCATED }));
      else {
        if (question.via === 'tcp') connections.add(question.from.port);
        honest(question);
      }
    };
    const reports = await verifyAll(expectations(600), [large]);
    expect(reports.every(({ visible }) => visible)).toBe(true);
    expect(reports[0]?.servers[0]?.questions).toBe(2);
    expect(connections.size).toBe(1);
  });

  test('a connection that the server closes after some answers is opened again', async () => {
    let answered = 0;
    const impatient: Behaviour = (question) => {
      if (question.type !== 'TXT') honest(question);
      else if (question.via === 'udp') question.send(reply(question.query, { flags: TRUNCATED }));
      else {
        honest(question);
        answered += 1;
        if (answered % 50 === 0) setTimeout(() => world?.cutConnections(), 2);
      }
    };
    const reports = await verifyAll(expectations(300), [impatient]);
    expect(reports.every(({ visible }) => visible)).toBe(true);
  });

  const overTcp =
    (behaviour: Behaviour): Behaviour =>
    (question) => {
      if (question.type !== 'TXT') honest(question);
      else if (question.via === 'udp') question.send(reply(question.query, { flags: TRUNCATED }));
      else behaviour(question);
    };

  test('answers over TCP may come in pieces, twice, and among frames that answer nothing', async () => {
    const odd = overTcp((question) => {
      const { query, write } = question;
      write(framed(Buffer.alloc(1)));
      write(framed(Buffer.from('not DNS')));
      write(framed(question.raw));
      write(
        framed(reply({ ...query, id: (query.id! + 1) & 0xffff }, { answers: [txt('forged', nameOf(1))] })),
      );
      honest({
        ...question,
        send: (bytes) => {
          const whole = framed(bytes);
          write(whole.subarray(0, 1));
          setTimeout(() => write(whole.subarray(1, 40)), 2);
          setTimeout(() => write(Buffer.concat([whole.subarray(40), whole])), 4);
        },
      });
    });
    // One question at a time, so that the pieces of two answers do not mix.
    for (const number of [1, 2]) {
      const [report] = await verifyAll([{ name: nameOf(number), type: 'TXT', value: textOf(number) }], [odd]);
      expect(report?.visible).toBe(true);
      await world?.close();
    }
  });

  test('a server that closes its connections without an answer is a timeout', async () => {
    let connections = 0;
    const closing = overTcp(() => {
      connections += 1;
      world?.cutConnections();
    });
    const [report] = await verifyAll(expectations(1), [closing]);
    expect(report && statuses(report)).toEqual(['timeout']);
    expect(connections).toBe(3);
  });

  test('the loop can be left while answers come over TCP', async () => {
    world = await BulkWorld.start([overTcp(honest)]);
    let read = 0;
    for await (const { visible } of world.verifier().verifyMany(expectations(500), UNBOUNDED)) {
      expect(visible).toBe(true);
      read += 1;
      if (read === 5) break;
    }
    expect(read).toBe(5);
  });

  test('a server that truncates and takes no question over TCP is a timeout', async () => {
    const noTcp: Behaviour = (question) => {
      if (question.type !== 'TXT') honest(question);
      else if (question.via === 'udp') question.send(reply(question.query, { flags: TRUNCATED }));
    };
    const [report] = await verifyAll(expectations(1), [noTcp], { queryTimeoutMs: 200 });
    expect(report && statuses(report)).toEqual(['timeout']);
  });

  test('a server that loses the letter case is believed over TCP only', async () => {
    const vias: string[] = [];
    const careless: Behaviour = (question) => {
      if (question.type === 'TXT') vias.push(question.via);
      const { query } = question;
      const questions = query.questions!.map((one) => ({ ...one, name: one.name.toLowerCase() }));
      honest({ ...question, query: { ...query, questions } });
    };
    const [report] = await verifyAll(expectations(1), [careless], { queryTimeoutMs: 300 });
    expect(report?.visible).toBe(true);
    expect(vias).toEqual(['udp', 'tcp']);
  });

  test('packets with other ids, other questions and no sense are passed over', async () => {
    const noisy: Behaviour = (question) => {
      if (question.type !== 'TXT') return honest(question);
      const { query, send } = question;
      const forged = { ...query, id: (query.id! + 1) & 0xffff };
      send(reply(forged, { answers: [txt('forged', nameOf(1))] }));
      send(
        reply(
          { ...query, questions: [{ ...query.questions![0]!, name: nameOf(999_999) }] },
          { answers: [txt('forged', nameOf(1))] },
        ),
      );
      send(Buffer.from('not DNS'));
      send(Buffer.alloc(0));
      send(question.raw);
      honest(question);
    };
    const reports = await verifyAll(expectations(300), [noisy]);
    expect(reports.every(({ visible }) => visible)).toBe(true);
  });

  test('after many packets that answer nothing the questions come from another port, and none is lost', async () => {
    const ports = new Set<number>();
    const flooded: Behaviour = (question) => {
      if (question.type !== 'TXT') return honest(question);
      ports.add(question.from.port);
      const wrong = { ...question.query, id: (question.query.id! + 7) & 0xffff };
      question.send(reply(wrong, { answers: [txt('forged', nameOf(1))] }));
      setTimeout(() => honest(question), 20);
    };
    const reports = await verifyAll(expectations(300), [flooded], { maxPerSecond: 200 });
    expect(reports.every(({ visible }) => visible)).toBe(true);
    expect(ports.size).toBe(2);
  });

  test('a dead server is given up, so that the others are not held up by it', async () => {
    let questions = 0;
    const dead: Behaviour = (question) => {
      if (question.type === 'TXT') questions += 1;
    };
    const reports = await verifyAll(expectations(1_000), [honest, dead, honest, honest], {
      queryTimeoutMs: 300,
    });
    expect(reports).toHaveLength(1_000);
    for (const report of reports) {
      expect(statuses(report)).toEqual(['visible', 'timeout', 'visible', 'visible']);
      expect(report.visible).toBe(false);
    }
    expect(questions).toBeLessThan(200);
    expect(reports.filter(({ servers }) => servers[1]?.questions === 0).length).toBeGreaterThan(800);
  });

  test('a server that was given up is asked again when it answers', async () => {
    let silentUntil = 0;
    const waking: Behaviour = (question) => {
      if (question.type !== 'TXT') return honest(question);
      silentUntil ||= performance.now() + 800;
      if (performance.now() > silentUntil) honest(question);
    };
    const reports = await verifyAll(expectations(1_500), [honest, waking], {
      queryTimeoutMs: 300,
      maxPerSecond: 400,
    });
    const second = reports.map(({ servers }) => servers[1]?.status);
    expect(second).toContain('timeout');
    expect(second.at(-1)).toBe('visible');
  });

  test('when no server of a zone answers, nothing is known', async () => {
    const onlySoa: Behaviour = (question) => question.type === 'SOA' && honest(question);
    const reports = await verifyAll(expectations(20), [onlySoa], { queryTimeoutMs: 200 });
    for (const { verdict, servers } of reports)
      expect([verdict, servers[0]?.status]).toEqual(['unknown', 'timeout']);
  });

  test('an address that this machine cannot reach neither blocks nor counts', async () => {
    world = await BulkWorld.start([honest], (name, type) => {
      if (name !== `ns1.${ZONE}` || type !== 'AAAA') return undefined;
      // A link-local address without an interface: no system can send there.
      return [{ type: 'AAAA', name, ttl: 60, data: 'fe80::1' }];
    });
    const reports = await collect(world.verifier().verifyMany(expectations(20), UNBOUNDED));
    for (const report of reports) {
      expect(statuses(report)).toEqual(['visible', 'no-route']);
      expect(report.visible).toBe(true);
    }
  });
});

describe('what one question cannot tell', () => {
  const CHILD = `sub.${ZONE}`;
  const children = Array.from(
    { length: 300 },
    (_, number) => ({ name: `_dnsauth.h${number}.${CHILD}`, type: 'TXT', value: textOf(number) }) as const,
  );
  const childNs = (name: string, type: string) =>
    name === CHILD && type === 'NS'
      ? [{ type: 'NS' as const, name, ttl: 60, data: `ns2.${ZONE}` }]
      : undefined;
  const ofParent: Behaviour = (question) => {
    const { query, name, send } = question;
    if (name.endsWith(CHILD))
      send(
        reply(query, { flags: 0, authorities: [{ type: 'NS', name: CHILD, ttl: 60, data: `ns2.${ZONE}` }] }),
      );
    else honest(question);
  };

  test('a referral leads to the zone below, once for all of its names', async () => {
    const ofChild: Behaviour = (question) =>
      question.name.endsWith(CHILD) && question.type === 'TXT'
        ? honest(question)
        : question.send(
            reply(question.query, {
              rcode: 3,
              authorities: [soa(question.name.endsWith(CHILD) ? CHILD : ZONE)],
            }),
          );
    world = await BulkWorld.start([ofParent, ofChild], childNs);
    const verifier = world.verifier();
    const above = [{ name: nameOf(1), type: 'TXT', value: textOf(1) }] as const;
    const reports = await collect(verifier.verifyMany([...above, ...children], UNBOUNDED));
    const below = reports.filter(({ zone }) => zone === `${CHILD}.`);
    expect(below).toHaveLength(300);
    expect(below.every(({ visible, servers }) => visible && servers.length === 1)).toBe(true);
    expect(world.asked.filter((question) => question.startsWith('_dnsauth'))).toEqual([]);
  });

  test('answers of the zone above that come after a referral concern nobody', async () => {
    const late: Behaviour = (question) => {
      const isChild = question.name.endsWith(CHILD);
      if (question.type !== 'TXT' || !isChild) ofParent(question);
      // The first gets an answer late, and the second none.
      else if (question.name.includes('.h0.')) setTimeout(() => ofParent(question), 60);
    };
    const ofChild: Behaviour = (question) =>
      question.type === 'TXT'
        ? honest(question)
        : question.send(reply(question.query, { rcode: 3, authorities: [soa(CHILD)] }));
    world = await BulkWorld.start([ofParent, late, ofChild], (name, type) =>
      name === CHILD && type === 'NS'
        ? [{ type: 'NS', name, ttl: 60, data: `ns3.${ZONE}` }]
        : name === ZONE && type === 'NS'
          ? [1, 2].map((host) => ({ type: 'NS', name, ttl: 60, data: `ns${host}.${ZONE}` }))
          : undefined,
    );
    const above = Array.from(expectations(100));
    const reports = await collect(
      world
        .verifier({ queryTimeoutMs: 300 })
        .verifyMany([...above.slice(0, 1), ...children.slice(0, 2), ...above], { maxPerSecond: 100 }),
    );
    const below = reports.filter(({ zone }) => zone === `${CHILD}.`);
    expect(below.map(({ visible, servers }) => [visible, servers.map(({ host }) => host)])).toEqual([
      [true, [`ns3.${ZONE}.`]],
      [true, [`ns3.${ZONE}.`]],
    ]);
    expect(reports.filter(({ visible }) => !visible)).toEqual([]);
  });

  test('a server that also holds the zone below leads there with its denial', async () => {
    const ofBoth: Behaviour = (question) => {
      const isChild = question.name.endsWith(CHILD);
      if (isChild) question.send(reply(question.query, { rcode: 3, authorities: [soa(CHILD)] }));
      else honest(question);
    };
    const ofChild: Behaviour = (question) =>
      question.type === 'TXT'
        ? honest(question)
        : question.send(reply(question.query, { rcode: 3, authorities: [soa(CHILD)] }));
    world = await BulkWorld.start(
      [ofBoth, ofChild],
      (name, type) =>
        childNs(name, type) ??
        (name === ZONE && type === 'NS' ? [{ type: 'NS', name, ttl: 60, data: `ns1.${ZONE}` }] : undefined),
    );
    const verifier = world.verifier();
    const above = { name: nameOf(1), type: 'TXT', value: textOf(1) } as const;
    const reports = await collect(verifier.verifyMany([above, ...children.slice(0, 20)], UNBOUNDED));
    expect(reports.filter(({ zone, visible }) => visible && zone === `${CHILD}.`)).toHaveLength(20);
  });

  test('a referral that the search does not confirm is looked at as `check` does', async () => {
    const inconsistent: Behaviour = (question) =>
      question.type === 'TXT' ? ofParent(question) : honest(question);
    const reports = await verifyAll([...expectations(1), ...children.slice(0, 3)], [inconsistent], {
      queryTimeoutMs: 200,
    });
    expect(reports).toHaveLength(4);
    expect(reports.filter(({ visible }) => visible)).toHaveLength(1);
  });

  test('a CNAME where a TXT was expected is looked at as `check` does', async () => {
    const aliased: Behaviour = (question) => {
      const { query, name, send } = question;
      if (name === nameOf(1))
        send(
          reply(query, {
            answers: [{ type: 'CNAME', name: query.questions![0]!.name, ttl: 60, data: `elsewhere.${ZONE}` }],
          }),
        );
      else honest(question);
    };
    const reports = await verifyAll(expectations(3), [aliased]);
    const checked = await world!.verifier().check([{ name: nameOf(1), type: 'TXT', value: textOf(1) }]);
    const report = reports.find(({ name }) => name === `${nameOf(1)}.`);
    expect(report?.servers.map(({ status }) => status)).toEqual(
      checked.records[0]?.servers.map(({ status }) => status),
    );
    expect(report?.findings.map(({ code }) => code)).toEqual(
      checked.records[0]?.findings.map(({ code }) => code),
    );
    expect(reports.filter(({ visible }) => visible)).toHaveLength(2);
  });

  test('names without a zone are told with the reason, and searched for once', async () => {
    world = await BulkWorld.start();
    const lost = Array.from(
      { length: 50 },
      (_, number) =>
        ({ name: `_dnsauth.h${number}.dead.test`, type: 'TXT', value: 'x', zone: 'dead.test' }) as const,
    );
    const reports = await collect(world.verifier().verifyMany([...lost, ...expectations(2)], UNBOUNDED));
    for (const { zone, visible, verdict, findings } of reports.filter(({ name }) =>
      name.endsWith('dead.test.'),
    ))
      expect([zone, visible, verdict, findings.map(({ code }) => code)]).toEqual([
        null,
        false,
        'unknown',
        ['ZONE_NOT_SERVED'],
      ]);
    expect(reports.filter(({ visible }) => visible)).toHaveLength(2);
    expect(world.asked.filter((question) => question === 'dead.test NS')).toHaveLength(1);
  });

  test('a resolver that does not answer is not asked for every name', async () => {
    world = await BulkWorld.start([honest]);
    const verifier = world.verifier({ resolvers: ['127.0.76.9:9'], queryTimeoutMs: 50 });
    const reports = await collect(verifier.verifyMany(expectations(400), UNBOUNDED));
    expect(reports).toHaveLength(400);
    expect(reports.every(({ findings }) => findings[0]?.code === 'RESOLVER_UNREACHABLE')).toBe(true);
  });

  test('another network than the system’s is asked one question at a time', async () => {
    world = await BulkWorld.start();
    let questions = 0;
    const transport = {
      ...networkTransport,
      udp: (...question: Parameters<typeof networkTransport.udp>) => {
        questions += 1;
        return networkTransport.udp(...question);
      },
    };
    const reports = await collect(world.verifier({ transport }).verifyMany(expectations(5), UNBOUNDED));
    expect(reports.every(({ visible }) => visible)).toBe(true);
    expect(questions).toBeGreaterThanOrEqual(10);
  });
});

describe('the end', () => {
  test('an abort in the middle rejects at once and leaves nothing open', async () => {
    world = await BulkWorld.start([honest, silent]);
    const before = openSockets();
    const controller = new AbortController();
    const read = async () => {
      for await (const _ of world!
        .verifier()
        .verifyMany(expectations(10_000), { ...UNBOUNDED, signal: controller.signal }));
    };
    const reading = read();
    setTimeout(() => controller.abort(), 100);
    await expect(reading).rejects.toMatchObject({ code: 'ABORTED' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(openSockets()).toBeLessThanOrEqual(before);
  });

  test('a signal that has fired before rejects without a question', async () => {
    world = await BulkWorld.start();
    const reports = world.verifier().verifyMany(expectations(5), { signal: AbortSignal.abort() });
    await expect(collect(reports)).rejects.toMatchObject({ code: 'ABORTED' });
    expect(world.asked).toEqual([]);
  });

  test('leaving the loop early closes everything, the input too', async () => {
    world = await BulkWorld.start();
    const before = openSockets();
    let isClosed = false;
    function* input() {
      try {
        yield* expectations(100_000);
      } finally {
        isClosed = true;
      }
    }
    for await (const _ of world.verifier().verifyMany(input(), UNBOUNDED)) break;
    expect(isClosed).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(openSockets()).toBeLessThanOrEqual(before);
  });

  test('leaving before the first report starts nothing', async () => {
    world = await BulkWorld.start();
    const reports = world.verifier().verifyMany(expectations(5), UNBOUNDED)[Symbol.asyncIterator]();
    expect(await reports.return?.()).toEqual({ value: undefined, done: true });
    expect(await reports.next()).toEqual({ value: undefined, done: true });
    expect(world.asked).toEqual([]);
  });

  test.each([
    [
      'an input',
      function* () {
        yield* expectations(5);
        throw new Error('the list is broken');
      },
    ],
    [
      'an async input',
      async function* () {
        yield* expectations(5);
        throw new Error('the list is broken');
      },
    ],
  ])('what %s throws comes after the reports of the names before it', async (_case, input) => {
    world = await BulkWorld.start();
    const seen: string[] = [];
    const reports = world.verifier().verifyMany(input(), UNBOUNDED)[Symbol.asyncIterator]();
    const read = async () => {
      for (let result = await reports.next(); !result.done; result = await reports.next())
        seen.push(result.value.name);
    };
    await expect(read()).rejects.toThrow('the list is broken');
    expect(seen).toHaveLength(5);
    expect(await reports.next()).toEqual({ value: undefined, done: true });
  });

  test('a defect in the search for a zone ends the stream with it', async () => {
    const defective = {
      delegations: { find: () => Promise.reject(new TypeError('a defect')) },
      transport: networkTransport,
    };
    const context = { ...defective, port: 53, queryTimeoutMs: 100 } as unknown as BulkContext;
    await expect(collect(verifyMany(async () => context, expectations(5)))).rejects.toThrow(TypeError);
  });

  test('a name that has no zone yet when the loop is left is forgotten', async () => {
    let release = () => {};
    const held = new Promise<never>((_resolve, reject) => {
      release = () => reject(new DnsError('ZONE_NOT_FOUND', 'There is none.'));
    });
    const context = {
      delegations: { find: () => held },
      transport: networkTransport,
      port: 53,
      queryTimeoutMs: 100,
    };
    const reports = verifyMany(async () => context as unknown as BulkContext, expectations(1))[
      Symbol.asyncIterator
    ]();
    const first = reports.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await reports.return?.();
    release();
    expect(await first).toEqual({ value: undefined, done: true });
  });

  test('a bad name from an async input closes the input', async () => {
    world = await BulkWorld.start();
    let isClosed = false;
    async function* input() {
      try {
        yield { name: 'a..b', type: 'TXT', value: 'x' } as const;
      } finally {
        isClosed = true;
      }
    }
    await expect(collect(world.verifier().verifyMany(input(), UNBOUNDED))).rejects.toMatchObject({
      code: 'INVALID_NAME',
    });
    expect(isClosed).toBe(true);
  });
});
