import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const suite = fileURLToPath(new URL('node-runner/suite.ts', import.meta.url));

/** Runs the tests whose names speak of zones. */
function runWithNode(environment: NodeJS.ProcessEnv) {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--test-reporter=tap', '--test-name-pattern=zone', suite],
    { env: { PATH: process.env.PATH, ...environment }, encoding: 'utf8' },
  );
  const sum = (what: string) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)?.[1]);
  return { status, passed: sum('pass'), failed: sum('fail') };
}

describe("under Node's own test runner, the suite", () => {
  test('passes on a correct adapter', { timeout: 60_000 }, () => {
    const { status, passed, failed } = runWithNode({});
    expect({ status, failed }).toEqual({ status: 0, failed: 0 });
    expect(passed).toBeGreaterThan(10);
  });

  test('fails on a broken one', { timeout: 60_000 }, () => {
    const { status, failed } = runWithNode({ BROKEN: 'yes' });
    expect(status).toBe(1);
    expect(failed).toBeGreaterThan(0);
  });
});
