import { DnsError, isDnsError } from '../errors.js';
import type { Json, Receipt, RecordSet, ValueChange } from '../provider.js';
import { sleep } from '../sleep.js';
import type { SetRequest } from './request.js';
import { settle } from './settle.js';

/** How often a write is begun anew because a set changed under it, a value was lost to another writer, or the answer was. */
const MAX_WRITES = 5;

/** One record set at one account. */
export type SetAddress = Pick<SetRequest, 'account' | 'zone' | 'key'>;

export interface WriteOutcome {
  /** Values that were there before, made by someone else. */
  present: ReadonlySet<string>;
  /** Seconds, as the set has it now. */
  ttl: number;
  /** What the adapter wants to see again when the values are removed. */
  receipt?: Json;
}

/**
 * Puts values into one record set and waits until the provider serves them. The first write is made without a look at the
 * set, since the vendors refuse what exists; a refusal, or an answer that got lost, makes it look.
 *
 * @throws DnsError what the provider said; `RECORD_CONFLICT` names the record set that is in the way; `TIMEOUT` if the
 * value was accepted but not served in time.
 */
export async function addValues(request: SetRequest, signal: AbortSignal): Promise<WriteOutcome> {
  const { account, zone, key, values } = request;
  const mine = new Set<string>(); // Put there by this call, or perhaps: its answer got lost.
  const present = new Set<string>();
  let seen: RecordSet | undefined;
  let receipt: Receipt | undefined;
  for (let writes = 1; ; writes += 1) {
    const missing = values.filter((value) => !seen?.values.includes(value));
    for (const value of values) if (!missing.includes(value) && !mine.has(value)) present.add(value);
    if (missing.length > 0) {
      assertNoConflict(request, seen);
      const change: ValueChange = { key, add: missing, remove: [], ttl: request.ttl.effective };
      try {
        receipt = await account.run(signal, (call) => account.provider.applyChange(zone, seen, change, call));
      } catch (error) {
        if (!mayLookAndRepeat(error) || writes === MAX_WRITES) throw error;
        if (error.outcomeUnknown) for (const value of missing) mine.add(value);
        if (writes > 1) await pause(writes, signal);
        seen = await look(request, signal);
        continue;
      }
      for (const value of receipt.present ?? []) if (!mine.has(value)) present.add(value);
      for (const value of missing) if (!present.has(value)) mine.add(value);
    }
    const settled = await settle(request, receipt, seen, signal);
    const lost = settled ? values.filter((value) => !settled.values.includes(value)) : [];
    if (lost.length === 0)
      return { present, ttl: (settled ?? seen)?.ttl ?? request.ttl.effective, receipt: receipt?.native };
    if (writes === MAX_WRITES)
      throw new DnsError('BUSY', `Another writer keeps taking values out of ${key.name} ${key.type}.`, {
        provider: account.id,
        hint: 'Stop the other program that rewrites this record set, or let both use the same journal.',
      });
    await pause(writes, signal);
    seen = settled;
  }
}

/**
 * Takes values out of one record set, and nothing else.
 *
 * @param receipts the `native` of the receipts that added the values; an adapter that finds record ids in them need not look.
 * @returns the values that were there; the others were gone already.
 */
export async function removeValues(
  address: SetAddress,
  values: readonly string[],
  receipts: readonly Json[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const { account, zone, key } = address;
  const removed = new Set<string>();
  let looked = account.provider.capabilities.writes === 'replace';
  let seen = looked ? await look(address, signal) : undefined;
  let attempted = false; // A removal whose answer got lost: what is gone now was taken by it.
  for (let writes = 1; ; writes += 1) {
    const there = looked ? values.filter((value) => seen?.values.includes(value)) : values;
    if (there.length === 0) return attempted ? new Set(values) : removed;
    const ttl = seen?.ttl ?? 0;
    const change: ValueChange = { key, add: [], remove: there, ttl, receipts: looked ? [] : receipts };
    try {
      const receipt = await account.run(signal, (call) =>
        account.provider.applyChange(zone, seen, change, call),
      );
      const absent = new Set(receipt.absent);
      for (const value of there) if (!absent.has(value)) removed.add(value);
      // A record id that is gone does not mean that the value is: it may have been put there anew, under another id.
      const doubtful = !looked && receipts.length > 0 && absent.size > 0;
      if (!doubtful) return attempted ? new Set(values) : removed;
    } catch (error) {
      if (!mayLookAndRepeat(error) || writes === MAX_WRITES) throw error;
      attempted ||= error.outcomeUnknown;
      if (writes > 1) await pause(writes, signal);
    }
    seen = await look(address, signal);
    looked = true;
  }
}

function look({ account, zone, key }: SetAddress, signal: AbortSignal): Promise<RecordSet | undefined> {
  return account.run(signal, (call) => account.provider.readRecordSet(zone, key, call));
}

/** A refusal because of what is there, or an answer that got lost: the set itself tells how to go on. */
function mayLookAndRepeat(error: unknown): error is DnsError {
  return isDnsError(error) && (error.code === 'RECORD_CONFLICT' || (error.outcomeUnknown && error.retryable));
}

/** Random, so that two writers that met do not meet again. */
function pause(writes: number, signal: AbortSignal): Promise<void> {
  return sleep(Math.random() * 300 * writes, signal);
}

/** @throws DnsError `RECORD_CONFLICT` if another record set at the name excludes this one. */
export function assertNoConflict({ account, key }: SetRequest, seen: RecordSet | undefined): void {
  const target = key.type === 'CNAME' ? seen?.values[0] : undefined;
  if (target !== undefined)
    throw new DnsError(
      'RECORD_CONFLICT',
      `${key.name} is a CNAME to ${target} already, and a name holds one.`,
      {
        provider: account.id,
        hint: 'Remove that CNAME if it is left over from an earlier validation, or choose TXT validation.',
      },
    );
  const culprit = seen?.conflicts[0];
  if (!culprit) return;
  throw new DnsError(
    'RECORD_CONFLICT',
    `A ${key.type} record cannot be added at ${key.name}: a ${culprit.type} record is there (line ${culprit.line}).`,
    {
      provider: account.id,
      hint:
        culprit.type === 'CNAME'
          ? 'Remove the CNAME, or prove the domain at the name that the CNAME points to.'
          : 'A CNAME must be the only record at its name: remove the other record, or choose TXT validation.',
    },
  );
}
