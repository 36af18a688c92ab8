// How fast `verifyMany` checks 100,000 names at two servers (NSD and Knot from Debian), against dnsperf in the same rounds.
// Prints medians; the ratios hold, absolute figures depend on the machine. Bars: at least 0.75 of dnsperf's rate, at most 1.7 of its CPU.
// Needs nsd, knot and dnsperf. Usage: node benchmarks/bulk.mjs [rounds] [names]
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HOSTS, nameOf, PORT, textOf, ZONE } from './bulk-names.mjs';
import { folder, soaAndNs, startKnot, startNsd } from './servers/authoritative.mjs';

const rounds = Number(process.argv[2] ?? 5);
const names = Number(process.argv[3] ?? 100_000);
const RATE_BAR = 0.75;
const CPU_BAR = 1.7;
const QUESTIONS_AT_ONCE = [100, 200];
/** The servers share one core and the client has another, as far as there are two. */
const [SERVER_CPU, CLIENT_CPU] = availableParallelism() > 1 ? [0, 1] : [0, 0];
const client = fileURLToPath(new URL('bulk-client.mjs', import.meta.url));
const { path, remove } = folder('bulk-');

function runClient(kind, count = names, passes = 1, flags = []) {
  const command = [
    '-c',
    String(CLIENT_CPU),
    process.execPath,
    ...flags,
    client,
    kind,
    String(count),
    String(passes),
  ];
  const result = JSON.parse(execFileSync('taskset', command, { encoding: 'utf8' }));
  const expected = count * passes;
  if (result.visible !== expected)
    throw new Error(`${kind} confirmed ${result.visible} of ${expected} names.`);
  return { ...result, rate: expected / result.seconds };
}

/** Both servers, one after the other. */
function runDnsperf(atOnce) {
  let [seconds, cpuSeconds, lost] = [0, 0, 0];
  for (const address of Object.values(HOSTS)) {
    const command = `TIMEFORMAT='cpu %U %S'; time taskset -c ${CLIENT_CPU} dnsperf -s ${address} -p ${PORT} -d ${path}/questions -n 1 -c 1 -T 1 -q ${atOnce}`;
    const output = execFileSync('bash', ['-c', `{ ${command} ; } 2>&1`], { encoding: 'utf8' });
    seconds += Number(/Run time \(s\):\s+([\d.]+)/.exec(output)[1]);
    lost += Number(/Queries lost:\s+(\d+)/.exec(output)[1]);
    const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(output);
    cpuSeconds += Number(user) + Number(system);
  }
  return { seconds, cpuSeconds, lost, rate: names / seconds };
}

function bestDnsperf() {
  return QUESTIONS_AT_ONCE.map(runDnsperf).reduce((best, run) => (run.rate > best.rate ? run : best));
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const zoneLines = Array.from(
  { length: names },
  (_, number) => `${nameOf(number)}. TXT "${textOf(number)}"\n`,
);
const zoneText = soaAndNs(ZONE, HOSTS) + zoneLines.join('');
writeFileSync(
  join(path, 'questions'),
  Array.from({ length: names }, (_, number) => `${nameOf(number)} TXT\n`).join(''),
);
const servers = [];
try {
  servers.push(
    await startNsd({ path, zone: ZONE, zoneText, address: HOSTS.ns1, port: PORT, cpu: SERVER_CPU }),
  );
  servers.push(
    await startKnot({ path, zone: ZONE, zoneText, address: HOSTS.ns2, port: PORT, cpu: SERVER_CPU }),
  );
  const results = { dnsperf: [], verifyMany: [], dnsPacket: [], nodeDns: [] };
  for (let round = 0; round < rounds; round += 1) {
    results.dnsperf.push(bestDnsperf());
    results.verifyMany.push(runClient('verifyMany'));
    results.dnsPacket.push(runClient('dnsPacket'));
    results.nodeDns.push(runClient('nodeDns'));
    const [peer, own] = [results.dnsperf.at(-1), results.verifyMany.at(-1)];
    console.log(
      `round ${round + 1}: dnsperf ${kilo(peer.rate)} names/s, verifyMany ${kilo(own.rate)}, ratio ${(own.rate / peer.rate).toFixed(2)}`,
    );
  }
  console.log(
    `\n${names} names at 2 servers, medians of ${rounds} interleaved rounds, Node ${process.version}`,
  );
  console.log(
    'client | names/s | questions/s | CPU s | peak RSS MB | rate of dnsperf | CPU of dnsperf (medians of the rounds)',
  );
  for (const [kind, runs] of Object.entries(results)) {
    const of = (key) => median(runs.map((run) => run[key]));
    const ratio = (key) =>
      median(runs.map((run, round) => run[key] / results.dnsperf[round][key])).toFixed(2);
    const memory = kind === 'dnsperf' ? '–' : of('peakMegabytes').toFixed(0);
    console.log(
      `${kind} | ${kilo(of('rate'))} | ${kilo(2 * of('rate'))} | ${of('cpuSeconds').toFixed(2)} | ${memory} | ${ratio('rate')} | ${ratio('cpuSeconds')}`,
    );
  }
  console.log(`bars for verifyMany: rate at least ${RATE_BAR}, CPU at most ${CPU_BAR}`);
  for (const [count, passes] of [
    [Math.min(20_000, names), 1],
    [names, 1],
    [names, 10],
  ]) {
    const { peakMegabytes, rate } = runClient('verifyMany', count, passes);
    console.log(
      `memory: ${count * passes} names streamed, peak RSS ${peakMegabytes.toFixed(0)} MB, ${kilo(rate)} names/s`,
    );
  }
} finally {
  for (const server of servers) await server.stop();
  remove();
}

function kilo(value) {
  return `${(value / 1_000).toFixed(1)}k`;
}
