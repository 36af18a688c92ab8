import { childSignal } from '../abort.js';
import type { Run } from '../types/index.js';
import type { WaitContext } from './context.js';
import { EventQueue } from './events.js';
import type { Targets } from './target.js';
import { type WaitSettings, waitFor } from './wait.js';

/** Starts to ask about all targets. */
export function startRun(
  context: WaitContext,
  targets: Targets,
  settings: Omit<WaitSettings, 'onEvent'>,
  signal: AbortSignal | undefined,
): Run {
  const events = new EventQueue();
  const stop = childSignal(signal);
  const onEvent: WaitSettings['onEvent'] = (event) => events.push(event);
  const result = waitFor(context, targets, { ...settings, onEvent }, stop.signal).finally(() => {
    stop.release();
    events.end();
  });
  // Somebody who only reads the events must not end the process by an abort.
  result.catch(() => {});
  return {
    result,
    abort: (reason) => stop.abort(reason),
    [Symbol.asyncIterator]: () => events.read(),
  };
}
