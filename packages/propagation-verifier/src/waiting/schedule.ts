/** Milliseconds between the first two questions to one address about one record. */
const FIRST_SPACING_MS = 50;
const GROWTH = 1.2;
/** Most records are served within the first minute, so it is watched more closely. */
const EAGER_MS = 60_000;
const EAGER_CAP_MS = 1_000;
const PATIENT_CAP_MS = 5_000;
/** Keeps many records from being asked in step. */
const JITTER = 0.1;

/** Milliseconds from the start of one question to the start of the next. `previous` is undefined before the first. */
export function nextSpacing(previous: number | undefined, elapsedMs: number): number {
  if (previous === undefined) return FIRST_SPACING_MS;
  return Math.min(previous * GROWTH, elapsedMs < EAGER_MS ? EAGER_CAP_MS : PATIENT_CAP_MS);
}

/** `ms` made up to 10 % longer or shorter; `random` gives a number from 0 to 1. */
export function jittered(ms: number, random: () => number): number {
  return ms * (1 + JITTER * (2 * random() - 1));
}
