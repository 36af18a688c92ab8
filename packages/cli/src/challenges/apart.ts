import { type DnsErrorCode, isDnsError } from '@domainproof/core';
import type { Request } from './request.js';

/** These are about an account or about the time, and not about one of the records. Huawei Cloud locks a key that fails five times. */
const OF_ALL: ReadonlySet<DnsErrorCode> = new Set([
  'AUTH_INVALID',
  'AUTH_EXPIRED',
  'THROTTLED',
  'TIMEOUT',
  'ABORTED',
]);

/**
 * Does work for many requests together that fails as a whole. Where it fails, it is done for each half by itself, until it is known which
 * requests the failure is about: those are rejected, and the others go on.
 *
 * @returns what came of the parts that succeeded
 * @throws what is about all requests
 */
export async function failingApart<Part>(
  requests: readonly Request<unknown>[],
  work: (requests: readonly Request<unknown>[]) => Promise<Part>,
): Promise<Part[]> {
  const [first] = requests;
  if (!first) return [];
  try {
    return [await work(requests)];
  } catch (error) {
    if (!isDnsError(error) || OF_ALL.has(error.code)) throw error;
    if (requests.length === 1) {
      first.reject(error);
      return [];
    }
  }
  const middle = requests.length >> 1;
  const halves = [requests.slice(0, middle), requests.slice(middle)];
  return (await Promise.all(halves.map((half) => failingApart(half, work)))).flat();
}
