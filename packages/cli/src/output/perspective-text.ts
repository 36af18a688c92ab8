import type { PerspectiveReport } from '@domainproof/propagation-verifier';
import { formatDuration } from '../duration.js';

/** `cloudflare (ARIN): absent, for 45.0 s more`; with what the resolver itself said about an error. */
export function describePerspective(perspective: PerspectiveReport): string {
  const { name, region, status, clearsInMs, extendedErrors = [] } = perspective;
  const where = region === null ? name : `${name} (${region})`;
  const facts = [
    clearsInMs === null ? undefined : `for ${formatDuration(clearsInMs)} more`,
    ...extendedErrors,
  ].filter((fact) => fact !== undefined);
  return [`${where}: ${status}`, ...facts].join(', ');
}
