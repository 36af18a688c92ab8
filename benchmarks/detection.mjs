// How soon `wait` notices a record after the last authoritative server has begun to serve it, against pollers of 2 s and 10 s.
// Knot is the primary; a record is committed by knotc after a random delay, and NOTIFY and IXFR bring it to NSD, the secondary.
// A probe in another process asks the secondary every 2 ms, and so knows the moment; the lag of each client counts from there.
// Bar: 95 % within 150 ms and one round trip if the record came within 10 s, else within 5 % of the elapsed time; at most 20 questions
// a second to one address. Needs knotd, knotc and nsd. Usage: node benchmarks/detection.mjs [records within 10 s] [records of 20 to 60 s]
import { fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { fileURLToPath } from 'node:url';
import { createVerifier } from '../packages/propagation-verifier/dist/index.js';
import { folder, soaAndNs, startKnot, startNsd, startResolver } from './servers/authoritative.mjs';

const ZONE = 'late.test';
const HOSTS = { ns1: '127.0.7.11', ns2: '127.0.7.12' };
const PORT = 5_392;
const PROBE_EVERY_MS = 2;
const AT_ONCE = 5;
const BAR_MS = 150;
const LATE_SHARE = 0.05;
const MAX_PER_SECOND = 20;

let commits = Promise.resolve();
let number = 0;

if (process.argv[2] === 'probe') await probe();
else await compare(Number(process.argv[2] ?? 40), Number(process.argv[3] ?? 5));

/** Tells the parent when both servers first serve each name that it is told, in milliseconds since 1970. */
async function probe() {
  const pending = new Map();
  const socket = createSocket('udp4');
  socket.on('message', (packet, { address }) => {
    const id = packet.readUInt16BE(0);
    const entry = pending.get(id);
    if (!entry || packet.readUInt16BE(6) === 0) return;
    entry.missing.delete(address);
    if (entry.missing.size > 0) return;
    pending.delete(id);
    process.send({ name: entry.name, at: now() });
  });
  let nextId = 1;
  process.on('message', (name) =>
    pending.set(nextId++, { name, question: undefined, missing: new Set(Object.values(HOSTS)) }),
  );
  process.on('disconnect', () => process.exit());
  const ask = () => {
    for (const [id, entry] of pending) {
      entry.question ??= questionFor(id, entry.name);
      for (const address of entry.missing) socket.send(entry.question, PORT, address);
    }
    setTimeout(ask, PROBE_EVERY_MS);
  };
  ask();
}

function questionFor(id, name) {
  const labels = name
    .split('.')
    .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'));
  const header = Buffer.from([id >> 8, id & 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, 16, 0, 1])]);
}

/** Of one clock for all processes. */
function now() {
  return performance.timeOrigin + performance.now();
}

async function compare(soon, late) {
  const { path, remove } = folder('detection-');
  const primary = { address: HOSTS.ns1, port: PORT };
  const secondary = { address: HOSTS.ns2, port: PORT };
  const zoneText = soaAndNs(ZONE, HOSTS);
  const stops = [remove];
  try {
    const knot = await startKnot({ path, zone: ZONE, zoneText, ...primary, secondaries: [secondary] });
    stops.unshift(knot.stop);
    const nsd = await startNsd({ path, zone: ZONE, ...secondary, primary });
    stops.unshift(nsd.stop);
    const resolver = await startResolver(ZONE, HOSTS);
    stops.unshift(resolver.stop);
    const prober = fork(fileURLToPath(import.meta.url), ['probe']);
    stops.unshift(() => prober.kill());
    const world = {
      knot,
      prober,
      resolver: resolver.address,
    };
    report('within 10 s', await measure(world, soon, () => Math.random() * 10_000));
    if (late > 0) report('20 s to 60 s', await measure(world, late, () => 20_000 + Math.random() * 40_000));
  } finally {
    for (const stop of stops) await stop();
  }
}

