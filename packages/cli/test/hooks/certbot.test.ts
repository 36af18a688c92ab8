import { describe, expect, test } from 'vitest';
import { useSimulator } from '../harness.js';
import { digest, runFiles } from './challenges.js';

const world = useSimulator({ serverDelaysMs: { huaweicloud: [0, 400] } });
const apex = digest('apex');
const wildcard = digest('wildcard');
const DOMAINS = 'example.com,example.com,www.example.net';
const values = (name = '_acme-challenge.example.com') =>
  world.values(name.endsWith('.com') ? 'huaweicloud' : 'alidns', name);

/** Calls the hook as certbot does; what is not said is as for the only name of a certificate. */
function certbot(words: readonly string[], variables: Record<string, string>) {
  const env = {
    ...world.env,
    CERTBOT_DOMAIN: 'example.com',
    CERTBOT_ALL_DOMAINS: 'example.com',
    CERTBOT_REMAINING_CHALLENGES: '0',
    ...variables,
  };
  return world.run(['hook', 'certbot', ...words], { env });
}
const step = (domain: string, validation: string, remaining: number) => ({
  CERTBOT_DOMAIN: domain,
  CERTBOT_VALIDATION: validation,
  CERTBOT_REMAINING_CHALLENGES: String(remaining),
  CERTBOT_ALL_DOMAINS: DOMAINS,
});

test('of the auth hooks of a certificate only the last one waits, for the records of all; cleanup takes each away', async () => {
  const third = digest('third');
  const steps = [
    step('example.com', apex, 2),
    step('example.com', wildcard, 1),
    step('www.example.net', third, 0),
  ];
  // No records with what servers showed of them, as of a wait, but the leases alone.
  for (const early of steps.slice(0, 2))
    expect((await certbot(['--json', 'auth'], early)).json()).toEqual({
      ok: true,
      leases: [expect.anything()],
    });
  const last = await certbot(['--json', 'auth'], steps[2]!);
  expect(last.code).toBe(0);
  expect(
    last.json().records.map(({ value, visible }: { value: string; visible: boolean }) => [value, visible]),
  ).toEqual([
    [apex, true],
    [wildcard, true],
    [third, true],
  ]);
  expect(values()).toEqual([apex, wildcard].sort());
  for (const one of steps)
    expect(await certbot(['cleanup'], { ...one, CERTBOT_AUTH_OUTPUT: 'x' })).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
  expect(values()).toEqual([]);
  expect(await world.leases()).toEqual([]);
  expect(runFiles(world.env.DOMAINPROOF_JOURNAL!).texts).toEqual([]);
});

test('standard output is one line of JSON that names the record, and standard error is empty if all is well', async () => {
  const auth = await certbot(['auth'], { CERTBOT_VALIDATION: apex });
  expect(auth).toMatchObject({ code: 0, stderr: '' });
  expect(auth.stdout).toBe(`{"name":"_acme-challenge.example.com.","value":"${apex}"}\n`);
  await certbot(['cleanup'], { CERTBOT_VALIDATION: apex });
});

describe('without a word, the output of the auth hook tells what is meant', () => {
  test('in the cleanup hook of the same value, also after an auth hook that failed', async () => {
    const auth = await certbot([], { CERTBOT_VALIDATION: apex });
    expect(values()).toEqual([apex]);
    const CERTBOT_AUTH_OUTPUT = auth.stdout.trim();
    expect(await certbot([], { CERTBOT_VALIDATION: apex, CERTBOT_AUTH_OUTPUT })).toMatchObject({
      code: 0,
      stdout: '',
    });
    expect(values()).toEqual([]);

    const failed = await certbot(['--provider', 'nobody'], { CERTBOT_VALIDATION: apex });
    expect(failed.code).toBe(2);
    const calls = world.simulator.calls.length;
    await certbot([], { CERTBOT_VALIDATION: apex, CERTBOT_AUTH_OUTPUT: failed.stdout.trim() });
    expect(
      world.simulator.calls.slice(calls).filter(({ operation }) => /Create|Update/.test(operation)),
    ).toEqual([]);
    expect(values()).toEqual([]);
  });

  test('and the output of an earlier certificate, which still stands there in certbot renew, does not', async () => {
    const CERTBOT_AUTH_OUTPUT = `{"name":"_acme-challenge.example.com.","value":"${wildcard}"}`;
    expect((await certbot([], { CERTBOT_VALIDATION: apex, CERTBOT_AUTH_OUTPUT })).code).toBe(0);
    expect(values()).toEqual([apex]);
    // The word counts more than the output.
    const CERTBOT_AUTH_OUTPUT_OF_IT = `{"name":"_acme-challenge.example.com.","value":"${apex}"}`;
    await certbot(['auth'], { CERTBOT_VALIDATION: apex, CERTBOT_AUTH_OUTPUT: CERTBOT_AUTH_OUTPUT_OF_IT });
    expect(values()).toEqual([apex]);
    await certbot(['cleanup'], { CERTBOT_VALIDATION: apex });
    expect(values()).toEqual([]);
  });
});

