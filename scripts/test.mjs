// The test command: installs what the tests need, builds, lints, type-checks, runs every test, and closes with the true sums.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { installTools } from './tools.mjs';

const REPORT = '.reports/vitest.json';
const inCi = process.env.CI === 'true';

const missing = installTools();
if (missing.length > 0 && inCi) fail(`Missing in CI, where no test may be skipped: ${missing.join(', ')}.`);

step('build', 'pnpm', ['-r', '--reporter=append-only', 'build']);
step('lint', 'pnpm', ['--silent', 'lint']);
step('types', 'pnpm', ['--silent', 'typecheck']);

rmSync(REPORT, { force: true });
mkdirSync('.reports', { recursive: true });
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
const run = spawnSync(
  'vitest',
  ['run', '--config', 'vitest.workspace.ts', ...reporters, ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
const { passed, failed, skipped } = sums();
for (const tool of missing) console.log(`Not installed here, so its tests were skipped: ${tool}.`);
const forbidden = inCi && skipped > 0;
if (forbidden) console.log('Tests were skipped, and in CI none may be.');
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = run.status !== 0 || failed > 0 || passed === 0 || forbidden ? 1 : 0;

function step(name, command, args) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) fail(`${name} failed.`);
}

function fail(reason) {
  console.log(reason);
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
}

/** A file that could not be loaded, and an error outside of any test, count as one failure each. */
function sums() {
  let report;
  try {
    report = JSON.parse(readFileSync(REPORT, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && run.status !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
