import { onTestFinished, vi } from 'vitest';

/** Milliseconds: longer than any test, so that a wait of this length ends when the test says so and never by itself. */
export const LONG_MS = 1_000_000;

/** The waits of `LONG_MS` that have begun, in their order: each can be ended, and told by its timer. */
export function holdTimers() {
  const timers = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => timers.mockRestore());
  return () =>
    timers.mock.calls.flatMap(([end, ms], index) =>
      ms === LONG_MS ? [{ end, timer: timers.mock.results[index]?.value }] : [],
    );
}
