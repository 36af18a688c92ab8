import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ClientEvent, isDnsError } from '@domainproof/core';
import { alidns } from '@domainproof/provider-alidns';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { acmeChallenges, challengeCreateFn, challengeRemoveFn } from '../src/acme.js';
import { challenge } from './challenges-world.js';
import { temporaryFolder, useSimulator } from './harness.js';

const slow = useSimulator({
  zones: [{ name: 'example.org', cloud: 'alidns' }],
  serverDelaysMs: { alidns: [60_000, 60_000] },
});
const world = useSimulator({
  zones: [
    {
      name: 'example.com',
      cloud: 'huaweicloud',
      records: [{ name: '_acme-challenge', type: 'TXT', value: 'foreign' }],
    },
    { name: 'example.net', cloud: 'alidns' },
  ],
});
const folder = temporaryFolder();
const DNS = { type: 'dns-01' };

afterEach(() => vi.unstubAllEnvs());

/** The process's own environment, as whoever starts a program has it. */
function surroundedBy(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
}

const authorization = (value: string) => ({ identifier: { type: 'dns', value } });

/** What acme-client calls back with. */
function call(identifier: string, token?: string) {
  return [authorization(identifier), DNS, challenge(identifier, token).value] as const;
}

describe('the callbacks', () => {
  test('prove an apex, its wildcard and other names together, with the settings of the environment', async () => {
    surroundedBy(world.env);
    const calls = [
      call('example.com'),
      call('example.com', 'wildcard'),
      call('www.example.com'),
      call('example.net'),
    ];
    await Promise.all(calls.map((given) => challengeCreateFn(...given)));
    expect(world.values('huaweicloud', '_acme-challenge.example.com')).toHaveLength(3);
    expect(world.values('alidns', '_acme-challenge.example.net')).toEqual([calls[3]![2]]);
    expect(await world.leases()).toHaveLength(4);

    await Promise.all(calls.map((given) => challengeRemoveFn(...given)));
    expect(world.values('huaweicloud', '_acme-challenge.example.com')).toEqual(['foreign']);
    expect(world.values('alidns', '_acme-challenge.example.net')).toEqual([]);
    expect(await world.leases()).toEqual([]);
    const writes = world.simulator.calls.filter(
      ({ method, cloud }) => cloud === 'huaweicloud' && method === 'PUT',
    );
    // Beside the foreign value: both in one write, and out in one.
    expect(writes).toHaveLength(2);
  });

  test('take what the options say in the place of settings', async () => {
    const { env, resolver, authoritativePort } = world.simulator;
    const events: ClientEvent[] = [];
    const {
      challengeCreateFn: create,
      challengeRemoveFn: remove,
      close,
    } = acmeChallenges({
      providers: [alidns({ environment: env })],
      resolvers: [resolver],
      authoritativePort,
      journal: join(folder, 'own.jsonl'),
      ttl: 900,
      onEvent: (event) => events.push(event),
    });
    await create(...call('example.net'));
    expect(world.simulator.records('alidns', 'example.net')).toMatchObject([{ ttl: 900 }]);
    expect(readFileSync(join(folder, 'own.jsonl'), 'utf8')).toContain('_acme-challenge.example.net.');
    await remove(...call('example.net'));
    expect(events.map(({ type }) => type)).toEqual(['zone', 'ensured', 'released']);
    await close();
    await expect(create(...call('example.net'))).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(create(...call('example.com'))).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('tell why a record is not visible in time, keep it, and take it away afterwards', async () => {
    surroundedBy(slow.env);
    const { challengeCreateFn: create, challengeRemoveFn: remove } = acmeChallenges({ timeoutMs: 500 });
    const error = await create(...call('example.org')).catch((thrown) => thrown);
    expect(isDnsError(error, 'TIMEOUT')).toBe(true);
    expect(error.message).toMatch(
      /^_acme-challenge\.example\.org TXT is visible on 0 of 2 server addresses after \d/,
    );
    expect(error.report).toMatchObject({ visible: false, name: '_acme-challenge.example.org.' });
    expect(error.report.findings).not.toEqual([]);
    expect(error.message).toContain(error.report.findings[0].code);
    expect(await slow.leases()).toHaveLength(1);
    await remove(...call('example.org'));
    expect(await slow.leases()).toEqual([]);
    expect(slow.values('alidns', '_acme-challenge.example.org')).toEqual([]);
  });

  test('refuse a challenge of another type, with what to tell acme-client', async () => {
    const { challengeCreateFn: create, challengeRemoveFn: remove, ...told } = acmeChallenges();
    await expect(
      create(authorization('example.com'), { type: 'http-01' }, 'token.thumb'),
    ).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      hint: expect.stringContaining("challengePriority: ['dns-01']"),
    });
    await remove(authorization('example.com'), { type: 'http-01' }, 'token.thumb');
    expect(told).toMatchObject({ skipChallengeVerification: true, challengePriority: ['dns-01'] });
  });

  test('fail with what failed, and removing afterwards does not', async () => {
    surroundedBy({ ...world.env, HUAWEICLOUD_SDK_SK: 'wrong-secret-0123456789abcdef' });
    const before = world.simulator.calls.length;
    const { challengeCreateFn: create, challengeRemoveFn: remove } = acmeChallenges();
    const asked = [call('a.example.com'), call('b.example.com')];
    const settled = await Promise.allSettled(asked.map((given) => create(...given)));
    expect(settled).toMatchObject([
      { reason: { code: 'AUTH_INVALID' } },
      { reason: { code: 'AUTH_INVALID' } },
    ]);
    await Promise.all(asked.map((given) => remove(...given)));
    // Huawei Cloud locks a key after five failures.
    const refused = world.simulator.calls.slice(before).filter(({ cloud }) => cloud === 'huaweicloud');
    expect(refused.length).toBeLessThan(3);
    // Of what was not asked for here, the failure is told.
    await expect(remove(...call('c.example.com'))).rejects.toMatchObject({ code: 'AUTH_INVALID' });
  });

  test('removing what is not there is no failure', async () => {
    surroundedBy(world.env);
    await acmeChallenges().challengeRemoveFn(...call('never.example.net'));
  });

  test('say how to configure a provider, and read the settings again the next time', async () => {
    const { challengeCreateFn: create, challengeRemoveFn: remove } = acmeChallenges({
      journal: join(folder, 'late.jsonl'),
    });
    await expect(create(...call('example.net'))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: 'No DNS provider is configured.',
      hint: expect.stringContaining('ALIBABA_CLOUD_ACCESS_KEY_ID'),
    });
    await remove(...call('example.net'));
    surroundedBy(world.env);
    await create(...call('example.net'));
    await remove(...call('example.net'));
  });

  test.each([
    { options: { timeoutMs: 0.5 }, says: 'timeoutMs' },
    { options: { providers: [] }, says: 'providers' },
    { options: { resolvers: ['dns.example'] }, says: 'dns.example' },
    { options: { authoritativePort: 70_000 }, says: 'authoritativePort' },
  ])('say that $says is wrong before anything is written', async ({ options, says }) => {
    surroundedBy(world.env);
    const before = world.simulator.calls.length;
    const error = await acmeChallenges(options)
      .challengeCreateFn(...call('example.net'))
      .catch((thrown) => thrown);
    expect(isDnsError(error)).toBe(true);
    expect(error.message).toContain(says);
    expect(world.simulator.calls).toHaveLength(before);
  });
});

test('nothing of the terminal is within reach of the library', () => {
  const source = fileURLToPath(new URL('../src/', import.meta.url));
  const reached = new Set<string>();
  const visit = (file: string) => {
    if (reached.has(file)) return;
    reached.add(file);
    const imports = readFileSync(file, 'utf8').matchAll(
      /^(?!import type|export type).*?(?:from |import\()'(\.[^']+)\.js'/gm,
    );
    for (const [, path] of imports) visit(`${join(dirname(file), path!)}.ts`);
  };
  visit(join(source, 'acme.ts'));
  const names = [...reached].map((file) => relative(source, file));
  expect(names).toContain('challenges/present-together.ts');
  const ofTheTerminal =
    /^(bin|run|help|flags|page|visibility|session)\.ts|^(commands|report|demo)\/|output\/(output|live|matrix|watch|styled)/;
  expect(names.filter((name) => ofTheTerminal.test(name))).toEqual([]);
});
