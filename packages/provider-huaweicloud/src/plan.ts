import { DnsError, type Receipt, type ValueChange } from '@domainproof/core';
import { mostValues, tooMany } from './check-change.js';
import { manifest } from './manifest.js';
import { heldValues, isSettled, stateOf, type VendorSet } from './vendor-set.js';
import type { Written } from './write.js';

/** What has to be done to one set. `values` are canonical, `kept` in the vendor's own form. */
export type Step =
  | { kind: 'create'; values: readonly string[] }
  | {
      kind: 'update';
      set: VendorSet;
      kept: readonly string[];
      added: readonly string[];
      taken: readonly string[];
    }
  | { kind: 'delete'; set: VendorSet; taken: readonly string[] };

export interface Plan {
  /** One for each set that changes; the one that adds comes first. */
  steps: readonly Step[];
  /** Values to add that are there already. */
  present: readonly string[];
  /** Whether what is there already is served. */
  isPresentServed: boolean;
  /** A set that holds a value of the change before it. */
  recordSetId: string | undefined;
}

/**
 * What it takes to apply a change to the sets under its key: values are added to one set, and taken out of every set that
 * holds them.
 *
 * @throws DnsError `ZONE_INACTIVE` for adding to sets that the vendor does not serve, `QUOTA_EXCEEDED` and
 * `RECORD_CONFLICT` (CNAME) if no set has room.
 */
export function planChange(sets: readonly VendorSet[], change: ValueChange): Plan {
  const staying = sets.filter((set) => stateOf(set) !== 'leaving');
  const held = heldValues(staying);
  const present = change.add.filter((value) => held.includes(value));
  const missing = [...new Set(change.add)].filter((value) => !held.includes(value));
  const target = missing.length > 0 ? targetOf(staying, change, missing.length) : undefined;
  const steps: Step[] = [];
  if (target)
    steps.push({
      kind: 'update',
      set: target,
      kept: kept(target, change),
      added: missing,
      taken: taken(target, change),
    });
  else if (missing.length > 0) steps.push({ kind: 'create', values: missing });
  for (const set of staying) {
    const values = taken(set, change);
    if (set === target || values.length === 0) continue;
    const rest = kept(set, change);
    if (rest.length > 0) steps.push({ kind: 'update', set, kept: rest, added: [], taken: values });
    else steps.push({ kind: 'delete', set, taken: values });
  }
  return {
    steps,
    present,
    isPresentServed: isSettled(staying),
    recordSetId: staying.find((set) => concerns(set, change))?.id,
  };
}

/**
 * @param written the set that took the new values, if there were any
 * @param removed what was really taken away
 */
export function receiptOf(
  { present, isPresentServed, recordSetId }: Plan,
  change: ValueChange,
  written: Written | undefined,
  removed: Iterable<string>,
): Receipt {
  const gone = new Set(removed);
  const id = written?.id ?? recordSetId;
  return {
    // What was taken away has nothing left to be served.
    settled: written ? stateOf(written) === 'served' : present.length === 0 || isPresentServed,
    present,
    absent: change.remove.filter((value) => !gone.has(value)),
    ...(id === undefined ? {} : { native: { recordSetId: id } }),
  };
}

/** The set that takes the new values, or undefined if there is none and one is to be created. */
function targetOf(sets: readonly VendorSet[], change: ValueChange, count: number): VendorSet | undefined {
  const [first] = sets;
  if (!first) return undefined;
  const open = sets.filter((set) => stateOf(set) !== 'unserved');
  if (open.length === 0) throw notServed(first, change);
  const sizeWith = (set: VendorSet) => kept(set, change).length + count;
  const roomy = open.find((set) => sizeWith(set) <= mostValues(change.key.type));
  if (!roomy) throw tooMany(change.key, Math.min(...open.map(sizeWith)));
  return roomy;
}

/** The values that stay, byte for byte as the vendor gave them. */
function kept(set: VendorSet, { remove }: ValueChange): string[] {
  return set.values.filter(({ canonical }) => !remove.includes(canonical)).map(({ own }) => own);
}

/** The canonical values of a set that are to go. */
function taken(set: VendorSet, { remove }: ValueChange): string[] {
  return set.values.map(({ canonical }) => canonical).filter((value) => remove.includes(value));
}

function concerns(set: VendorSet, { add, remove }: ValueChange): boolean {
  return set.values.some(({ canonical }) => add.includes(canonical) || remove.includes(canonical));
}

function notServed({ status }: VendorSet, { key }: ValueChange): DnsError {
  const hints: Readonly<Record<string, string>> = {
    DISABLE: 'It was paused: enable it in the console, or delete it if nothing needs it.',
    ERROR: "Delete it in the console, and ask the vendor's support if that does not help.",
  };
  return new DnsError(
    'ZONE_INACTIVE',
    `Huawei Cloud holds ${key.name} ${key.type}, but does not serve it (status ${status}).`,
    {
      provider: manifest.id,
      hint: hints[status] ?? 'It was frozen: check arrears and notices of the account in the console.',
    },
  );
}
