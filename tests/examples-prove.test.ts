import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { begin, type ExampleWorld, missing, openExampleWorld } from './example-world.js';

const CHALLENGES = 'examples/challenges.json';
const proving = ({ environment }: ExampleWorld, command: readonly string[], more = {}) =>
  begin('sh', ['examples/prove.sh', CHALLENGES, ...command], { ...environment, ...more });
const left = async ({ environment }: ExampleWorld) => {
  const { stdout } = await begin('domainproof', ['leases', '--json'], environment).ended;
  return JSON.parse(stdout).leases;
};

describe.skipIf(missing('jq').length > 0)('examples/prove.sh', () => {
  test('has the records there while the command runs, and takes them away', async () => {
    const world = await openExampleWorld();
    const before = world.snapshot();
    const { status, stdout, stderr } = await proving(world, ['domainproof', 'leases', '--json']).ended;
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout).leases).toHaveLength(4);
    expect(stderr.match(/is visible after \d+ ms/g)).toHaveLength(4);
    expect(await left(world)).toEqual([]);
    expect(world.snapshot()).toBe(before);
  });

  test('ends as the command does, and keeps a value that was there before', async () => {
    const world = await openExampleWorld();
    const [first] = JSON.parse(readFileSync(CHALLENGES, 'utf8'));
    await begin('domainproof', ['add', first.name, first.type, first.value], {
      ...world.environment,
      DOMAINPROOF_JOURNAL: `${world.folder}/others.jsonl`,
    }).ended;
    const before = world.snapshot();
    const { status, stderr } = await proving(world, ['sh', '-c', 'exit 7']).ended;
    expect(status, stderr).toBe(7);
    expect(world.snapshot()).toBe(before);
  });

  test('says what is not visible in time, does not run the command, and takes all away', async () => {
    const world = await openExampleWorld({ serverDelaysMs: { alidns: [60_000, 60_000] } });
    const before = world.snapshot();
    const { status, stdout, stderr } = await proving(world, ['echo', 'asked'], { TIMEOUT: '2s' }).ended;
    expect(status).toBe(1);
    expect(stdout).not.toContain('asked');
    expect(stderr.match(/^ {2}_acme-challenge\.example\.net\. TXT: \S+/gm)).toHaveLength(2);
    expect(await left(world)).toEqual([]);
    expect(world.snapshot()).toBe(before);
  });

  test('ends with 3 for wrong credentials, and says that trying again is no help', async () => {
    const world = await openExampleWorld();
    const { status, stderr } = await proving(world, ['true'], { HUAWEICLOUD_SDK_SK: 'wrong-0123456789' })
      .ended;
    expect(status).toBe(3);
    expect(stderr).toContain('Check the credentials');
  });

  test('interrupted while it waits, takes all away', async () => {
    const world = await openExampleWorld({ serverDelaysMs: { alidns: [60_000, 60_000] } });
    const before = world.snapshot();
    const waiting = proving(world, ['true']);
    await vi.waitFor(() => expect(world.snapshot().match(/LoqX|9jg4/g)).toHaveLength(2), 20_000);
    waiting.interrupt();
    expect(await waiting.ended).toMatchObject({ status: 130 });
    expect(world.snapshot()).toBe(before);
    expect(await left(world)).toEqual([]);
  });

  test('interrupted while the command runs, takes all away', async () => {
    const world = await openExampleWorld();
    const before = world.snapshot();
    const mark = `${world.folder}/mark`;
    const running = proving(world, ['sh', '-c', `echo > '${mark}'; sleep 50`]);
    await vi.waitFor(() => expect(existsSync(mark)).toBe(true), 20_000);
    running.interrupt();
    expect(await running.ended).toMatchObject({ status: 130 });
    expect(world.snapshot()).toBe(before);
    expect(await left(world)).toEqual([]);
  });

  test('called without a command, says how to call it', async () => {
    const { environment } = await openExampleWorld();
    const { status, stderr } = await begin('sh', ['examples/prove.sh', CHALLENGES], environment).ended;
    expect([status, stderr]).toEqual([2, 'usage: sh prove.sh CHALLENGES.json COMMAND [ARGUMENT...]\n']);
  });
});
