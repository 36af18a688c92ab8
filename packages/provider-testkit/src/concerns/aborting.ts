import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { memoryJournal } from '@domainproof/core';
import { failureOf } from '../assertions.js';
import { interposed } from '../interposed.js';
import type { Scene } from '../scene.js';
import type { InWorld, Suite } from '../suite.js';

/** Milliseconds: only the signal can end a request that hangs. */
const ENDLESS_MS = 600_000;
/** Turns of the event loop in which a call ends that listens to its signal. A call that waits for a timer takes many more. */
const TURNS = 100;

/**
 * `ensure` and `release` are interrupted at every point at which they wait. Each time the call rejects with `ABORTED`, and
 * a later process that has the journal leaves the zone as it was before.
 */
export function aborting({ itInWorlds, facts }: Suite): void {
  itInWorlds(
    'can be interrupted before each call of an adapter, which then asks nothing more',
    async (inWorld) => {
      const { methods } = await dryRun(inWorld);
      for (let point = 0; point < methods; point += 1)
        await inWorld((scene) =>
          interrupted(scene, async (controller) => {
            let callsThen = -1;
            const provider = interposed(scene.world.provider({ timeoutMs: ENDLESS_MS }), {
              before: (_method, _nth, index) => {
                if (index !== point) return;
                callsThen = scene.world.calls.length;
                controller.abort();
              },
            });
            return { provider, verify: () => assert.equal(scene.world.calls.length, callsThen) };
          }),
        );
    },
  );

  itInWorlds('can be interrupted after each call of an adapter', async (inWorld) => {
    const { methods } = await dryRun(inWorld);
    for (let point = 0; point < methods; point += 1)
      await inWorld((scene) =>
        interrupted(
          scene,
          async (controller) => ({
            provider: interposed(scene.world.provider({ timeoutMs: ENDLESS_MS }), {
              after: (_method, _nth, index) => {
                if (index === point) controller.abort();
              },
            }),
          }),
          point === methods - 1,
        ),
      );
  });

  itInWorlds('can be interrupted when each request has been answered', async (inWorld) => {
    const { requests } = await dryRun(inWorld);
    for (let point = 0; point < requests.length; point += 1)
      await inWorld((scene) =>
        interrupted(
          scene,
          async (controller) => {
            let answered = 0;
            return {
              provider: scene.world.provider({ timeoutMs: ENDLESS_MS }),
              onApiCall: () => {
                if (answered++ === point) controller.abort();
              },
            };
          },
          point === requests.length - 1,
        ),
      );
  });

  if (!facts.faults.includes('hang')) return;

  itInWorlds(
    'leaves a backend that does not answer, whichever request it is, when the signal fires',
    async (inWorld) => {
      const { requests } = await dryRun(inWorld);
      for (let point = 0; point < requests.length; point += 1)
        await inWorld((scene) => hanging(scene, point, false, point + 1));
    },
  );

  itInWorlds(
    'leaves a backend that carried a write out and does not answer, when the signal fires',
    async (inWorld) => {
      const { requests } = await dryRun(inWorld);
      const writes = requests.flatMap(({ write }, index) => (write ? [index] : []));
      for (const [skip, index] of writes.entries())
        await inWorld((scene) => hanging(scene, skip, true, index + 1));
    },
  );
}

interface Interruption {
  provider: ReturnType<typeof interposed>;
  onApiCall?(): void;
  verify?(): void;
}

/**
 * One run that a signal ends, and what comes after it.
 *
 * @param mayEnd the signal fires when the work may be done already
 */
async function interrupted(
  scene: Scene,
  arrange: (controller: AbortController) => Promise<Interruption>,
  mayEnd = false,
): Promise<void> {
  await scene.put('_dnsauth', ['theirs']);
  const before = await scene.contents();
  const controller = new AbortController();
  const { provider, onApiCall, verify } = await arrange(controller);
  const journal = memoryJournal();
  const { dns } = scene.process({ provider, journal, ...(onApiCall ? { onApiCall } : {}) });
  const options = { signal: controller.signal };
  const work = dns.ensure(scene.record('ours'), options).then((lease) => dns.release(lease, options));
  const end = Promise.race([work, tooLate(work, controller.signal)]);
  if (mayEnd) await end.catch((error) => failureOf(Promise.reject(error), 'ABORTED'));
  else await failureOf(end, 'ABORTED');
  verify?.();
  await scene.cleanUp(journal);
  assert.deepEqual(await scene.contents(), before);
}

/** Rejects if the work goes on although the signal has fired. */
async function tooLate(work: Promise<unknown>, signal: AbortSignal): Promise<never> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  work.then(end, end);
  if (!signal.aborted) await once(signal, 'abort');
  for (let turn = 0; turn < TURNS && !ended; turn += 1) await setImmediate();
  if (ended) return new Promise(() => {});
  assert.fail('the signal fired, and the call goes on');
}

/** The request hangs; the signal fires when the backend has it. */
function hanging(scene: Scene, skip: number, afterCommit: boolean, requests: number): Promise<void> {
  return interrupted(scene, async (controller) => {
    scene.world.fail({ kind: 'hang', skip, afterCommit });
    void (async () => {
      while (scene.world.calls.length < requests) await delay(5);
      controller.abort();
    })();
    return { provider: scene.world.provider({ timeoutMs: ENDLESS_MS }) };
  });
}

/** How many calls of the adapter, and which requests, an uninterrupted run makes. */
function dryRun(inWorld: InWorld) {
  return inWorld(async (scene) => {
    await scene.put('_dnsauth', ['theirs']);
    let methods = 0;
    const provider = interposed(scene.world.provider(), {
      before: () => {
        methods += 1;
      },
    });
    const { dns } = scene.process({ provider });
    await dns.release(await dns.ensure(scene.record('ours')));
    return { methods, requests: scene.world.calls.slice() };
  });
}