describe('what the hooks of a run leave for each other', () => {
  test('holds ids of leases and nothing else, for the user alone', async () => {
    await certbot(['auth'], step('example.com', apex, 2));
    const [lease] = await world.leases();
    const { texts, modes } = runFiles(world.env.DOMAINPROOF_JOURNAL!);
    expect(texts).toEqual([JSON.stringify([lease!.id])]);
    expect(modes).toEqual([0o700, 0o600]);
    await certbot(['cleanup'], step('example.com', apex, 2));
  });

  test('begins anew with the first hook of a certificate, so that a killed run makes nobody wait', async () => {
    await certbot(['auth'], step('example.com', apex, 2));
    await certbot(['auth'], step('example.com', wildcard, 2));
    const last = await certbot(['--json', 'auth'], step('www.example.net', digest('last'), 0));
    expect(last.json().records.map(({ value }: { value: string }) => value)).toEqual([
      wildcard,
      digest('last'),
    ]);
    for (const value of [apex, wildcard]) await certbot(['cleanup'], step('example.com', value, 0));
    await certbot(['cleanup'], step('www.example.net', digest('last'), 0));
    expect(values()).toEqual([]);
  });

  test('that was removed in the meantime is not waited for', async () => {
    await certbot(['auth'], step('example.com', apex, 2));
    await world.run(['remove', '_acme-challenge.example.com', 'TXT', apex]);
    const last = await certbot(['--json', 'auth'], step('example.com', wildcard, 0));
    expect(last.json()).toMatchObject({ ok: true, records: [{ value: wildcard }] });
    await certbot(['cleanup'], step('example.com', wildcard, 0));
  });

  test.each(['', '{"a":1}', '["../x", 5]', '\u0000\u0000', '[[[['])(
    'may be damaged (%j): then a hook waits for its own record',
    async (text) => {
      const { writeFileSync } = await import('node:fs');
      await certbot(['auth'], step('example.com', apex, 2));
      writeFileSync(runFiles(world.env.DOMAINPROOF_JOURNAL!).paths[0]!, text);
      const last = await certbot(['--json', 'auth'], step('example.com', wildcard, 0));
      expect(last.code).toBe(0);
      expect(last.json().records).toHaveLength(1);
      for (const value of [apex, wildcard])
        expect((await certbot(['cleanup'], step('example.com', value, 0))).code).toBe(0);
      expect(values()).toEqual([]);
    },
  );

  test('may be impossible to write', async () => {
    const { writeFileSync } = await import('node:fs');
    const env = { DOMAINPROOF_JOURNAL: `${world.folder}/blocked.jsonl` };
    writeFileSync(`${env.DOMAINPROOF_JOURNAL}.runs`, 'a file where the folder should be');
    for (const [value, remaining] of [
      [apex, 2],
      [wildcard, 0],
    ] as const)
      expect((await certbot(['auth'], { ...step('example.com', value, remaining), ...env })).code).toBe(0);
    for (const value of [apex, wildcard])
      await certbot(['cleanup'], { ...step('example.com', value, 0), ...env });
    expect(values()).toEqual([]);
  });
});

test('cleanup twice, and without an auth hook before, is done', async () => {
  const variables = { CERTBOT_VALIDATION: apex };
  expect((await certbot(['cleanup'], variables)).code).toBe(0);
  await certbot(['auth'], variables);
  expect((await certbot(['cleanup'], variables)).code).toBe(0);
  expect((await certbot(['cleanup'], variables)).code).toBe(0);
  expect(values()).toEqual([]);
});

test('a certbot that does not say how many challenges remain has each hook wait', async () => {
  const variables = { CERTBOT_VALIDATION: apex, CERTBOT_REMAINING_CHALLENGES: '', CERTBOT_ALL_DOMAINS: '' };
  expect((await certbot(['--json', 'auth'], variables)).json()).toMatchObject({
    ok: true,
    records: [{ visible: true }],
  });
  expect((await certbot(['cleanup'], variables)).code).toBe(0);
});

describe('a failing auth hook says that certbot goes on', () => {
  test('when the value is not visible in time', async () => {
    world.simulator.addZone({ name: 'sleepy.example', cloud: 'huaweicloud', delegated: false });
    const variables = {
      CERTBOT_DOMAIN: 'sleepy.example',
      CERTBOT_ALL_DOMAINS: 'sleepy.example',
      CERTBOT_VALIDATION: apex,
    };
    const { code, stderr } = await certbot(['--timeout', '1s', 'auth'], variables);
    expect(code).toBe(1);
    expect(stderr).toContain('certbot goes on after an auth hook that failed');
    expect(stderr).toContain('0 of 1 record visible');
    expect((await certbot(['cleanup'], variables)).code).toBe(0);
  });

  test('when it cannot be written', async () => {
    const { code, stderr } = await certbot(['auth'], {
      CERTBOT_DOMAIN: 'example.org',
      CERTBOT_VALIDATION: apex,
    });
    expect(code).toBe(4);
    expect(stderr).toMatch(/^warning: certbot goes on [\s\S]*\nerror: /);
  });
});

test.each([
  [['authenticate'], { CERTBOT_VALIDATION: apex }, '"authenticate" is no word of it.'],
  [['auth', 'cleanup'], { CERTBOT_VALIDATION: apex }, '"cleanup" is no word of it.'],
  [['auth'], {}, 'CERTBOT_VALIDATION is not in the environment'],
  [
    ['auth'],
    { CERTBOT_VALIDATION: apex, CERTBOT_REMAINING_CHALLENGES: 'many' },
    'takes a number, not "many"',
  ],
])('%j with %j is a usage error', async (words, variables, message) => {
  const { code, stdout, stderr } = await certbot(words, variables as Record<string, string>);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
});

test('a challenge of another kind is refused, and its key authorization told nowhere', async () => {
  const { code, stdout, stderr } = await certbot(['auth'], {
    CERTBOT_VALIDATION: 'secret-token.thumbprint',
    CERTBOT_TOKEN: 'secret-token',
  });
  expect([code, stdout]).toEqual([5, '']);
  expect(stderr).toContain('have the client use dns-01');
  expect(stderr).not.toContain('secret');
});
