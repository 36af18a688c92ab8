import type { Delegation, Verifier } from '@domainproof/propagation-verifier';
import type { Invocation } from '../command.js';
import { withZoneFindings } from '../delegation-check.js';
import type { Session } from '../session.js';
import { awaitVisibility, type Seen } from '../visibility.js';
import { expectationsFor } from './expectations.js';
import type { Written } from './write-records.js';

/** Waits for records that are written, in their order, and says what is odd about their zones. @param options as of a wait, and of `expectationsFor` */
export async function awaitWritten(
  written: readonly Written[],
  delegations: readonly Delegation[],
  { session, verifier }: { session: Session; verifier: Verifier },
  { isExact, ...options }: Parameters<typeof awaitVisibility>[2] & { isExact?: boolean },
  invocation: Invocation,
): Promise<Seen> {
  const { io, output } = invocation;
  const { expectations, elsewhere } = await expectationsFor(written, delegations, session, {
    signal: io.signal,
    isExact,
  });
  for (const { message, remedy } of elsewhere.values()) output.warn(`${message} ${remedy}`);
  const seen = await awaitVisibility(verifier, expectations, options, invocation);
  return {
    report: withZoneFindings(seen.report, elsewhere),
    delegations: [...seen.delegations, ...delegations],
  };
}
