import { DnsError, isDnsError } from '../errors.js';
import type { Receipt, RecordSet } from '../provider.js';
import { sleep } from '../sleep.js';
import type { SetRequest } from './request.js';

/** Milliseconds before the first look at what the vendor does not serve yet; then longer each time, up to the cap. */
const FIRST_MS = 250;
const GROWTH = 1.6;
const CAP_MS = 4_000;

/**
 * Waits until the provider serves what was written. Where a write replaces the whole set, this is the read-back too.
 *
 * @param receipt of the last write; undefined if nothing had to be written
 * @param seen the set as it was before that write; undefined if the write created it
 * @returns the set as it is now; undefined if nobody could have taken a value out, so that no look was needed
 * @throws DnsError `TIMEOUT` if the deadline passes first
 */
export async function settle(
  request: SetRequest,
  receipt: Receipt | undefined,
  seen: RecordSet | undefined,
  signal: AbortSignal,
): Promise<RecordSet | undefined> {
  const replaces = request.account.provider.capabilities.writes === 'replace';
  const mayHaveLost = replaces && seen !== undefined && receipt !== undefined;
  const pending = receipt ? !receipt.settled : seen?.settled === false;
  if (!pending && !mayHaveLost) return receipt ? undefined : seen;
  try {
    if (replaces) return await lookUntilServed(request, pending, signal);
    await askUntilServed(request, receipt as Receipt, signal);
    return undefined;
  } catch (error) {
    if (!isDnsError(error, 'TIMEOUT') || !signal.aborted) throw error;
    const { account, key } = request;
    throw new DnsError(
      'TIMEOUT',
      `${account.id} accepted ${key.name} ${key.type}, but does not serve it yet.`,
      {
        provider: account.id,
        retryable: false,
        hint: 'The lease is kept. Give it more time, or look at the status of the record in the console.',
        cause: error,
      },
    );
  }
}

async function lookUntilServed(
  { account, zone, key, values, ttl }: SetRequest,
  pending: boolean,
  signal: AbortSignal,
): Promise<RecordSet> {
  let pauseMs = pending ? FIRST_MS : 0;
  for (;;) {
    if (pauseMs > 0) await sleep(pauseMs, signal);
    const set = await account.run(signal, (call) => account.provider.readRecordSet(zone, key, call));
    const complete = values.every((value) => set?.values.includes(value));
    if (!complete || set?.settled !== false)
      return set ?? { key, ttl: ttl.effective, values: [], conflicts: [] };
    pauseMs = Math.min(Math.max(pauseMs * GROWTH, FIRST_MS), CAP_MS);
  }
}

async function askUntilServed(
  { account, zone }: SetRequest,
  receipt: Receipt,
  signal: AbortSignal,
): Promise<void> {
  const { provider } = account;
  let pauseMs = FIRST_MS;
  let served = !provider.isSettled;
  while (!served) {
    await sleep(pauseMs, signal);
    pauseMs = Math.min(pauseMs * GROWTH, CAP_MS);
    served = await account.run(
      signal,
      async (call) => (await provider.isSettled?.(zone, receipt, call)) ?? true,
    );
  }
}
