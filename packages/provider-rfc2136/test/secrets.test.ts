import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Rfc2136Options } from '../src/index.js';
import { resolveSettings } from '../src/settings.js';
import { answer, KEY_NAME, SECRET } from './support/answer.js';
import { type Behaviour, type Primary, startPrimary } from './support/primary.js';
import { failureOf, key, providerFor, testCall, zone } from './support/provider.js';
import { RCODE } from './support/zone-data.js';

let primary: Primary;
beforeEach(async () => {
  primary = await startPrimary();
});
afterEach(() => primary.close());

const FORMS = [
  SECRET,
  SECRET.replace(/=+$/, ''),
  Buffer.from(SECRET, 'base64').toString(),
  Buffer.from(SECRET, 'base64').toString('hex'),
];

function expectNoSecret(...shown: unknown[]) {
  for (const item of shown) {
    const seen = `${inspect(item, { depth: 20, showHidden: true })} ${JSON.stringify(item)} ${String(item)}`;
    for (const form of FORMS) expect(seen).not.toContain(form);
  }
}

async function seen(options: Rfc2136Options = {}) {
  const call = testCall();
  const provider = providerFor(primary, { timeoutMs: 300, ...options });
  const change = { key: key(), add: ['ours'], remove: [], ttl: 120 };
  const error = await failureOf(provider.applyChange(zone, undefined, change, call));
  expectNoSecret(error, error.stack, error.cause, call.events, call.warnings, provider);
  return error;
}

describe('no secret is seen', () => {
  it.each<[string, () => Behaviour | undefined]>([
    ['silence', () => 'hang'],
    ['a reset', () => 'reset'],
    ['an answer that is none', () => Buffer.from(SECRET)],
  ])('after %s', async (_, behaviour) => {
    primary.respond = behaviour;
    await seen();
  });

  it.each(Object.entries(RCODE).filter(([rcode]) => rcode !== 'NOERROR'))('after %s', async (_, rcode) => {
    primary.respond = (request) => answer(request, { rcode });
    await seen();
  });

  it('after an answer that is signed with another secret', async () => {
    primary.respond = (request) => answer(request, {}, { secret: 'b3RoZXI=' });
    await seen();
  });

  it('when it is given in a wrong place', async () => {
    await seen({ keyName: `${KEY_NAME}..`, keySecret: SECRET });
    await seen({ keySecret: `${SECRET}!` });
  });

  it('of a key file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rfc2136-'));
    try {
      const keyFile = join(folder, 'broken.key');
      writeFileSync(keyFile, `key "a" { algorithm hmac-sha256; secret "${SECRET}" };`);
      await seen({ keyName: undefined, keySecret: undefined, keyFile });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('in what the settings are made into', () => {
    const settings = resolveSettings({ server: 'ns1', keyName: KEY_NAME, keySecret: SECRET }, {});
    expectNoSecret(settings, settings.key, settings.key?.secret);
  });
});

it('what the server calls itself is not shown', async () => {
  primary.respond = (request) =>
    answer(request, { rcode: RCODE.NOTAUTH }, { error: 17, macOctets: 0, keyName: 'of.the.server' });
  const error = await seen();
  expect(error.vendorCode).toBe('BADKEY');
  expect(`${error.message} ${error.hint}`).not.toContain('of.the.server');
});
