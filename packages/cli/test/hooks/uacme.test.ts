import { describe, expect, test } from 'vitest';
import { useSimulator } from '../harness.js';
import { digest, HYPHENED } from './challenges.js';

const world = useSimulator();
const uacme = (...words: string[]) => world.run(['hook', 'uacme', ...words]);
const values = (zone = 'example.com') =>
  world.values(zone === 'example.com' ? 'huaweicloud' : 'alidns', `_acme-challenge.${zone}`);

test.each(['done', 'failed'])('begin writes and waits, %s takes away', async (end) => {
  for (const zone of ['example.com', 'example.net']) {
    const words = ['dns-01', zone, 'token', digest(end)];
    expect(await uacme('begin', ...words)).toMatchObject({ code: 0, stdout: '' });
    expect(values(zone)).toEqual([digest(end)]);
    expect(await uacme(end, ...words)).toMatchObject({ code: 0, stdout: '' });
    expect(values(zone)).toEqual([]);
  }
});

test('tokens and digests may begin with a hyphen', async () => {
  const words = ['dns-01', 'example.com', '--json', HYPHENED];
  expect(await uacme('begin', ...words)).toMatchObject({ code: 0, stdout: '' });
  expect(values()).toEqual([HYPHENED]);
  expect((await uacme('done', ...words)).code).toBe(0);
});

test.each(['http-01', 'tls-alpn-01', 'dns-account-01'])(
  '%s is declined without a word, before anything is asked',
  async (type) => {
    const calls = world.simulator.calls.length;
    const words = [type, 'example.com', 'token', 'token.thumbprint'];
    // A config file that is not there would be an error if anybody looked.
    const begun = await uacme('--config', '/nowhere/config.json', 'begin', ...words);
    expect(begun).toMatchObject({ code: 1, stdout: '', stderr: '' });
    expect(await uacme('done', ...words)).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(world.simulator.calls).toHaveLength(calls);
  },
);

describe('a begin that fails is declined, and uacme calls nothing for it any more', () => {
  test('so that a value that is not visible in time is taken away again', async () => {
    world.simulator.addZone({ name: 'sleepy.example', cloud: 'huaweicloud', delegated: false });
    const words = ['dns-01', 'sleepy.example', 'token', digest('sleepy')];
    const { code, stderr } = await uacme('--timeout', '1s', 'begin', ...words);
    expect(code).toBe(1);
    expect(stderr).toContain('0 of 1 record visible');
    expect(world.values('huaweicloud', '_acme-challenge.sleepy.example')).toEqual([]);
    expect(await world.leases()).toEqual([]);
  });

  test('so that an interrupted one is taken away too, in time of its own', async () => {
    const interrupt = new AbortController();
    const words = ['dns-01', 'sleepy.example', 'token', digest('interrupted')];
    const running = world.run(['hook', 'uacme', 'begin', ...words], { signal: interrupt.signal });
    await expect.poll(() => world.values('huaweicloud', '_acme-challenge.sleepy.example')).toHaveLength(1);
    interrupt.abort();
    const { code, stderr } = await running;
    expect(code).toBe(130);
    expect(stderr).not.toContain('domainproof remove');
    expect(world.values('huaweicloud', '_acme-challenge.sleepy.example')).toEqual([]);
    expect(await world.leases()).toEqual([]);
  });

  test('but one that cannot be taken away is named', async () => {
    const words = ['dns-01', 'sleepy.example', 'token', digest('stuck')];
    world.simulator.faults.add({
      cloud: 'huaweicloud',
      operation: 'DeleteRecordSet',
      kind: 'internal-error',
      times: 50,
    });
    const { code, stderr } = await uacme('--timeout', '1s', 'begin', ...words);
    expect(code).not.toBe(0);
    expect(stderr).toContain('domainproof remove huaweicloud-');
    world.simulator.faults.clear();
    expect((await uacme('failed', ...words)).code).toBe(0);
    expect(await world.leases()).toEqual([]);
  });
});

test.each([
  [[], 'There are no words.'],
  [['start', 'dns-01', 'a', 'b', 'c'], '"start" is no method.'],
  [['begin', 'dns-01', 'a', 'b'], 'There must be four words'],
  [['begin', 'dns-01', 'a', 'b', 'c', 'd'], 'There must be four words'],
])('%j is no call of uacme', async (words, message) => {
  const { code, stderr } = await uacme(...words);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
