import { DnsError, type Lease } from '@domainproof/core';
import type { Delegation, Verifier } from '@domainproof/propagation-verifier';
import type { Session } from '../connection.js';
import { withZoneFindings } from '../delegation-check.js';
import { findDelegations } from '../proving/delegations.js';
import { expectationsFor } from '../proving/expectations.js';
import { WRITE_MS } from '../proving/write-records.js';
import { failingApart } from './apart.js';
import type { Presented } from './challenges.js';
import { abandoned, type Request } from './request.js';

export interface PresentContext {
  session: Omit<Session, 'installed'>;
  openVerifier(): Promise<Verifier>;
  /** Milliseconds until the wait gives up. */
  timeoutMs: number;
}

type Written = { request: Request<Presented>; lease: Lease };

/**
 * Writes the records of all requests, with one write for each record set, and waits for all of them at once. A request ends when its own
 * record is visible, or has failed. The work ends when nobody waits any more.
 */
export async function presentTogether(
  requests: readonly Request<Presented>[],
  context: PresentContext,
): Promise<void> {
  const end = new AbortController();
  Promise.all(requests.map(({ unattended }) => unattended)).then(() => end.abort(abandoned()));
  for (const request of requests) if (!request.isAttended) request.reject(abandoned());
  const attended = requests.filter(({ isAttended }) => isAttended);
  if (attended.length === 0) return;

  const verifier = await context.openVerifier();
  const placed = await place(attended, verifier, context, end.signal);
  const written = await write(placed.requests, context, end.signal);
  if (written.length > 0) await awaitVisible(written, placed.delegations, verifier, context, end.signal);
}

/** The requests whose domains are delegated, and to whom: before anything is written, so that the others leave nothing behind. */
async function place(
  requests: readonly Request<Presented>[],
  verifier: Verifier,
  { session: { client } }: PresentContext,
  signal: AbortSignal,
): Promise<{ requests: Request<Presented>[]; delegations: Delegation[] }> {
  const parts = await failingApart(requests, async (some) => {
    const records = some.map(({ record }) => record);
    const found = await findDelegations(verifier, client, records, signal);
    if (!('ok' in found)) return { requests: some as Request<Presented>[], delegations: found };
    const { message, remedy } = found.records[0]!.findings[0]!;
    throw new DnsError('TIMEOUT', message, { hint: remedy });
  });
  return {
    requests: parts.flatMap((part) => part.requests),
    delegations: parts.flatMap((part) => part.delegations),
  };
}

async function write(
  requests: readonly Request<Presented>[],
  { session: { client }, timeoutMs }: PresentContext,
  signal: AbortSignal,
): Promise<Written[]> {
  const records = requests.map(({ record }) => record);
  const results = await client.ensureEach(records, { signal, timeoutMs: Math.min(timeoutMs, WRITE_MS) });
  return results.flatMap(({ lease, error }, index) => {
    const request = requests[index]!;
    if (!lease) {
      request.reject(error);
      return [];
    }
    // Not before: a cleanup that waits for this request must find what was written.
    request.unattended.then(() => request.reject(abandoned()));
    return [{ request, lease }];
  });
}

async function awaitVisible(
  written: readonly Written[],
  delegations: readonly Delegation[],
  verifier: Verifier,
  { session, timeoutMs }: PresentContext,
  signal: AbortSignal,
): Promise<void> {
  const records = written.map(({ request: { record }, lease }) => ({ record, lease }));
  const { expectations, elsewhere } = await expectationsFor(records, delegations, session, { signal });
  const seen = await verifier.wait(expectations, {
    timeoutMs,
    signal,
    onEvent(event) {
      if (event.type !== 'visible') return;
      const { name, recordType, value, elapsedMs } = event;
      for (const { request, lease } of written)
        if (lease.name === name && lease.type === recordType && lease.value === value)
          request.resolve({ lease, report: { visible: true, elapsedMs } });
    },
  });
  const { records: reports } = withZoneFindings(seen, elsewhere);
  for (const [index, { request, lease }] of written.entries())
    request.resolve({ lease, report: reports[index]! });
}
