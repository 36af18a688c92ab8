// What importing each package costs over bare Node: median of fresh processes, interleaved, and the modules that it loads.
// Prints the ratio to the budget of 25 ms (60 ms for `domainproof --version`). Usage: node benchmarks/import-cost.mjs [runs]
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const runs = Number(process.argv[2] ?? 21);
const IMPORT_BUDGET_MS = 25;
const VERSION_BUDGET_MS = 60;

const COUNT = `
import { register, createRequire } from 'node:module';
const loaded = [];
const { port1, port2 } = new MessageChannel();
port1.on('message', (url) => loaded.push(url));
const hook = "let port; export const initialize = (p) => { port = p; }; export const load = (url, context, next) => { if (url.startsWith('file:')) port.postMessage(url); return next(url, context); };";
register('data:text/javascript,' + encodeURIComponent(hook), { data: port2, transferList: [port2] });
await import(process.env.SUBJECT);
await new Promise((resolve) => setTimeout(resolve, 50));
const required = Object.keys(createRequire(import.meta.url)('node:module')._cache).map((path) => 'file://' + path);
console.log(new Set([...loaded, ...required]).size);
process.exit(0);
`;

const subjects = readdirSync(`${root}packages`).flatMap((folder) => {
  const cwd = `${root}packages/${folder}`;
  const { name: main, exports } = JSON.parse(readFileSync(`${cwd}/package.json`, 'utf8'));
  const entries = Object.keys(exports).filter((entry) => !entry.endsWith('.json'));
  return entries.map((entry) => {
    const name = entry.replace('.', main);
    return {
      label: `import ${name}`,
      cwd,
      name,
      args: ['--input-type=module', '-e', `import '${name}'`],
      budget: IMPORT_BUDGET_MS,
    };
  });
});
const version = [`${root}packages/cli/dist/bin.cjs`, '--version'];
const all = [
  { label: 'bare Node', cwd: root, args: ['--input-type=module', '-e', '0'] },
  ...subjects,
  { label: 'domainproof --version', cwd: root, args: version, budget: VERSION_BUDGET_MS },
];

const times = all.map(() => []);
for (let run = 0; run < runs; run += 1)
  for (const [index, subject] of all.entries()) times[index].push(timed(subject));

const bare = median(times[0]);
console.log(
  `Node ${process.version}, ${runs} fresh processes each, interleaved; bare Node ${bare.toFixed(1)} ms`,
);
console.log('subject | ms over bare Node (median) | spread of the middle half | modules | ratio to budget');
for (const [index, { label, name, cwd, budget }] of all.entries()) {
  if (budget === undefined) continue;
  const extra = median(times[index]) - bare;
  const sorted = times[index].toSorted((a, b) => a - b);
  const spread = `${(sorted[Math.floor(runs / 4)] - bare).toFixed(1)} to ${(sorted[Math.floor((3 * runs) / 4)] - bare).toFixed(1)}`;
  console.log(
    `${label} | ${extra.toFixed(1)} | ${spread} | ${name ? modules(name, cwd) : '–'} | ${(extra / budget).toFixed(2)} of ${budget} ms`,
  );
}

function timed({ args, cwd }) {
  const start = process.hrtime.bigint();
  execFileSync(process.execPath, args, { cwd, stdio: 'ignore' });
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function modules(name, cwd) {
  const env = { ...process.env, SUBJECT: name };
  return execFileSync(process.execPath, ['--input-type=module', '-e', COUNT], {
    cwd,
    env,
    encoding: 'utf8',
  }).trim();
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
