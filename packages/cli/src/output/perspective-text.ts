import type { PerspectiveReport } from '@domainproof/propagation-verifier';
import { formatDuration } from '../duration.js';

/** `cloudflare (ARIN): absent, for 45.0 s more`. */
export function describePerspective({ name, region, status, clearsInMs }: PerspectiveReport): string {
  const where = region === null ? name : `${name} (${region})`;
  return `${where}: ${status}${clearsInMs === null ? '' : `, for ${formatDuration(clearsInMs)} more`}`;
}
