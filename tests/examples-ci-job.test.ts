import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifest as alidns } from '@domainproof/provider-alidns';
import { manifest as huaweicloud } from '@domainproof/provider-huaweicloud';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { begin, type ExampleWorld, missing, openExampleWorld } from './example-world.js';
import { root } from './packages.js';

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  if?: string;
  env?: Record<string, string>;
}

interface Job {
  'runs-on': string;
  'timeout-minutes': number;
  env: Record<string, string>;
  steps: Step[];
}

const text = readFileSync(join(root, 'examples', 'ci-job.yml'), 'utf8');
const workflow = parse(text) as {
  on: object;
  permissions: object;
  concurrency: string;
  jobs: Record<string, Job>;
};
const { prove: job } = workflow.jobs;
const steps = job!.steps;
const SECRET = /^\$\{\{ secrets\.(\w+) \}\}$/;

test('has the keys of a workflow, asks for no more than reading, and gives up', () => {
  expect(Object.keys(workflow)).toEqual(['name', 'on', 'permissions', 'concurrency', 'jobs']);
  expect(workflow).toMatchObject({ on: { workflow_dispatch: null }, permissions: { contents: 'read' } });
  expect(job).toMatchObject({ 'runs-on': 'ubuntu-latest', 'timeout-minutes': expect.any(Number) });
  for (const step of steps) {
    const known = ['name', 'uses', 'with', 'run', 'if', 'env'];
    expect(Object.keys(step).filter((key) => !known.includes(key))).toEqual([]);
    expect([step.uses, step.run].filter((what) => what !== undefined)).toHaveLength(1);
  }
});

test('uses actions at a major version, and secrets in the environment of single steps only', () => {
  const used = steps.flatMap(({ uses }) => uses ?? []);
  expect(used).not.toEqual([]);
  expect(used.filter((action) => !/^[\w-]+\/[\w-]+@v\d+$/.test(action))).toEqual([]);
  const known = [alidns, huaweicloud].flatMap(({ settings }) => settings.flatMap((one) => one.environment));
  const given = steps.flatMap(({ env = {} }) => Object.entries(env));
  for (const [name, value] of given) expect(SECRET.exec(value)?.[1]).toBe(name);
  expect(known).toEqual(expect.arrayContaining(given.map(([name]) => name)));
  // Nowhere else: not in a command line, and not for all steps.
  expect(text.match(/secrets\./g)).toHaveLength(given.length);
});

describe.skipIf(missing('bash', 'jq').length > 0)('its steps', () => {
  /** What a runner does: each step in a shell of its own, and after a failure only those that say so. */
  async function runSteps({ environment, folder, simulator }: ExampleWorld) {
    const outcomes: { step: string; status: number | null; output: string }[] = [];
    const expand = (values: Record<string, string> = {}) =>
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => {
          const secret = SECRET.exec(value)?.[1];
          return [
            name,
            secret ? simulator.env[secret]! : value.replace(/^\$\{\{ github\.workspace \}\}/, folder),
          ];
        }),
      );
    // A runner's own environment holds no secret.
    const secrets = steps.flatMap(({ env = {} }) => Object.keys(env));
    const own = Object.fromEntries(Object.entries(environment).filter(([name]) => !secrets.includes(name)));
    let isFailing = false;
    for (const { name = '', run, if: condition, env } of steps) {
      if (run === undefined || (isFailing && condition !== 'always()')) continue;
      const args = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run];
      const surroundings = { ...own, ...expand(job!.env), ...expand(env) };
      const { status, stdout, stderr } = await begin('bash', args, surroundings, folder).ended;
      outcomes.push({ step: name, status, output: stdout + stderr });
      isFailing ||= status !== 0;
    }
    return outcomes;
  }

  /** The registry has no say in what is tested here: domainproof is on the path already. */
  const installing = (world: ExampleWorld) => world.standIn('npm', `echo "npm $*"`);

  test('prove, order, and leave nothing', async () => {
    const world = await openExampleWorld();
    installing(world);
    copyFileSync(join(root, 'examples', 'challenges.json'), join(world.folder, 'challenges.json'));
    const before = world.snapshot();
    const outcomes = await runSteps(world);
    expect(outcomes.map(({ status, step, output }) => [status, step, status === 0 ? '' : output])).toEqual(
      steps.filter(({ run }) => run).map(({ name }) => [0, name, '']),
    );
    expect(outcomes[0]!.output).toBe('npm install --global domainproof\n');
    expect(outcomes[1]!.output.match(/: visible$/gm)).toHaveLength(4);
    expect(world.snapshot()).toBe(before);
  });

  test('end red if a record cannot be written, do not order, and take away what could be', async () => {
    const cname = { name: '_taken', type: 'CNAME', value: 'elsewhere.example.org.' };
    const world = await openExampleWorld({
      zones: [{ name: 'example.com', cloud: 'huaweicloud', records: [cname] }],
    });
    installing(world);
    const challenges = ['_free.example.com', '_taken.example.com'].map((name) => ({
      name,
      type: 'TXT',
      value: 'token',
    }));
    writeFileSync(join(world.folder, 'challenges.json'), JSON.stringify(challenges));
    const outcomes = await runSteps(world);
    expect(outcomes.map(({ status }) => status)).toEqual([0, 5, 0, 0]);
    expect(outcomes[1]!.output).toContain('_free.example.com. TXT: visible');
    expect(world.simulator.records('huaweicloud', 'example.com')).toMatchObject([{ type: 'CNAME' }]);
  });
});
