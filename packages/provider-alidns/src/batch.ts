import {
  type Call,
  DnsError,
  isDnsError,
  type PreparedChange,
  type Receipt,
  relativeName,
  type Zone,
} from '@domainproof/core';
import type { Api } from './api.js';
import {
  type BatchEntry,
  type BatchType,
  type EntryOutcome,
  POLLING,
  type Polling,
  runBatch,
} from './batch-task.js';
import { deleteRecord, idsInReceipts, isPresent, recordsToDelete, ttlBeside } from './change.js';
import type { Held } from './held-records.js';
import { manifest } from './manifest.js';
import { heldOf } from './records.js';
import { valueParameters } from './wire.js';

/** What the vendor recommends for one call (its page on OperateBatchDomain); it takes 1,000. */
const ENTRIES_PER_CALL = 200;

/** One change of the batch, and what is known of it so far. */
interface Part {
  readonly prepared: PreparedChange;
  readonly present: string[];
  readonly recordIds: Map<string, string>;
  /** Values of which a record was deleted. */
  readonly removed: Set<string>;
  /** Records written for this change. */
  writes: number;
  /** Ends this change alone. */
  error?: DnsError;
}

/** One record to add or delete in a batch. */
interface Item {
  type: BatchType;
  part: Part;
  value: string;
  entry: BatchEntry;
}

interface Deletion {
  part: Part;
  value: string;
  id: string;
}

/**
 * Changes to many record sets of one zone in as few calls as it takes: `OperateBatchDomain` adds, and deletes where host
 * record and value name one record only; what shares its value with another record is deleted by its id.
 *
 * @throws DnsError if the first call fails: of a known outcome if the vendor refused it
 */
export async function applyChanges(
  api: Api,
  zone: Zone,
  changes: readonly PreparedChange[],
  call: Call,
  polling: Polling = POLLING,
): Promise<(Receipt | DnsError)[]> {
  const parts = changes.map(
    (prepared): Part => ({ prepared, present: [], recordIds: new Map(), removed: new Set(), writes: 0 }),
  );
  const batches: Item[][] = [];
  const additions = parts.flatMap((part) => itemsToAdd(zone, part));
  const { inBatch, byId } = itemsToDelete(parts);
  for (const items of [additions, inBatch])
    for (let start = 0; start < items.length; start += ENTRIES_PER_CALL)
      batches.push(items.slice(start, start + ENTRIES_PER_CALL));

  const steps = [
    ...batches.map((items) => ({
      parts: items.map(({ part }) => part),
      run: async () => {
        const [{ type }] = items as [Item];
        const entries = items.map(({ entry }) => entry);
        const outcomes = await runBatch(api, zone, type, entries, call, polling);
        for (const [index, item] of items.entries()) settle(item, outcomes[index] as EntryOutcome);
      },
    })),
    ...byId.map((deletion) => ({ parts: [deletion.part], run: () => deleteOne(api, deletion, call) })),
  ];
  await runInTurn(steps, parts);
  return parts.map(resultOf);
}

/** After a step that failed, nothing more is tried: what has not been begun fails with it, of a known outcome. */
async function runInTurn(
  steps: readonly { parts: readonly Part[]; run(): Promise<void> }[],
  parts: readonly Part[],
): Promise<void> {
  for (const [index, step] of steps.entries()) {
    try {
      await step.run();
    } catch (error) {
      const isAsBefore = parts.every((part) => part.writes === 0 && !part.error?.outcomeUnknown);
      if (!isDnsError(error) || isAsBefore) throw error;
      for (const part of step.parts) part.error ??= error;
      const untried = new DnsError(error.code, error.message, { ...error, outcomeUnknown: false });
      for (const later of steps.slice(index + 1)) for (const part of later.parts) part.error ??= untried;
      return;
    }
  }
}

function itemsToAdd(zone: Zone, part: Part): Item[] {
  const { current, change } = part.prepared;
  const { key, add, ttl } = change;
  try {
    const missing = [...new Set(add)].filter((value) => {
      const isThere = isPresent(current, key, value);
      if (isThere) part.present.push(value);
      return !isThere;
    });
    return missing.map((value) => ({
      type: 'RR_ADD',
      part,
      value,
      entry: entryFor(zone, part.prepared, value, ttl),
    }));
  } catch (error) {
    if (!isDnsError(error)) throw error;
    part.error = error;
    return [];
  }
}

function entryFor(
  zone: Zone,
  { current, change: { key } }: PreparedChange,
  value: string,
  ttl: number,
): BatchEntry {
  const { Value, Priority } = valueParameters(key.type, value);
  return {
    Rr: relativeName(key.name, zone.name),
    Type: key.type,
    Value: String(Value),
    Line: key.line,
    Ttl: ttlBeside(current, ttl),
    ...(Priority !== undefined && { Priority }),
  };
}

function itemsToDelete(parts: readonly Part[]): { inBatch: Item[]; byId: Deletion[] } {
  const inBatch: Item[] = [];
  const byId: Deletion[] = [];
  for (const part of parts) {
    const { current, change } = part.prepared;
    const known = heldOf(current);
    const kept = idsInReceipts(change.receipts ?? []);
    for (const value of change.remove)
      for (const held of recordsToDelete(value, known, kept)) {
        if ('record' in held && known?.isAlone(held))
          inBatch.push({ type: 'RR_DEL', part, value, entry: asListed(held) });
        else byId.push({ part, value, id: held.id });
      }
  }
  return { inBatch, byId };
}

/** Spelled as the vendor lists it. */
function asListed({ record: { RR, Type, Value, Line } }: Held): BatchEntry {
  return { Rr: String(RR), Type: String(Type), Value: String(Value), Line: String(Line ?? 'default') };
}

function settle({ type, part, value, entry }: Item, outcome: EntryOutcome): void {
  if (outcome.kind !== 'done') {
    const isUnknown = outcome.kind === 'unknown';
    const why = isUnknown ? 'the vendor does not say what became of it' : outcome.reason;
    part.error ??= new DnsError(
      'PROTOCOL',
      `The batch did not carry out ${entry.Type} "${value}" at ${entry.Rr}: ${why}`,
      { provider: manifest.id, operation: 'OperateBatchDomain', outcomeUnknown: isUnknown },
    );
    return;
  }
  part.writes += 1;
  if (type === 'RR_DEL') part.removed.add(value);
  else if (outcome.recordId !== undefined) part.recordIds.set(value, outcome.recordId);
}

async function deleteOne(api: Api, { part, value, id }: Deletion, call: Call): Promise<void> {
  if (!(await deleteRecord(api, id, call))) return;
  part.writes += 1;
  part.removed.add(value);
}

function resultOf({ prepared, present, recordIds, removed, writes, error }: Part): Receipt | DnsError {
  if (error) {
    if (writes === 0 || error.outcomeUnknown) return error;
    // Repeated as a whole, the change would take its own values for somebody else's.
    return new DnsError(error.code, error.message, { ...error, outcomeUnknown: true, cause: error.cause });
  }
  return {
    settled: true,
    present,
    absent: prepared.change.remove.filter((value) => !removed.has(value)),
    native: { recordIds: Object.fromEntries(recordIds) },
  };
}
