import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createClient } from '../src/index.js';
import { FakeProvider } from './fake-provider.js';

setFlagsFromString('--expose_gc');
const collectGarbage: () => void = runInNewContext('gc');

test('a deadline beside a signal of the caller outlives the garbage collector', {
  timeout: 20_000,
}, async () => {
  const provider = new FakeProvider({ pendingReads: 1_000_000 });
  const client = createClient({ providers: [provider] });
  const { signal } = new AbortController();
  const collecting = setInterval(collectGarbage, 50);
  try {
    await expect(
      client.ensure({ name: 'a.example.com', type: 'TXT', value: 'token' }, { signal, timeoutMs: 1_000 }),
    ).rejects.toMatchObject({ code: 'TIMEOUT' });
  } finally {
    clearInterval(collecting);
  }
});
