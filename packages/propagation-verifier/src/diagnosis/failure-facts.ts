import type { Finding } from '@domainproof/core';

export interface FailureFacts {
  /** As a rule; a finding can be milder or graver where its extent differs. */
  severity: Finding['severity'];
  /** A fatal finding of this code ends a wait: more time cannot help. */
  terminal: boolean;
  /** Milliseconds for which it must be seen before it does. */
  settlesAfterMs: number;
  /** What is so, in one line. */
  meaning: string;
  /** What to do, in one line. */
  remedy: string;
}

/** A record that has just been put in place of another is mistaken for it as long as servers lag behind. */
const SETTLES_AFTER_MS = 30_000;

/** One entry of the catalogue. */
export const facts = (
  severity: Finding['severity'],
  ends: 'ends the wait' | 'ends the wait if it stays' | 'may pass',
  meaning: string,
  remedy: string,
): FailureFacts => ({
  severity,
  terminal: ends !== 'may pass',
  settlesAfterMs: ends === 'ends the wait if it stays' ? SETTLES_AFTER_MS : 0,
  meaning,
  remedy,
});
