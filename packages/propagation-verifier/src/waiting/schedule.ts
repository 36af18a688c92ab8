/** Milliseconds from the start of the first question to the start of the second. */
const FIRST_SPACING_MS = 50;
const GROWTH = 1.2;
/** Up to here a record is to be noticed within 150 ms and a round trip; later within 5 % of the time that it took. */
const EAGER_MS = 10_000;
/**
 * With jitter at most 137 ms: of several addresses that get the record at one time the slowest decides, so that nearly the
 * whole spacing counts. The answer's way back is half a round trip, and has to fit in besides.
 */
const EAGER_CAP_MS = 125;
const EAGER_BUDGET_MS = 135;
const PATIENT_PART = 0.05;
/** Most records come within a minute. */
const FIRST_MINUTE_MS = 60_000;
const FIRST_MINUTE_CAP_MS = 1_000;
const PATIENT_CAP_MS = 5_000;
/** Keeps many records from being asked in step. */
const JITTER = 0.1;

/**
 * Milliseconds from the start of one question to the start of the next, before jitter. `previous` is undefined after the first.
 *
 * @param rttMs round trip to the address; 0 if it is not known.
 */
export function nextSpacing(previous: number | undefined, elapsedMs: number, rttMs: number): number {
  if (previous === undefined) return FIRST_SPACING_MS;
  const cap = elapsedMs < EAGER_MS ? eagerCap(rttMs) : patientCap(elapsedMs, rttMs);
  return Math.min(previous * GROWTH, cap);
}

function eagerCap(rttMs: number): number {
  return Math.max(FIRST_SPACING_MS, Math.min(EAGER_CAP_MS, EAGER_BUDGET_MS - rttMs / 2));
}

/** One and a half round trips go off: half a one for the answer, and one for the questions that confirm it. */
function patientCap(elapsedMs: number, rttMs: number): number {
  const budgetMs = (PATIENT_PART * elapsedMs - 1.5 * rttMs) / (1 + JITTER);
  const capMs = elapsedMs < FIRST_MINUTE_MS ? FIRST_MINUTE_CAP_MS : PATIENT_CAP_MS;
  return Math.max(eagerCap(rttMs), Math.min(capMs, budgetMs));
}

/** `ms` made up to 10 % longer or shorter; `random` gives a number from 0 to 1. */
export function jittered(ms: number, random: () => number): number {
  return ms * (1 + JITTER * (2 * random() - 1));
}