async function measure(world, count, delay) {
  const results = [];
  let left = count;
  const work = async () => {
    while (left-- > 0) results.push(await one(world, delay()));
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, work));
  return results;
}

/** One record, with all clients waiting for it. */
async function one({ knot, prober, resolver }, delayMs) {
  // A verifier each: one shares its bound for an address among all that it waits for.
  const verifier = () => createVerifier({ resolvers: [resolver], authoritativePort: PORT });
  const label = `_dnsauth.r${number++}`;
  const name = `${label}.${ZONE}`;
  const value = `value-${label}`;
  const served = servedAt(prober, name);
  const startedAt = now();
  const clients = Promise.all([
    waiting(verifier(), name, value),
    polling(verifier(), name, value, 2_000),
    polling(verifier(), name, value, 10_000),
  ]);
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  // One transaction at a time: Knot has one for each zone.
  commits = commits.then(async () => {
    await knot.control('zone-begin', ZONE);
    await knot.control('zone-set', ZONE, label, '60', 'TXT', `"${value}"`);
    await knot.control('zone-commit', ZONE);
  });
  await commits;
  const at = await served;
  const [own, two, ten] = await clients;
  return { elapsedMs: at - startedAt, own: lag(own, at), two: lag(two, at), ten: lag(ten, at) };
}

function servedAt(prober, name) {
  return new Promise((resolve) => {
    const onMessage = (message) => {
      if (message.name !== name) return;
      prober.off('message', onMessage);
      resolve(message.at);
    };
    prober.on('message', onMessage);
    prober.send(name);
  });
}

async function waiting(verifier, name, value) {
  const startedAt = now();
  const { records } = await verifier.wait([{ name, type: 'TXT', value }], { timeoutMs: 120_000 });
  const seenAt = now();
  const [record] = records;
  const perSecond = Math.max(
    ...record.servers.map(({ questions }) => questions / Math.max(1, (seenAt - startedAt) / 1_000)),
  );
  return { seenAt, perSecond, rttMs: Math.max(...record.servers.map(({ rttMs }) => rttMs ?? 0)) };
}

/** A client that asks every address at once and again after a fixed time. */
async function polling(verifier, name, value, everyMs) {
  let questions = 0;
  const startedAt = now();
  for (;;) {
    const { ok } = await verifier.check([{ name, type: 'TXT', value }]);
    questions += 1;
    if (ok)
      return { seenAt: now(), perSecond: questions / Math.max(1, (now() - startedAt) / 1_000), rttMs: 0 };
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

function lag({ seenAt, perSecond, rttMs }, at) {
  return { ms: seenAt - at, perSecond, rttMs };
}

function report(title, results) {
  console.log(`\n${results.length} records that came ${title}, Node ${process.version}`);
  console.log('client | lag ms median | 95 % | most | questions a second to one address (most)');
  for (const [key, label] of [
    ['own', 'wait'],
    ['two', 'every 2 s'],
    ['ten', 'every 10 s'],
  ]) {
    const lags = results.map((result) => result[key].ms).toSorted((a, b) => a - b);
    const most = Math.max(...results.map((result) => result[key].perSecond));
    console.log(
      `${label} | ${quantile(lags, 0.5)} | ${quantile(lags, 0.95)} | ${quantile(lags, 1)} | ${most.toFixed(1)}`,
    );
  }
  const within = results.filter(
    ({ own, elapsedMs }) =>
      own.ms <= own.rttMs + Math.max(BAR_MS, elapsedMs > 10_000 ? LATE_SHARE * elapsedMs : 0),
  );
  const rate = Math.max(...results.map(({ own }) => own.perSecond));
  const isMet = within.length >= 0.95 * results.length && rate <= MAX_PER_SECOND;
  console.log(
    `within the bar: ${within.length} of ${results.length}, at most ${rate.toFixed(1)} questions a second: ${isMet ? 'met' : 'NOT met'}`,
  );
}

function quantile(sorted, share) {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)].toFixed(0);
}
