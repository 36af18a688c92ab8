import { childSignal } from '../abort.js';
import type { Report, Run, VerifierEvent } from '../types/index.js';
import { EventQueue } from './events.js';

/** A wait that the caller can watch and end. */
export function startRun(
  wait: (onEvent: (event: VerifierEvent) => void, signal: AbortSignal) => Promise<Report>,
  signal: AbortSignal | undefined,
): Run {
  const events = new EventQueue();
  const stop = childSignal(signal);
  const result = wait((event) => events.push(event), stop.signal).finally(() => {
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
