import assert from 'node:assert/strict';
import { type DnsErrorCode, isDnsError, memoryJournal } from '@domainproof/core';
import { failureOf, sameValues } from '../assertions.js';
import type { Scene } from '../scene.js';
import type { InWorld, Suite } from '../suite.js';
import type { FaultKind } from '../world.js';

/** Answers that get lost on their way, so that nobody knows whether the write was carried out. */
const LOST: readonly FaultKind[] = ['hang', 'reset', 'truncated', 'empty', 'internal-error', 'html'];
/** A request is given up after this many milliseconds, so that a hanging one is not waited for. */
const PATIENCE_MS = 1_000;

/** Whatever request fails, in whatever way: the value is there once, is ours, and leaves again. */
export function failures({ it, itInWorlds, facts }: Suite): void {
  for (const kind of facts.faults) {
    itInWorlds(`recovers from "${kind}", whichever request it hits`, async (inWorld) => {
      await Promise.all(
        (await requestsOf(inWorld)).map((_, skip) =>
          inWorld(async (scene) => {
            await scene.put('_dnsauth', ['theirs']);
            scene.world.fail({ kind, skip, afterCommit: false });
            await thereAndBack(scene, kind);
          }),
        ),
      );
    });
  }

  for (const kind of facts.faults.filter((other) => LOST.includes(other))) {
    itInWorlds(
      `neither doubles nor leaks a value when "${kind}" loses the answer to a write`,
      async (inWorld) => {
        const writes = (await requestsOf(inWorld)).filter(({ write }) => write);
        await Promise.all(
          writes.map((_, skip) =>
            inWorld(async (scene) => {
              await scene.put('_dnsauth', ['theirs']);
              scene.world.fail({ kind, skip, afterCommit: true });
              await thereAndBack(scene, kind);
            }),
          ),
        );
      },
    );

    itInWorlds(`loses no lease when "${kind}" follows "${kind}"`, async (inWorld) => {
      const total = (await requestsOf(inWorld)).length;
      await Promise.all(
        Array.from({ length: total }, (_, skip) =>
          inWorld(async (scene) => {
            await scene.put('_dnsauth', ['theirs']);
            const before = await scene.contents();
            for (let times = 0; times < 8; times += 1) scene.world.fail({ kind, skip, afterCommit: false });
            const journal = memoryJournal();
            const { dns } = scene.process({ journal, adapter: { timeoutMs: PATIENCE_MS } });
            try {
              await dns.release(await dns.ensure(scene.record('ours')));
            } catch (error) {
              assert.ok(isDnsError(error), `rejected with ${String(error)}`);
            }
            await heal(scene);
            await scene.cleanUp(journal);
            assert.deepEqual(await scene.contents(), before);
          }),
        ),
      );
    });
  }

  it('tries refused credentials once, whatever is asked at the same time', async (scene) => {
    const { dns, journal } = scene.process({ adapter: { credentials: 'wrong' } });
    const codes: DnsErrorCode[] = ['AUTH_INVALID', 'AUTH_EXPIRED'];
    await Promise.all(
      ['one', 'two', 'three'].map((value) => failureOf(dns.ensure(scene.record(value)), ...codes)),
    );
    await failureOf(dns.ensure(scene.record('four')), ...codes);
    assert.equal(scene.world.calls.length, 1);
    assert.deepEqual(await journal.all(), []);
  });
}

/** The requests of `thereAndBack` when nothing fails. */
function requestsOf(inWorld: InWorld) {
  return inWorld(async (scene) => {
    await scene.put('_dnsauth', ['theirs']);
    await thereAndBack(scene);
    return scene.world.calls.slice();
  });
}

/**
 * Adds a value and takes it away. With the fault `empty` the adapter may also give up, since what says success and nothing else
 * may come from something that is not the backend; then a later process has to be able to clean up.
 */
async function thereAndBack(scene: Scene, kind?: FaultKind): Promise<void> {
  const before = await scene.contents();
  const { dns, journal } = scene.process({ adapter: { timeoutMs: PATIENCE_MS } });
  try {
    const lease = await dns.ensure(scene.record('ours'));
    assert.equal(lease.created, true, 'the value is ours, whatever became of the answer');
    sameValues(await scene.held('_dnsauth'), ['theirs', 'ours']);
    const { outcome } = await dns.release(lease);
    assert.equal(outcome, 'removed');
  } catch (error) {
    if (kind !== 'empty') throw error;
    await failureOf(Promise.reject(error), 'PROTOCOL');
    await scene.cleanUp(journal);
  }
  assert.deepEqual(await scene.contents(), before);
  assert.deepEqual(await journal.all(), []);
}

/** Uses up the faults that are left. */
async function heal(scene: Scene): Promise<void> {
  const provider = scene.world.provider({ timeoutMs: PATIENCE_MS });
  for (let clean = 0; clean < 12; ) {
    clean = await provider.findZones(scene.name('@'), scene.call()).then(
      () => clean + 1,
      () => 0,
    );
  }
}
