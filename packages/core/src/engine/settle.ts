import { DnsError, isDnsError } from '../errors.js';
import type { Receipt, RecordSet } from '../provider.js';
import { sleep } from '../sleep.js';
import { lookAt } from './look.js';
import type { SetRequest } from './request.js';

/** Milliseconds before the first look at what the vendor does not serve yet; then longer each time, up to the cap. */
export const FIRST_LOOK_MS = 250;
const GROWTH = 1.6;
const CAP_MS = 4_000;

export function nextPause(ms: number): number {
  return Math.min(Math.max(ms * GROWTH, FIRST_LOOK_MS), CAP_MS);
}

/**
 * Waits until the provider serves what was written. Where a write replaces the whole set, this is the read-back too.
 *
 * @param receipt of the last write; undefined if nothing had to be written
 * @param seen the set as it was before that write; undefined if the write created it
 * @returns the set as it is now; undefined if nobody could have taken a value out, so that no look was needed
 * @throws DnsError `TIMEOUT` if the deadline passes first, `ZONE_INACTIVE` if the provider will not serve the set
 */
export async function settle(
  request: SetRequest,
  receipt: Receipt | undefined,
  seen: RecordSet | undefined,
  signal: AbortSignal,
): Promise<RecordSet | undefined> {
  const replaces = request.account.provider.capabilities.writes === 'replace';
  const mayHaveLost = replaces && seen !== undefined && receipt !== undefined;
  const pending = receipt ? !receipt.settled : isPending(seen);
  if (!pending && !mayHaveLost) return servedOnly(request, receipt ? undefined : seen);
  try {
    if (replaces || !receipt) return await lookUntilServed(request, pending, signal);
    await askUntilServed(request, receipt, signal);
    return undefined;
  } catch (error) {
    throw isDnsError(error, 'TIMEOUT') && signal.aborted ? notServedInTime(request, error) : error;
  }
}

/** On its way to the name servers. */
export function isPending(set: RecordSet | undefined): boolean {
  return set?.settled === false && set.unserved === undefined;
}

/** The set itself, if the provider serves it or will. */
export function servedOnly(request: SetRequest, set: RecordSet | undefined): RecordSet | undefined {
  if (set?.unserved === undefined) return set;
  const { account, key } = request;
  throw new DnsError(
    'ZONE_INACTIVE',
    `${account.id} holds ${key.name} ${key.type}, but does not serve it (${set.unserved}).`,
    {
      provider: account.id,
      hint: 'Look at its status in the console: enable what is paused, delete what failed. The lease is kept if anything was written.',
    },
  );
}

export function notServedInTime({ account, key }: SetRequest, cause: unknown): DnsError {
  return new DnsError(
    'TIMEOUT',
    `${account.id} accepted ${key.name} ${key.type}, but does not serve it yet.`,
    {
      provider: account.id,
      retryable: false,
      hint: 'The lease is kept. Give it more time, or look at the status of the record in the console.',
      cause,
    },
  );
}

async function lookUntilServed(
  request: SetRequest,
  pending: boolean,
  signal: AbortSignal,
): Promise<RecordSet> {
  const { key, values, ttl } = request;
  let pauseMs = pending ? FIRST_LOOK_MS : 0;
  for (;;) {
    if (pauseMs > 0) await sleep(pauseMs, signal);
    const set = servedOnly(request, await lookAt(request, signal));
    const complete = values.every((value) => set?.values.includes(value));
    if (!complete || !isPending(set)) return set ?? { key, ttl: ttl.effective, values: [], conflicts: [] };
    pauseMs = nextPause(pauseMs);
  }
}

async function askUntilServed(
  { account, zone }: SetRequest,
  receipt: Receipt,
  signal: AbortSignal,
): Promise<void> {
  const { provider } = account;
  let pauseMs = FIRST_LOOK_MS;
  let served = !provider.isSettled;
  while (!served) {
    await sleep(pauseMs, signal);
    pauseMs = nextPause(pauseMs);
    served = await account.run(
      signal,
      async (call) => (await provider.isSettled?.(zone, receipt, call)) ?? true,
    );
  }
}
