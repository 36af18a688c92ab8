import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { ApiCallEvent } from '@domainproof/core';
import { failureOf } from '../assertions.js';
import type { Scene } from '../scene.js';
import type { Suite } from '../suite.js';

const DECOYS = 100;

/** What an adapter tells of its requests, what it must not tell, and how many it makes. */
export function reporting({ it, itInWorlds, facts }: Suite): void {
  it('reports every request once, as the backend saw it', async (scene) => {
    await scene.put('_dnsauth', ['theirs']);
    const { dns, events } = scene.process();
    await dns.release(await dns.ensure(scene.record('ours')));
    assert.deepEqual(events.map(told), scene.world.calls.map(seen));
    for (const event of events) {
      assert.equal(event.outcome === 'ok' || event.outcome === 'RECORD_CONFLICT', true, event.outcome);
      assert.ok(event.elapsedMs >= 0);
    }
  });

  for (const kind of facts.faults) {
    it(`reports a request that ended in "${kind}" once, with what became of it`, async (scene) => {
      scene.world.fail({ kind, skip: 0, afterCommit: false });
      const provider = scene.world.provider({ timeoutMs: 500 });
      const { dns, events } = scene.process({ provider });
      const end = dns.ensure(scene.record('ours'));
      // An adapter may give up on what says success and nothing else.
      if (kind === 'empty') await end.catch((error) => failureOf(Promise.reject(error), 'PROTOCOL'));
      else await end;
      assert.deepEqual(events.map(told), scene.world.calls.map(seen));
      assert.equal(events.filter(({ outcome }) => outcome !== 'ok').length, 1);
    });
  }

  it('shows no secret in an error, a report, a log line or a lease', async (scene) => {
    const wrong = scene.world.provider({ credentials: 'wrong' });
    const call = scene.call();
    const refused = await failureOf(wrong.findZones(scene.name('@'), call));
    noSecret(scene, refused, refused.toJSON(), refused.stack, call.events, call.logged);
    const { dns, events } = scene.process();
    noSecret(scene, await dns.ensure(scene.record('ours')), events);
    for (const kind of facts.faults.filter((other) => other !== 'busy')) {
      scene.world.fail({ kind, skip: 0, afterCommit: false });
      const faulty = scene.call();
      const provider = scene.world.provider({ timeoutMs: 500 });
      const error = await failureOf(provider.findZones(scene.name('@'), faulty));
      noSecret(scene, error, error.toJSON(), error.stack, faulty.events, faulty.logged);
    }
  });

  const { addAndRemove, apexAndWildcard } = facts.calls;
  itInWorlds(
    `adds and removes a value in ${addAndRemove} requests or fewer, also beside 100 zones`,
    async (inWorld) => {
      for (const decoys of [0, DECOYS])
        await inWorld(async (scene) => {
          await addDecoys(scene, decoys);
          const { dns } = scene.process();
          await dns.release(await dns.ensure(scene.record('ours')));
          atMost(scene, addAndRemove);
        });
    },
  );

  itInWorlds(
    `adds and removes two values of a name in ${apexAndWildcard} requests or fewer, also beside 100 zones`,
    async (inWorld) => {
      for (const decoys of [0, DECOYS])
        await inWorld(async (scene) => {
          await addDecoys(scene, decoys);
          const { dns } = scene.process();
          await dns.releaseAll(await dns.ensureAll([scene.record('apex'), scene.record('wildcard')]));
          atMost(scene, apexAndWildcard);
        });
    },
  );

  it('asks no resolver for the name that is to be written', async (scene) => {
    const { dns } = scene.process();
    await dns.release(await dns.ensure(scene.record('ours')));
    const asked = scene.world.resolverQuestions ?? [];
    assert.deepEqual(
      asked.filter((name) => name === scene.name('_dnsauth')),
      [],
      'an early question plants a negative answer in the resolver',
    );
  });
}

function told({ operation, write }: ApiCallEvent): string {
  return `${operation}${write ? ' (write)' : ''}`;
}

function seen({ operation, write }: { operation: string; write: boolean }): string {
  return `${operation}${write ? ' (write)' : ''}`;
}

function noSecret({ world }: Scene, ...shown: unknown[]): void {
  assert.ok(world.secrets.length > 0, 'the world names no secrets to look for');
  for (const item of shown) {
    const text = `${inspect(item, { depth: 8, showHidden: true })} ${JSON.stringify(item)} ${String(item)}`;
    for (const secret of world.secrets)
      for (const form of [secret, encodeURIComponent(secret)])
        assert.ok(!text.includes(form), `a secret is shown in: ${text.replaceAll(form, '<HERE>')}`);
  }
}

function atMost({ world }: Scene, budget: number): void {
  const made = world.calls.map(({ operation }) => operation);
  assert.ok(made.length <= budget, `${made.length} requests were made: ${made.join(', ')}`);
}

/** Zones of other names, and as many of nearly the same name as one page holds beside the right one. */
async function addDecoys(scene: Scene, count: number): Promise<void> {
  if (count === 0) return;
  const near = Math.min(5, (scene.facts.pageSize?.zones ?? 10) - 1);
  await scene.world.addZones([
    ...Array.from({ length: count - near }, (_, index) => `decoy-${index}.example`),
    ...Array.from({ length: near }, (_, index) => `my${index}-${scene.world.zone}`),
  ]);
}
