import { randomBytes } from 'node:crypto';
import {
  type Call,
  createClient,
  type DesiredRecord,
  type DnsProvider,
  isDnsError,
  type Journal,
  type Lease,
  type Zone,
} from '@domainproof/core';
import { CHECK_LABEL } from './try-reads.js';

/** What trying to write came to. */
export interface WriteTrial {
  /** Errors other than a missing permission, in the order in which they happened. */
  errors: readonly unknown[];
  /** Values that could not be taken away again; the journal holds them. */
  left: readonly Lease[];
}

/**
 * Adds TXT records of our own and takes them away at once, through the engine and with leases in the journal: one alone, then
 * two in one set where sets are written as a whole, then as many as the vendor's batch takes. As soon as something cannot be
 * taken away again, nothing more is added.
 *
 * @param isRefusal Whether an error says that a permission is missing
 */
export async function tryWrites(
  provider: DnsProvider,
  zone: Zone,
  journal: Journal,
  call: Call,
  isRefusal: (error: unknown) => boolean,
): Promise<WriteTrial> {
  const { log, onApiCall, signal } = call;
  const client = createClient({ providers: [provider], journal, log, onApiCall });
  const ours = new Set<string>();
  const errors: unknown[] = [];
  const left = async () => (await journal.all()).filter(({ value }) => ours.has(value));

  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      if (!isDnsError(error)) throw error;
      if (!isRefusal(error)) errors.push(error);
    }
  };
  const record = (label: string): DesiredRecord => {
    const value = `domainproof-check-${randomBytes(16).toString('hex')}`;
    ours.add(value);
    return { name: `${label}.${zone.name}`, type: 'TXT', value, zone: zone.name };
  };
  /** Of a name that nobody has: beside another value, the set would neither be created nor deleted. */
  const newLabel = () => `${CHECK_LABEL}-${randomBytes(4).toString('hex')}`;
  /** Whatever became of adding them, and also after an interruption: `release` has a deadline of its own. */
  const take = async () => {
    const leases = await left();
    if (leases.length > 0) await attempt(() => client.releaseAll(leases));
  };

  const rounds: (() => Promise<unknown>)[] = [() => client.ensure(record(newLabel()), { signal })];
  if (provider.capabilities.writes === 'replace')
    rounds.push(async () => {
      const label = newLabel();
      const first = await client.ensure(record(label), { signal });
      const second = await client.ensure(record(label), { signal });
      for (const lease of [second, first]) await client.release(lease);
    });
  const { batch } = provider.capabilities;
  if (batch) {
    const records = Array.from({ length: batch.from }, () => record(newLabel()));
    rounds.push(() => client.ensureAll(records, { signal }));
  }
  for (const round of rounds) {
    await attempt(round);
    await take();
    if (errors.length > 0 || signal.aborted || (await left()).length > 0) break;
  }
  return { errors, left: await left() };
}
