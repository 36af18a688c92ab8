// What slow, oversized, malformed and unauthenticated clients cost `domainproof serve` and its good clients. Rounds of 1,000 requests against the
// built program, which writes to the simulated clouds; /healthz is compared with a plain HTTP server under the same requests in the same
// round. Bars: every good request is answered, and the heap after a collection does not grow from round to round.
// Needs `pnpm build`. Usage: node benchmarks/serve.mjs [rounds]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '@domainproof/simulator';
import { BAD, bad, challenge, good, TOKEN } from './serve-requests.mjs';

const rounds = Number(process.argv[2] ?? 4);
/** Requests of a round: each challenge is presented and cleaned up. */
const [CHALLENGES, PROBES, BAD_OF_A_KIND] = [100, 200, 100];
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'serve-'));
const simulator = await startSimulator();

async function startProgram(argv, env = {}) {
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--import', here('servers/tell-memory.mjs'), ...argv],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
    },
  );
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.trimEnd().endsWith('}')) break;
  }
  return {
    url: JSON.parse(text).url,
    async memory() {
      child.send('memory');
      const [{ rss, heapUsed }] = await once(child, 'message');
      return { rss: rss / 1e6, heap: heapUsed / 1e6 };
    },
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Round 0 is without nuisances: what is loaded late is loaded, and what is measured afterwards is what they cost. */
async function round(serve, plain, number) {
  const nuisances = Object.values(BAD).flatMap((kind) =>
    Array.from({ length: number === 0 ? 0 : BAD_OF_A_KIND }, () => [
      bad(serve.url, kind),
      bad(plain.url, kind),
    ]).flat(),
  );
  const probing = async ({ url }) => {
    const replies = [];
    for (let probe = 0; probe < PROBES; probe += 1) replies.push(await good(url, '/healthz'));
    return replies;
  };
  const challenging = Array.from({ length: CHALLENGES }, async (_, index) => {
    const body = challenge(number * CHALLENGES + index);
    return [await good(serve.url, '/present', body), await good(serve.url, '/cleanup', body)];
  });
  const [challenged, probes, plainProbes] = await Promise.all([
    Promise.all(challenging),
    probing(serve),
    probing(plain),
  ]);
  for (const { leave } of nuisances) leave();
  await Promise.all(nuisances.map(({ closed }) => closed));
  return {
    presents: challenged.map(([present]) => present),
    cleanups: challenged.map(([, cleanup]) => cleanup),
    probes,
    plainProbes,
  };
}

const answered = (replies) => replies.filter(({ status }) => status === 200).length;
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const ms = (replies) => median(replies.map((reply) => reply.ms));

const [serve, plain] = await Promise.all([
  startProgram([here('../packages/cli/dist/bin.cjs'), 'serve', '--listen', '127.0.0.1:0', '--json'], {
    ...simulator.env,
    DOMAINPROOF_SERVE_TOKEN: TOKEN,
    DOMAINPROOF_JOURNAL: join(folder, 'leases.jsonl'),
  }),
  startProgram([here('servers/plain-http.mjs')]),
]);
try {
  console.log(
    'round | good answered | present ms | cleanup ms | healthz ms | of plain HTTP | RSS MB | heap MB after GC | heap MB of plain HTTP',
  );
  const ratios = [];
  for (let number = 0; number <= rounds; number += 1) {
    const result = await round(serve, plain, number);
    const { presents, cleanups, probes, plainProbes } = result;
    const replies = [...presents, ...cleanups, ...probes];
    const [{ rss, heap }, { heap: plainHeap }] = await Promise.all([serve.memory(), plain.memory()]);
    const ratio = ms(probes) / ms(plainProbes);
    ratios.push(ratio);
    console.log(
      `${number} | ${answered(replies)} of ${replies.length} | ${ms(presents).toFixed(0)} | ${ms(cleanups).toFixed(0)} | ${ms(probes).toFixed(1)} | ${ratio.toFixed(2)} | ${rss.toFixed(0)} | ${heap.toFixed(2)} | ${plainHeap.toFixed(2)}`,
    );
  }
  console.log(`healthz of plain HTTP, median of the rounds: ${median(ratios).toFixed(2)}`);
} finally {
  await Promise.all([serve.stop(), plain.stop()]);
  await simulator.close();
  rmSync(folder, { recursive: true });
}
