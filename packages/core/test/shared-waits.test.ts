import { describe, expect, test } from 'vitest';
import { createClient, DnsError, toFqdn } from '../src/index.js';
import { FakeProvider } from './fake-provider.js';

const record = (name: string) => ({ name: `${name}.example.com`, type: 'TXT', value: 'token' });

/** Stops the first call until it is told to go on, or its caller stops. */
function stoppedAtFirst(provider: FakeProvider) {
  let arrived = () => {};
  let goOn = () => {};
  const isWaiting = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const isFree = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const findZones = provider.findZones.bind(provider);
  let calls = 0;
  provider.findZones = async (name, call) => {
    calls += 1;
    if (calls === 1) {
      arrived();
      await Promise.race([
        isFree,
        new Promise((_, reject) =>
          call.signal.addEventListener('abort', () => reject(new DnsError('ABORTED', 'stopped'))),
        ),
      ]);
    }
    return findZones(name, call);
  };
  return { isWaiting, goOn };
}

describe('callers that wait for the same question', () => {
  test('ask again themselves when the one that asked has stopped', async () => {
    const provider = new FakeProvider();
    const first = stoppedAtFirst(provider);
    const client = createClient({ providers: [provider] });
    const controller = new AbortController();
    const stopped = client.ensure(record('a'), { signal: controller.signal });
    await first.isWaiting;
    const others = [client.ensure(record('b')), client.ensure(record('c'))];
    await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(Promise.all(others)).resolves.toHaveLength(2);
    expect(provider.calls.filter((method) => method === 'findZones')).toHaveLength(1);
  });

  test('can stop before it is answered', { timeout: 20_000 }, async () => {
    const provider = new FakeProvider();
    const first = stoppedAtFirst(provider);
    const client = createClient({ providers: [provider] });
    const asking = client.ensure(record('a'));
    await first.isWaiting;
    const controller = new AbortController();
    const stopped = client.ensure(record('b'), { signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    first.goOn();
    await asking;
  });
});

test('who waits for the first call of an account to prove its key can stop', {
  timeout: 20_000,
}, async () => {
  const provider = new FakeProvider({ zones: ['example.com', 'example.org'] });
  const first = stoppedAtFirst(provider);
  const client = createClient({ providers: [provider] });
  const asking = client.ensure(record('a'));
  await first.isWaiting;
  const controller = new AbortController();
  const stopped = client.ensure({ ...record('b'), name: 'b.example.org' }, { signal: controller.signal });
  await new Promise((resolve) => setTimeout(resolve, 10));
  controller.abort();
  await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
  first.goOn();
  await asking;
});

test('a zone that was made anew is looked up again', async () => {
  const provider = new FakeProvider();
  let id = 'first';
  provider.findZones = async () => [{ id, name: toFqdn('example.com'), status: 'active' }];
  for (const method of ['readRecordSet', 'applyChange'] as const) {
    const original = provider[method].bind(provider) as (...given: unknown[]) => never;
    Object.assign(provider, {
      [method]: async (...given: [{ id: string }, ...unknown[]]) => {
        if (given[0].id !== id) throw new DnsError('ZONE_NOT_FOUND', `there is no zone ${given[0].id}`);
        return original(...given);
      },
    });
  }
  const client = createClient({ providers: [provider] });
  const lease = await client.ensure(record('a'));
  id = 'second';
  expect((await client.release(lease)).outcome).toBe('removed');
  id = 'third';
  await expect(client.ensure(record('b'))).rejects.toMatchObject({ code: 'ZONE_NOT_FOUND' });
  await expect(client.ensure(record('b'))).resolves.toMatchObject({ created: true });
});
