import assert from 'node:assert/strict';
import { failureOf, sameValues } from '../assertions.js';
import type { Scene } from '../scene.js';
import type { Suite } from '../suite.js';

/** Longest character string of a TXT record (RFC 1035). */
const STRING_BYTES = 255;

/** Printable ASCII as services, shells and URLs stumble over it; quotes and backslashes are a matter of facts. */
const ODD = [
  "~!'()*;:@&=+$,/?#[] %20 <end>",
  'a=b&c=d',
  'trailing.dot.',
  '证书 验证 ü',
  'semi;colon, comma',
  '%2B+%25',
  '@',
];

/** TXT values: raw in the contract, whatever the backend makes of them. */
export function texts({ it, facts }: Suite): void {
  it('gives a TXT value raw and never quoted', async (scene) => {
    await scene.put('_dnsauth', ['token-1', 'two words']);
    sameValues(await read(scene), ['token-1', 'two words']);
    await scene.process().dns.ensure(scene.record('"quoted by a console"'));
    sameValues(await read(scene), ['token-1', 'two words', 'quoted by a console']);
    sameValues(await scene.held('_dnsauth'), ['token-1', 'two words', 'quoted by a console']);
  });

  it('joins the character strings of a TXT value without a space', async (scene) => {
    await scene.put('_dnsauth', [['part one', 'part two']]);
    sameValues(await read(scene), ['part onepart two']);
  });

  it('writes a long TXT value in character strings that join to it exactly', async (scene) => {
    const long = text(Math.min(facts.txt.bytes, 2 * STRING_BYTES + 2));
    const { dns } = scene.process();
    const lease = await dns.ensure(scene.record(long));
    sameValues(await scene.held('_dnsauth'), [long]);
    sameValues(await scene.world.ask(scene.name('_dnsauth'), 'TXT'), [long]);
    sameValues(await read(scene), [long]);
    await dns.release(lease);
    sameValues(await scene.held('_dnsauth'), []);
  });

  it('writes the longest TXT value that it claims to take, and refuses a longer one', async (scene) => {
    const { txtBytes } = scene.world.provider().capabilities.limits;
    const { dns } = scene.process();
    await failureOf(dns.ensure(scene.record(text(txtBytes + 1))), 'INVALID_VALUE');
    assert.deepEqual(await scene.contents(), []);
    await dns.ensure(scene.record(text(txtBytes)));
    sameValues(await scene.held('_dnsauth'), [text(txtBytes)]);
  });

  it('writes odd characters as they are, and finds them again', async (scene) => {
    const { dns } = scene.process();
    const leases = await dns.ensureAll(ODD.map((value) => scene.record(value)));
    sameValues(await scene.held('_dnsauth'), ODD);
    sameValues(await scene.world.ask(scene.name('_dnsauth'), 'TXT'), ODD);
    sameValues(await read(scene), ODD);
    await dns.releaseAll(leases);
    sameValues(await scene.held('_dnsauth'), []);
  });

  const special = ['"', '\\'];
  it(`${facts.txt.forbidden ? 'refuses' : 'writes'} double quotes and backslashes as the backend does`, async (scene) => {
    const { dns } = scene.process();
    const taken: string[] = [];
    for (const character of special) {
      const value = `in${character}side`;
      if (facts.txt.forbidden.includes(character)) {
        await failureOf(dns.ensure(scene.record(value)), 'INVALID_VALUE');
      } else {
        await dns.ensure(scene.record(value));
        taken.push(value);
      }
      sameValues(await scene.held('_dnsauth'), taken);
    }
    sameValues(await read(scene), taken);
  });

  it('takes values that differ in case only for two', async (scene) => {
    const { dns } = scene.process();
    await dns.ensure(scene.record('token'));
    const lease = await dns.ensure(scene.record('TOKEN'));
    sameValues(await scene.held('_dnsauth'), ['token', 'TOKEN']);
    await dns.release(lease);
    sameValues(await scene.held('_dnsauth'), ['token']);
  });

  if (facts.txt.empty) {
    it('lives with an empty TXT of someone else', async (scene) => {
      await scene.put('_dnsauth', ['']);
      const { dns } = scene.process();
      const lease = await dns.ensure(scene.record('token'));
      sameValues(await scene.held('_dnsauth'), ['', 'token']);
      await dns.release(lease);
      sameValues(await scene.held('_dnsauth'), ['']);
    });
  } else {
    it('refuses an empty TXT as the backend does', async (scene) => {
      const provider = scene.world.provider();
      const zone = await scene.zone(provider);
      const change = { key: scene.key('_dnsauth'), add: [''], remove: [], ttl: facts.ttl.default };
      const error = await failureOf(provider.applyChange(zone, undefined, change, scene.call()));
      assert.equal(error.retryable, false);
      assert.deepEqual(await scene.contents(), []);
    });
  }
}

async function read(scene: Scene): Promise<readonly string[]> {
  const provider = scene.world.provider();
  const set = await provider.readRecordSet(await scene.zone(provider), scene.key('_dnsauth'), scene.call());
  return set?.values ?? [];
}

/** So many bytes, with spaces and no repetition that would hide a lost or doubled piece. */
function text(bytes: number): string {
  let all = '';
  for (let index = 0; all.length < bytes; index += 1) all += `${index} `;
  return `${all.slice(0, bytes - 1)}.`;
}
