import { randomUUID } from 'node:crypto';
import { DnsError, isDnsError } from '../errors.js';
import type { Journal } from '../journal/journal.js';
import type { Lease } from '../lease.js';
import type { Json } from '../provider.js';
import { withRecord } from './failure.js';
import { lockOf } from './locks.js';
import { type SetRequest, setId, type Wanted } from './request.js';
import { addValues } from './write.js';

/** What one value of a set request starts from: the lease of an earlier call that made the value, or a new one. */
interface Intent {
  lease: Lease;
  isNew: boolean;
}

/**
 * Carries out set requests: intents into the journal first, then the writes, then the leases as they turned out.
 * One failing set does not stop the others; the first failure is thrown when all have ended.
 *
 * @returns one lease for each wanted record, in their order.
 */
export async function ensureSets(
  wanted: readonly Wanted[],
  requests: readonly SetRequest[],
  journal: Journal,
  signal: AbortSignal,
): Promise<Lease[]> {
  const held = new Map(
    (await journal.all()).filter(({ created }) => created).map((lease) => [valueId(lease), lease]),
  );
  const intents = requests.map((request) => request.values.map((value) => intentFor(request, value, held)));
  await journal.put(newLeases(intents.flat()));
  const results = await Promise.allSettled(
    requests.map((request, index) => ensureSet(request, intents[index] as Intent[], journal, signal)),
  );
  const failed = results.findIndex(({ status }) => status === 'rejected');
  if (failed >= 0) {
    const { reason } = results[failed] as PromiseRejectedResult;
    throw withJournalHint(withRecord(reason, (requests[failed] as SetRequest).key), requests.length);
  }
  const leases: Lease[] = [];
  for (const [index, { indexes }] of requests.entries()) {
    const outcome = (results[index] as PromiseFulfilledResult<Lease[]>).value;
    for (const record of indexes) {
      const { value, ttl: requested } = wanted[record] as Wanted;
      const lease = outcome.find((candidate) => candidate.value === value) as Lease;
      leases[record] = requested === undefined ? lease : { ...lease, ttl: { ...lease.ttl, requested } };
    }
  }
  return leases;
}

async function ensureSet(
  request: SetRequest,
  intents: readonly Intent[],
  journal: Journal,
  signal: AbortSignal,
): Promise<Lease[]> {
  try {
    const unlock = await lockOf(request, journal, signal);
    try {
      const { present, ttl, receipt } = await addValues(request, signal);
      const native: Json = { zone: request.zone.id, ...(receipt === undefined ? {} : { receipt }) };
      const outcomes = intents.map(({ lease, isNew }) => {
        const created = !present.has(lease.value);
        // A value that an earlier lease made, and that is there still, stays with the facts of that lease.
        return created || isNew
          ? { ...lease, created, createdAt: now(), ttl: { ...lease.ttl, effective: ttl }, native }
          : { ...lease, created };
      });
      await journal.put(outcomes.filter(({ created }, index) => created || intents[index]?.isNew));
      return outcomes;
    } finally {
      await unlock();
    }
  } catch (error) {
    if (wroteNothing(error, request)) await journal.drop(newLeases(intents).map(({ id }) => id));
    throw error;
  }
}

function intentFor(request: SetRequest, value: string, held: ReadonlyMap<string, Lease>): Intent {
  const { account, zone, key, ttl } = request;
  const subject = { ...key, value, provider: account.id, zone: zone.name };
  const earlier = held.get(valueId(subject));
  if (earlier) return { lease: earlier, isNew: false };
  const id = `${account.id}-${randomUUID()}`;
  const native = { zone: zone.id };
  return { lease: { version: 1, id, ...subject, ttl, created: true, createdAt: now(), native }, isNew: true };
}

function newLeases(intents: readonly Intent[]): Lease[] {
  return intents.filter(({ isNew }) => isNew).map(({ lease }) => lease);
}

function valueId(lease: Parameters<typeof setId>[0] & { value: string }): string {
  return `${setId(lease)} ${lease.value}`;
}

function now(): string {
  return new Date().toISOString();
}

/** A refusal that came with an answer, of a write that is one step: the intents point to nothing. */
function wroteNothing(error: unknown, { account, values }: SetRequest): boolean {
  if (!isDnsError(error) || error.retryable || error.outcomeUnknown) return false;
  if (error.code === 'ABORTED' || error.code === 'TIMEOUT') return false;
  return values.length === 1 || account.provider.capabilities.writes !== 'value';
}

function withJournalHint(error: unknown, sets: number): unknown {
  if (!isDnsError(error) || sets === 1) return error;
  const hint = `${error.hint ?? ''} Records that were written before this are in the journal (domainproof leases).`;
  return new DnsError(error.code, error.message, { ...error, cause: error.cause, hint: hint.trim() });
}
