import { setMaxListeners } from 'node:events';
import type {
  CallOptions,
  ClientOptions,
  DnsClient,
  EnsureResult,
  LeaseFilter,
  ReleaseOptions,
  ReleaseResult,
} from './client.js';
import { Account } from './engine/account.js';
import { type EnsuredSet, ensureSets } from './engine/ensure.js';
import { expected } from './engine/failure.js';
import { type Placing, placeAll, placeEach } from './engine/place.js';
import { planSets } from './engine/plan.js';
import { type ReleasedLease, releaseLeases } from './engine/release.js';
import { Routes } from './engine/routes.js';
import { ZoneFinder } from './engine/zone-finder.js';
import { DnsError, isDnsError } from './errors.js';
import { memoryJournal } from './journal/memory.js';
import type { Lease, LeaseId, ReleaseReport } from './lease.js';
import type { Logger } from './provider.js';

const CALL_TIMEOUT_MS = 120_000;
const SILENT: Logger = { debug() {}, info() {}, warn() {} };

/**
 * The engine over one or more providers.
 *
 * @throws DnsError `UNSUPPORTED` if there is no provider, two with the same id, or a route to none of them or given twice;
 * `INVALID_NAME` for a route of what is no domain
 */
export function createClient(options: ClientOptions): DnsClient {
  const {
    providers,
    journal = memoryJournal(),
    log = SILENT,
    ttlPolicy = 'raise',
    delegation,
    onEvent,
  } = options;
  const ids = providers.map(({ id }) => id);
  assertDistinct(ids);
  const accounts = providers.map(
    (provider) =>
      new Account(provider, {
        log,
        onApiCall: (event) => options.onApiCall?.(event),
        onRetry: (id, { code, message }, attempt, delayMs) =>
          onEvent?.({ type: 'retry', provider: id, attempt, delayMs, code, message }),
      }),
  );
  const finder = new ZoneFinder(accounts, new Routes(options.routes ?? {}, ids), log, delegation);
  const place: Placing = {
    finder,
    ttlPolicy,
    tell: ({ wanted, account, zone }) =>
      onEvent?.({ type: 'zone', name: wanted.name, provider: account.id, zone: zone.name }),
  };

  const client: DnsClient = {
    async ensure(record, callOptions) {
      const [lease] = await client.ensureAll([record], callOptions);
      return lease as Lease;
    },

    async ensureAll(records, callOptions) {
      const signal = signalOf(callOptions);
      const requests = await placeAll(records, place, signal);
      const sets = await ensureSets(requests, journal, signal, tellEnsured);
      const results = resultsOf(sets);
      const failed = results.filter(({ error }) => error);
      if (failed[0]?.error) throw firstOf(failed[0].error, failed.length, results.length);
      return results.map(({ lease }) => lease as Lease);
    },

    async ensureEach(records, callOptions) {
      const signal = signalOf(callOptions);
      const { requests, errors } = await placeEach(records, place, signal);
      const sets = await ensureSets(requests, journal, signal, tellEnsured);
      const results = resultsOf(sets);
      for (const [index, error] of errors) results[index] = { error };
      return results;
    },

    async release(lease, releaseOptions) {
      const [report] = await client.releaseAll([lease], releaseOptions);
      return report as ReleaseReport;
    },

    async releaseAll(leases, releaseOptions) {
      const results = await client.releaseEach(leases, releaseOptions);
      const failed = results.filter(({ error }) => error);
      if (failed[0]?.error) throw firstOf(failed[0].error, failed.length, results.length);
      return results.map(({ report }) => report as ReleaseReport);
    },

    async releaseEach(leases, releaseOptions: ReleaseOptions = {}) {
      const context = { finder, journal, signal: signalOf(releaseOptions), tell: tellReleased };
      const ended = await releaseLeases(await resolve(leases), releaseOptions.force ?? false, context);
      return ended.map(
        (one): ReleaseResult => ('error' in one ? { error: expected(one.error) } : { report: one }),
      );
    },

    async plan(records, callOptions) {
      const signal = signalOf(callOptions);
      return { changes: await planSets(await placeAll(records, place, signal), signal) };
    },

    async *leases(filter = {}) {
      for (const lease of await journal.all()) if (matches(lease, filter)) yield lease;
    },
  };
  return client;

  function tellEnsured(set: EnsuredSet): void {
    const { key, values } = set.request;
    if ('leases' in set) for (const lease of set.leases) onEvent?.({ type: 'ensured', lease });
    else if (isDnsError(set.error)) {
      if (set.error.code === 'ZONE_NOT_FOUND') finder.forget(set.request);
      onEvent?.({ type: 'failed', work: 'ensure', key, values, error: set.error });
    }
  }

  function tellReleased(one: ReleasedLease): void {
    if (!('error' in one)) onEvent?.({ type: 'released', report: one });
    else if (isDnsError(one.error)) {
      const { name, type, line, value } = one.lease;
      const key = { name, type, line };
      onEvent?.({ type: 'failed', work: 'release', key, values: [value], error: one.error });
    }
  }

  async function resolve(leases: readonly (Lease | LeaseId)[]): Promise<Lease[]> {
    if (leases.every((lease) => typeof lease === 'object')) return leases as Lease[];
    const known = new Map((await journal.all()).map((lease) => [lease.id, lease]));
    return leases.map((lease) => {
      const found = typeof lease === 'string' ? known.get(lease) : lease;
      if (found) return found;
      throw new DnsError('UNSUPPORTED', `There is no lease ${lease as LeaseId} in the journal.`, {
        hint: 'It may have been released already. The leases that are held: domainproof leases.',
      });
    });
  }
}

