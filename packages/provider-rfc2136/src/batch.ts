import {
  abortError,
  type Call,
  DnsError,
  isDnsError,
  type PreparedChange,
  type Receipt,
  type Zone,
} from '@domainproof/core';
import type { Api } from './api.js';
import { assertLine, assertNoConflict } from './change.js';
import { manifest } from './manifest.js';
import { nothing, type Plan, planOf } from './plan.js';
import { storedSetOf } from './stored-set.js';
import type { ResourceRecord } from './wire/message.js';

/** Octets of prerequisites and updates in one message; the smallest message that can hold one long value takes more. */
const MESSAGE_OCTETS = 48_000;
/** Fixed fields of a record and a compressed name that is not written for the first time (RFC 1035 section 4.1.3). */
const RECORD_OCTETS = 12;

/** Refusals that may be about one entry of a message; nothing of it was carried out then (RFC 2136 section 3.4). */
const ABOUT_ONE: ReadonlySet<string> = new Set([
  'RECORD_CONFLICT',
  'FORBIDDEN',
  'INVALID_NAME',
  'QUOTA_EXCEEDED',
]);

interface Entry {
  index: number;
  plan: Plan;
}

type Outcome = Receipt | DnsError;

/**
 * Many changes in as few messages as hold them; each message is carried out as a whole or not at all. One that is refused is
 * halved until the entry is found that it was refused for.
 */
export async function applyChanges(
  api: Api,
  zone: Zone,
  changes: readonly PreparedChange[],
  call: Call,
): Promise<Outcome[]> {
  if (call.signal.aborted) throw abortError(call.signal, { provider: manifest.id, operation: 'Update' });
  const outcomes: Outcome[] = [];
  const entries: Entry[] = [];
  for (const [index, { current, change }] of changes.entries()) {
    try {
      assertLine(change);
      const assumed = storedSetOf(current) ?? nothing(change);
      assertNoConflict(assumed, change);
      const plan = planOf(assumed, change);
      outcomes[index] = plan.receipt;
      if (plan.updates.length > 0) entries.push({ index, plan });
    } catch (error) {
      if (!isDnsError(error)) throw error;
      outcomes[index] = error;
    }
  }
  const isAnythingDone = { value: false };
  let stop: DnsError | undefined;
  for (const message of messagesOf(entries)) {
    if (stop) {
      const untouched = new DnsError(stop.code, stop.message, { ...stop, outcomeUnknown: false });
      for (const { index } of message) outcomes[index] = untouched;
      continue;
    }
    stop = await apply(api, zone, message, outcomes, isAnythingDone, call);
  }
  if (stop && !isAnythingDone.value && !stop.outcomeUnknown) throw stop;
  return outcomes;
}

/** Returns the error after which no other message is worth a try. */
async function apply(
  api: Api,
  zone: Zone,
  entries: readonly Entry[],
  outcomes: Outcome[],
  isAnythingDone: { value: boolean },
  call: Call,
): Promise<DnsError | undefined> {
  try {
    await api.update(
      zone.name,
      entries.flatMap(({ plan }) => plan.prerequisites),
      entries.flatMap(({ plan }) => plan.updates),
      call,
    );
    isAnythingDone.value = true;
    return undefined;
  } catch (error) {
    if (!isDnsError(error)) throw error;
    const isAboutOne = ABOUT_ONE.has(error.code) && !error.outcomeUnknown;
    if (!isAboutOne || entries.length === 1) {
      for (const { index, plan } of entries)
        outcomes[index] = new DnsError(error.code, error.message, {
          ...error,
          present: plan.receipt.present,
          cause: error.cause,
        });
      return isAboutOne ? undefined : error;
    }
  }
  const middle = Math.ceil(entries.length / 2);
  const [left, right] = [entries.slice(0, middle), entries.slice(middle)];
  const stop = await apply(api, zone, left, outcomes, isAnythingDone, call);
  if (!stop) return apply(api, zone, right, outcomes, isAnythingDone, call);
  const untouched = new DnsError(stop.code, stop.message, { ...stop, outcomeUnknown: false });
  for (const { index } of right) outcomes[index] = untouched;
  return stop;
}

function messagesOf(entries: readonly Entry[]): Entry[][] {
  const messages: Entry[][] = [];
  let room = 0;
  for (const entry of entries) {
    const octets = sizeOf([...entry.plan.prerequisites, ...entry.plan.updates]);
    if (octets > room) {
      messages.push([]);
      room = MESSAGE_OCTETS;
    }
    messages.at(-1)!.push(entry);
    room -= octets;
  }
  return messages;
}

function sizeOf(records: readonly ResourceRecord[]): number {
  const name = records[0]?.name.length ?? 0;
  return name + records.reduce((octets, { rdata }) => octets + RECORD_OCTETS + rdata.length, 0);
}
