// CPU time (user and system) of a hook call over bare Node: medians of fresh processes, interleaved, and the ratio to the bar of 200 ms.
// Needs bash, and for the last back end BIND (named). Build first. Usage: node benchmarks/hook.mjs [runs]
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startSimulator } from '../packages/simulator/dist/index.js';
import { folder, soaAndNs, startBind, startResolver } from './servers/authoritative.mjs';

const run = promisify(execFile);
const bin = fileURLToPath(new URL('../packages/cli/dist/bin.cjs', import.meta.url));
const runs = Number(process.argv[2] ?? 15);
const BAR_MS = 200;
const BIND = { zone: 'example.org', address: '127.0.0.1', port: 5_393 };
/** What the vendors' own code in a hook call costs, to be told apart from ours. */
const SDKS = {
  "the signer of Huawei Cloud's SDK": vendorFile(
    'provider-huaweicloud',
    '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js',
  ),
  "the client of Alibaba Cloud's SDK": vendorFile('provider-alidns', '@alicloud/openapi-client'),
};
const KEY = { name: 'hooks', secret: Buffer.from('a key for the time of a benchmark').toString('base64') };

const work = folder('domainproof-hook-');
const stops = [work.remove];
try {
  const backEnds = { ...(await simulated()), ...(await bind()) };
  const subjects = [
    { label: 'bare Node', argv: () => ['-e', '0'], env: {} },
    ...Object.entries(SDKS).map(([label, file]) => ({
      label: `only loading ${label}`,
      argv: () => ['-e', `require(${JSON.stringify(file)})`],
      env: {},
      expected: 0,
    })),
    {
      label: 'dehydrated deploy_cert (passed over)',
      argv: () => [bin, 'hook', 'dehydrated', 'deploy_cert', 'x'],
      env: {},
    },
    {
      label: 'uacme begin http-01 (declined)',
      argv: () => [bin, 'hook', 'uacme', 'begin', 'http-01', 'a', 't', 'k'],
      env: {},
    },
    ...Object.entries(backEnds).flatMap(([label, { zone, env }]) =>
      ['present', 'cleanup'].map((action) => ({
        label: `lego ${action}, ${label}`,
        argv: (number) => [bin, 'hook', 'lego', action, `_acme-challenge.${zone}.`, digest(number)],
        env: { ...env, DOMAINPROOF_JOURNAL: join(work.path, `${zone}.jsonl`) },
        expected: 0,
      })),
    ),
  ];
  const times = subjects.map(() => []);
  for (let number = 0; number < runs; number += 1)
    for (const [index, subject] of subjects.entries()) times[index].push(await cpuOf(subject, number));
  report(subjects, times);
} finally {
  for (const stop of stops.reverse()) await stop();
}

function report(subjects, times) {
  const bare = median(times[0]);
  console.log(
    `Node ${process.version}, ${runs} fresh processes each, interleaved; bare Node ${bare.toFixed(0)} ms of CPU`,
  );
  console.log('subject | ms of CPU over bare Node (median) | middle half | ratio to the bar');
  for (const [index, { label }] of subjects.entries()) {
    if (index === 0) continue;
    const over = times[index].map((time) => time - bare).toSorted((a, b) => a - b);
    const middle = `${over[Math.floor(runs / 4)].toFixed(0)} to ${over[Math.floor((3 * runs) / 4)].toFixed(0)}`;
    const ratio = (median(over) / BAR_MS).toFixed(2);
    console.log(`${label} | ${median(over).toFixed(0)} | ${middle} | ${ratio} of ${BAR_MS} ms`);
  }
}

/** Most people have one provider configured, so that each cloud is measured alone, and once beside the other. */
async function simulated() {
  const simulator = await startSimulator();
  stops.push(() => simulator.close());
  const only = (pattern) =>
    Object.fromEntries(Object.entries(simulator.env).filter(([name]) => !pattern.test(name)));
  return {
    'Huawei Cloud simulator': { zone: 'example.com', env: only(/ALIDNS|ALIBABA/) },
    'Alibaba Cloud simulator': { zone: 'example.net', env: only(/HUAWEI/) },
    'both configured, the zone at Huawei Cloud': { zone: 'example.com', env: simulator.env },
  };
}

async function bind() {
  if (spawnSync('named', ['-v'], { env: { PATH: `${process.env.PATH}:/usr/sbin` } }).error) return {};
  const { zone, address, port } = BIND;
  const zoneText = soaAndNs(zone, { ns1: address });
  const server = await startBind({ path: work.path, zone, zoneText, address, port, key: KEY });
  const resolver = await startResolver(zone, { ns1: address });
  stops.push(server.stop, resolver.stop);
  const env = {
    RFC2136_NAMESERVER: `${address}:${port}`,
    RFC2136_TSIG_KEY: KEY.name,
    RFC2136_TSIG_SECRET: KEY.secret,
    DOMAINPROOF_RESOLVERS: resolver.address,
    DOMAINPROOF_AUTHORITATIVE_PORT: String(port),
  };
  return { 'rfc2136 to BIND': { zone, env } };
}

function vendorFile(folder, name) {
  return createRequire(new URL(`../packages/${folder}/package.json`, import.meta.url)).resolve(name);
}

/** What bash counts for a process and its children, to the millisecond. */
async function cpuOf({ label, argv, env, expected }, number) {
  const script = 'TIMEFORMAT="%3U %3S"; time "$@" > /dev/null 2> "$LOG"; echo "code $?" >&2';
  const { stderr } = await run('bash', ['-c', script, 'hook', process.execPath, ...argv(number)], {
    env: { PATH: process.env.PATH, LOG: join(work.path, 'log'), ...env },
  });
  const [, user, system, code] = /^([\d.]+) ([\d.]+)\ncode (\d+)$/m.exec(stderr);
  if (expected !== undefined && Number(code) !== expected) throw new Error(`${label} ended with ${code}.`);
  return (Number(user) + Number(system)) * 1000;
}

function digest(number) {
  return createHash('sha256').update(String(number)).digest('base64url');
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
