import { setMaxListeners } from 'node:events';
import type { CallOptions, ClientOptions, DnsClient, LeaseFilter } from './client.js';
import { Account } from './engine/account.js';
import { ensureSets } from './engine/ensure.js';
import { planSet } from './engine/plan.js';
import { releaseLeases } from './engine/release.js';
import { groupBySet, type SetRequest, toWanted, type Wanted } from './engine/request.js';
import { ZoneFinder } from './engine/zone-finder.js';
import { DnsError } from './errors.js';
import { memoryJournal } from './journal/memory.js';
import type { DesiredRecord, Lease, LeaseId } from './lease.js';
import type { Logger } from './provider.js';

const CALL_TIMEOUT_MS = 120_000;
const SILENT: Logger = { debug() {}, info() {}, warn() {} };

/**
 * The engine over one or more providers.
 *
 * @throws DnsError `UNSUPPORTED` if there is no provider, or two with the same id
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
  assertDistinct(providers.map(({ id }) => id));
  const accounts = providers.map(
    (provider) =>
      new Account(provider, {
        log,
        onApiCall: (event) => options.onApiCall?.(event),
        onRetry: (id, { code, message }, attempt, delayMs) =>
          onEvent?.({ type: 'retry', provider: id, attempt, delayMs, code, message }),
      }),
  );
  const finder = new ZoneFinder(accounts, log, delegation);

  async function place(
    records: readonly DesiredRecord[],
    signal: AbortSignal,
  ): Promise<[Wanted[], SetRequest[]]> {
    const wanted = records.map(toWanted);
    const placements = await Promise.all(
      wanted.map(async (record) => {
        const placement = await finder.find(record, signal);
        onEvent?.({
          type: 'zone',
          name: record.name,
          provider: placement.account.id,
          zone: placement.zone.name,
        });
        return placement;
      }),
    );
    return [wanted, groupBySet(wanted, placements, ttlPolicy)];
  }

  const client: DnsClient = {
    async ensure(record, callOptions) {
      const [lease] = await client.ensureAll([record], callOptions);
      return lease as Lease;
    },

    async ensureAll(records, callOptions) {
      const signal = signalOf(callOptions);
      const [wanted, requests] = await place(records, signal);
      const leases = await ensureSets(wanted, requests, journal, signal);
      for (const lease of leases) onEvent?.({ type: 'ensured', lease });
      return leases;
    },

    async release(lease, releaseOptions) {
      const [report] = await client.releaseAll([lease], releaseOptions);
      if (!report) throw new Error('A lease was released without a report.');
      return report;
    },

    async releaseAll(leases, releaseOptions) {
      const signal = signalOf(releaseOptions);
      const resolved = await resolve(leases);
      const reports = await releaseLeases(resolved, releaseOptions?.force ?? false, finder, journal, signal);
      for (const report of reports) onEvent?.({ type: 'released', report });
      return reports;
    },

    async plan(records, callOptions) {
      const signal = signalOf(callOptions);
      const [, requests] = await place(records, signal);
      return { changes: await Promise.all(requests.map((request) => planSet(request, signal))) };
    },

    async *leases(filter = {}) {
      for (const lease of await journal.all()) if (matches(lease, filter)) yield lease;
    },
  };
  return client;

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

function assertDistinct(ids: readonly string[]): void {
  if (ids.length === 0)
    throw new DnsError('UNSUPPORTED', 'No provider is configured.', { hint: 'Give at least one provider.' });
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined)
    throw new DnsError('UNSUPPORTED', `Two providers have the id "${twice}".`, {
      hint: 'Give one of two accounts at the same vendor an id of its own.',
    });
}

function signalOf({ signal, timeoutMs = CALL_TIMEOUT_MS }: CallOptions = {}): AbortSignal {
  const deadline = AbortSignal.timeout(timeoutMs);
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
