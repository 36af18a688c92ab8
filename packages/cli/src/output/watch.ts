import type { Expectation, Report, VerifierEvent } from '@domainproof/propagation-verifier';
import type { Io } from '../io.js';
import { LiveMatrix } from './live-matrix.js';
import { hasColours, type Output } from './output.js';
import { VisibilityLines } from './visibility-lines.js';

/** Shows people how values become visible. */
export interface Watch {
  onEvent(event: VerifierEvent): void;
  /** The wait has ended; without a report it was cut off. What is shown stays. */
  end(report?: Report): void;
}

/** A matrix that is drawn in place on a terminal, plain lines elsewhere. */
export function startWatch(
  output: Output,
  io: Pick<Io, 'env'>,
  expectations: readonly Expectation[],
  timeoutMs: number,
): Watch {
  const draws = output.people.isTTY === true && output.showsProgress && io.env.TERM !== 'dumb';
  if (!draws) return new VisibilityLines(output);
  return new LiveMatrix(output.people, expectations, { timeoutMs, colours: hasColours(io.env) });
}
