import {
  type Call,
  DnsError,
  isDnsError,
  type PreparedChange,
  type Receipt,
  type Zone,
} from '@domainproof/core';
import type { Api } from './api/request.js';
import { isUntold } from './api/vendor-error.js';
import { createMany } from './batch-create.js';
import { applyChange } from './change.js';
import { checkChange } from './check-change.js';
import { type Plan, planChange, receiptOf, type Step } from './plan.js';
import { nativeSets } from './record-set.js';
import { deleteMany, replaceValuesOfMany } from './write.js';

/** Most entries of one request, from the vendor's API reference. */
const MAX_CREATIONS = 2000;
const MAX_REPLACEMENTS = 50;
const MAX_DELETIONS = 100;
/** A task takes a request to begin it, one to see its end and one to see the sets; fewer sets are created one by one. */
const MIN_CREATIONS = 3;

type Outcome = Receipt | DnsError;

/** A change whose whole work is one step, or several (`step` undefined) if its values are spread over weighted sets. */
interface Entry<S extends Step = Step> {
  index: number;
  prepared: PreparedChange;
  plan: Plan;
  step: S;
}

/** One request to the vendor, and what follows from it. */
interface Request {
  indexes: readonly number[];
  /** Throws `DnsError` if it was refused, or got lost, as a whole. */
  send(): Promise<Outcome[]>;
  /** Whether a refusal is about one of the entries, so that the others may well be taken without it. */
  isAboutEntries(error: DnsError): boolean;
}

/**
 * Creates sets by one task, rewrites sets in batches of 50 and deletes sets in batches of 100. See `DnsProvider.applyChanges`.
 *
 * @throws DnsError if the vendor refused, and nothing was carried out
 */
export async function applyChanges(
  api: Api,
  zone: Zone,
  changes: readonly PreparedChange[],
  call: Call,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const requests = requestsFor(api, zone, changes, outcomes, call);
  let touched = false;
  let stop: DnsError | undefined;
  for (const { indexes, send, isAboutEntries } of requests) {
    if (stop) {
      for (const index of indexes) outcomes[index] = copyOf(stop, false);
      continue;
    }
    try {
      const results = await send();
      for (const [position, index] of indexes.entries()) outcomes[index] = results[position] as Outcome;
      touched ||= results.some((result) => !isDnsError(result) || result.outcomeUnknown);
    } catch (error) {
      if (!isDnsError(error)) throw error;
      const isLocal = isAboutEntries(error);
      if (!isLocal && !touched && !error.outcomeUnknown) throw error;
      for (const index of indexes) outcomes[index] = copyOf(error, error.outcomeUnknown);
      touched ||= error.outcomeUnknown;
      if (!isLocal) stop = error;
    }
  }
  return outcomes;
}

/** Puts what needs no request, and what is refused before one, straight into `outcomes`. */
function requestsFor(
  api: Api,
  zone: Zone,
  changes: readonly PreparedChange[],
  outcomes: Outcome[],
  call: Call,
): Request[] {
  const creates: Entry<Extract<Step, { kind: 'create' }>>[] = [];
  const updates: Entry<Extract<Step, { kind: 'update' }>>[] = [];
  const deletes: Entry<Extract<Step, { kind: 'delete' }>>[] = [];
  const singles: Pick<Entry, 'index' | 'prepared'>[] = [];
  for (const [index, prepared] of changes.entries()) {
    const { change, current } = prepared;
    try {
      checkChange(zone, change);
      const plan = planChange(nativeSets(current), change);
      const [step, ...more] = plan.steps;
      if (!step) outcomes[index] = receiptOf(plan, change, undefined, []);
      else if (more.length > 0) singles.push({ index, prepared });
      else if (step.kind === 'create') creates.push({ index, prepared, plan, step });
      else if (step.kind === 'update') updates.push({ index, prepared, plan, step });
      else deletes.push({ index, prepared, plan, step });
    } catch (error) {
      if (!isDnsError(error)) throw error;
      outcomes[index] = error;
    }
  }
  if (creates.length < MIN_CREATIONS) singles.push(...creates.splice(0));
  // The request for one set tells more than the one for many.
  if (updates.length === 1) singles.push(...updates.splice(0));
  if (deletes.length === 1) singles.push(...deletes.splice(0));

  return [
    ...chunks(creates, MAX_CREATIONS).map((entries) => ({
      indexes: entries.map(({ index }) => index),
      // BUSY: another task is running in the zone, which is not about any entry.
      isAboutEntries: (error: DnsError) => error.code !== 'BUSY' && isLocal(error),
      send: async () => {
        const creations = entries.map(({ prepared, step }) => ({
          change: prepared.change,
          values: step.values,
        }));
        const results = await createMany(api, zone, creations, call);
        return results.map((result, position) => {
          const { plan, prepared } = entries[position] as Entry;
          return isDnsError(result) ? result : receiptOf(plan, prepared.change, result, []);
        });
      },
    })),
    ...chunks(updates, MAX_REPLACEMENTS).map((entries) => ({
      indexes: entries.map(({ index }) => index),
      isAboutEntries: isLocal,
      send: async () => {
        const replacements = entries.map(({ prepared, step }) => ({ key: prepared.change.key, ...step }));
        const written = await replaceValuesOfMany(api, zone, replacements, call);
        return entries.map(({ plan, prepared, step }, position) => {
          const told = written[position] ?? { id: step.set.id, status: 'PENDING_UPDATE' };
          return receiptOf(plan, prepared.change, step.added.length > 0 ? told : undefined, step.taken);
        });
      },
    })),
    ...chunks(deletes, MAX_DELETIONS).map((entries) => ({
      indexes: entries.map(({ index }) => index),
      isAboutEntries: isLocal,
      send: async () => {
        const sets = entries.map(({ step }) => step.set);
        const deleted = await deleteMany(api, zone, sets, call);
        return entries.map(({ plan, prepared, step }) =>
          receiptOf(plan, prepared.change, undefined, deleted.has(step.set.id) ? step.taken : []),
        );
      },
    })),
    ...singles.map(({ index, prepared: { current, change } }) => ({
      indexes: [index],
      isAboutEntries: isLocal,
      send: async () => [await applyChange(api, zone, current, change, call)],
    })),
  ];
}

/** A refusal that the same request without one of its entries might not meet. */
function isLocal(error: DnsError): boolean {
  const codes = [
    'BUSY',
    'RECORD_CONFLICT',
    'INVALID_NAME',
    'INVALID_VALUE',
    'TTL_OUT_OF_RANGE',
    'QUOTA_EXCEEDED',
    'UNSUPPORTED',
  ];
  return codes.includes(error.code) || isUntold(error);
}

/** Each change gets an error of its own, as its own record set will be named in it. */
function copyOf(error: DnsError, outcomeUnknown: boolean): DnsError {
  return new DnsError(error.code, error.message, { ...error, outcomeUnknown, cause: error.cause });
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
