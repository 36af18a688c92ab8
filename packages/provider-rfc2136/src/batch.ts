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

/** Octets of prerequisites and updates in one message. A single change that is larger has one for itself. */
const MESSAGE_OCTETS = 48_000;
/** Fixed fields of a record, and a name that was written before (RFC 1035 section 4.1.4). */
const RECORD_OCTETS = 12;

/** Refusals that may be about one change of a message. Nothing of it was carried out then (RFC 2136 section 3). */
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

/**
 * Many changes in as few messages as hold them; each message is carried out as a whole or not at all. One that is refused is
 * halved until the change is found that it was refused for.
 */
export async function applyChanges(
  api: Api,
  zone: Zone,
  changes: readonly PreparedChange[],
  call: Call,
): Promise<(Receipt | DnsError)[]> {
  if (call.signal.aborted) throw abortError(call.signal, { provider: manifest.id, operation: 'Update' });
  const batch = new Batch(api, zone, call);
  const entries = changes.flatMap((prepared, index) => batch.prepare(prepared, index));
  for (const message of messagesOf(entries)) await batch.apply(message);
  return batch.outcomes();
}

class Batch {
  readonly #api: Api;
  readonly #zone: Zone;
  readonly #call: Call;
  readonly #outcomes: (Receipt | DnsError)[] = [];
  #isAnythingDone = false;
  /** After it no other message is worth a try. */
  #stop: DnsError | undefined;

  constructor(api: Api, zone: Zone, call: Call) {
    this.#api = api;
    this.#zone = zone;
    this.#call = call;
  }

  /** Nothing if there is nothing to be sent for a change. */
  prepare({ current, change }: PreparedChange, index: number): Entry[] {
    try {
      assertLine(change);
      const assumed = storedSetOf(current) ?? nothing(change);
      assertNoConflict(assumed, change);
      const plan = planOf(assumed, change);
      this.#outcomes[index] = plan.receipt;
      return plan.updates.length > 0 ? [{ index, plan }] : [];
    } catch (error) {
      if (!isDnsError(error)) throw error;
      this.#outcomes[index] = error;
      return [];
    }
  }

  async apply(entries: readonly Entry[]): Promise<void> {
    if (this.#stop) return this.#fail(entries, this.#stop, false);
    try {
      const plans = entries.map(({ plan }) => plan);
      await this.#api.update(
        this.#zone.name,
        plans.flatMap(({ prerequisites }) => prerequisites),
        plans.flatMap(({ updates }) => updates),
        this.#call,
      );
      this.#isAnythingDone = true;
    } catch (error) {
      if (!isDnsError(error)) throw error;
      const isAboutOne = ABOUT_ONE.has(error.code) && !error.outcomeUnknown;
      if (isAboutOne && entries.length > 1) {
        const middle = Math.ceil(entries.length / 2);
        await this.apply(entries.slice(0, middle));
        await this.apply(entries.slice(middle));
        return;
      }
      if (!isAboutOne) this.#stop = error;
      this.#fail(entries, error, error.outcomeUnknown);
    }
  }

  /** @throws DnsError if nothing was carried out for a reason that concerns all changes */
  outcomes(): (Receipt | DnsError)[] {
    if (this.#stop && !this.#isAnythingDone && !this.#stop.outcomeUnknown) throw this.#stop;
    return this.#outcomes;
  }

  #fail(entries: readonly Entry[], error: DnsError, outcomeUnknown: boolean): void {
    for (const { index, plan } of entries) {
      const details = { ...error, outcomeUnknown, present: plan.receipt.present, cause: error.cause };
      this.#outcomes[index] = new DnsError(error.code, error.message, details);
    }
  }
}

function messagesOf(entries: readonly Entry[]): Entry[][] {
  const messages: Entry[][] = [];
  let room = 0;
  for (const entry of entries) {
    const octets = sizeOf(entry);
    if (octets > room) {
      messages.push([]);
      room = MESSAGE_OCTETS;
    }
    messages.at(-1)!.push(entry);
    room -= octets;
  }
  return messages;
}

function sizeOf({ plan }: Entry): number {
  const records = [...plan.prerequisites, ...plan.updates];
  return records.reduce(
    (octets, { rdata }) => octets + RECORD_OCTETS + rdata.length,
    records[0]!.name.length,
  );
}