function resultsOf(sets: readonly EnsuredSet[]): EnsureResult[] {
  const results: EnsureResult[] = [];
  for (const set of sets)
    for (const { index, value, requestedTtl: requested } of set.request.records) {
      if ('error' in set) {
        results[index] = { error: expected(set.error) };
        continue;
      }
      const lease = set.leases.find((one) => one.value === value) as Lease;
      results[index] = {
        lease: requested === undefined ? lease : { ...lease, ttl: { ...lease.ttl, requested } },
      };
    }
  return results;
}

/** The first failure, with the number of all if there are several. */
function firstOf(error: DnsError, failed: number, all: number): DnsError {
  if (all === 1) return error;
  const count = failed > 1 ? ` (${failed} of ${all} records failed; this is the first.)` : '';
  return new DnsError(error.code, `${error.message}${count}`, { ...error, cause: error.cause });
}

function assertDistinct(ids: readonly string[]): void {
  if (ids.length === 0)
    throw new DnsError('UNSUPPORTED', 'No provider is configured.', { hint: 'Give at least one provider.' });
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined)
    throw new DnsError('UNSUPPORTED', `Two providers have the id "${twice}".`, {
      hint: 'Give one of two accounts at the same vendor a name of its own: namedAccount(provider, name).',
    });
}

function signalOf({ signal, timeoutMs = CALL_TIMEOUT_MS }: CallOptions = {}): AbortSignal {
  const deadline = AbortSignal.timeout(timeoutMs);
  // A combined signal does not hold its sources: without a listener of its own, the timer goes with the garbage.
  deadline.addEventListener('abort', () => {}, { once: true });
  const combined = signal ? AbortSignal.any([signal, deadline]) : deadline;
  setMaxListeners(0, combined); // Every waiting call listens to it.
  return combined;
}

function matches(lease: Lease, { provider, name, type, value, before }: LeaseFilter): boolean {
  return (
    (provider === undefined || lease.provider === provider) &&
    (name === undefined || lease.name === name) &&
    (type === undefined || lease.type === type) &&
    (value === undefined || lease.value === value) &&
    (before === undefined || Date.parse(lease.createdAt) < before.getTime())
  );
}
