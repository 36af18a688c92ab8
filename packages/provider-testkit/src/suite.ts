import type { BackendFacts } from './facts.js';
import { Scene } from './scene.js';
import type { World, WorldSetup } from './world.js';

/**
 * Any runner's function that takes a test: `test` of vitest and node:test, `it` of mocha and jest. What it returns is
 * not looked at.
 *
 * @param timeoutMs runners that have no third argument of this kind may ignore it
 */
export type TestFunction = (name: string, run: () => Promise<void>, timeoutMs: number) => unknown;

export interface SuiteOptions {
  test: TestFunction;
  /** A new world for one test. Several may be open at a time. */
  makeWorld(setup: WorldSetup): World | Promise<World>;
  facts: BackendFacts;
  /** Milliseconds for one test. Default 60,000; a test takes that long only if something hangs. */
  timeoutMs?: number;
}

/** The tests of one concern are defined on it. */
export interface Suite {
  readonly facts: BackendFacts;
  /** A test with a world of its own. */
  it(name: string, run: (scene: Scene) => Promise<void>, setup?: Partial<WorldSetup>): void;
  /** A test that opens as many worlds as it wants with `inWorld`. */
  itInWorlds(name: string, run: (inWorld: InWorld) => Promise<void>): void;
}

export type InWorld = <T>(run: (scene: Scene) => Promise<T>) => Promise<T>;

const TEST_TIMEOUT_MS = 60_000;

export function createSuite({ test, makeWorld, facts, timeoutMs = TEST_TIMEOUT_MS }: SuiteOptions): Suite {
  async function inWorld<T>(run: (scene: Scene) => Promise<T>, setup: Partial<WorldSetup> = {}): Promise<T> {
    const world = await makeWorld({ settleMs: 0, ...setup });
    try {
      return await run(new Scene(world, facts));
    } finally {
      await world.close();
    }
  }
  return {
    facts,
    it: (name, run, setup) => void test(name, () => inWorld(run, setup), timeoutMs),
    itInWorlds: (name, run) => void test(name, () => run((inside) => inWorld(inside)), timeoutMs),
  };
}
