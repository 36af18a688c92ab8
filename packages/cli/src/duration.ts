import { UsageError } from './errors.js';

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** The longest time that a timer of Node holds. */
const MAX_MS = 2 ** 31 - 1;

/**
 * Milliseconds of `500ms`, `90s`, `10m`, `1h`, `2d`; a bare number is in seconds.
 *
 * @param where What to name in the error: `--timeout`, or a field of the config file.
 * @throws UsageError
 */
export function parseDuration(text: string, where: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim());
  const ms = match ? Math.round(Number(match[1]) * UNIT_MS[match[2] ?? 's']!) : 0;
  if (ms <= 0 || ms > MAX_MS)
    throw new UsageError(`${where} takes a time such as 500ms, 90s, 10m or 1h (at most 24d), not "${text}".`);
  return ms;
}

/** A time for people: `312 ms`, `1.24 s`, `2 m 5 s`, `3 h`, `2 d`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const units: readonly [number, string][] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'm'],
    [1_000, 's'],
  ];
  const first = units.findIndex(([size]) => ms >= size);
  const [size, unit] = units[first]!;
  const smaller = units[first + 1];
  const rest = smaller ? Math.floor((ms % size) / smaller[0]) : 0;
  return `${Math.floor(ms / size)} ${unit}${rest ? ` ${rest} ${smaller![1]}` : ''}`;
}
