import type { Journal, Lease } from '@domainproof/core';
import type { Command } from '../command.js';
import { UsageError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { CONFIG, DNS_FLAGS, FROM, JOURNAL, PLACE_FLAGS, TIMEOUT } from '../flags.js';
import { Outcomes } from '../outcomes.js';
import { removalDocument, removalLines } from '../output/removal.js';
import { leasesOf } from '../proving/find-leases.js';
import { requestedRecords, WRITABLE_TYPES } from '../requested-records.js';
import { openSession } from '../session.js';
import { resolveSettings } from '../settings.js';
import { nearest } from '../suggest.js';

export const remove: Command = {
  usage: 'LEASE_ID … | NAME TYPE VALUE | --from FILE.json',
  description: `Takes exactly the leased values away; every other value at the name stays. A value that is gone already counts as done.
By lease id, a value that was there before the lease is kept. By NAME TYPE VALUE, the value is removed whoever wrote it.`,
  examples: [
    'domainproof remove alidns-0d0a4dd2-4c51-4d2e-9f0c-6a3f8f1f7a10',
    'domainproof remove _dnsauth.example.com TXT 202601020304abcdef',
    'domainproof remove --from challenges.json --json',
  ],
  flags: [FROM, ...PLACE_FLAGS, TIMEOUT, ...DNS_FLAGS, JOURNAL, CONFIG],

  async run(invocation) {
    const { positionals, flags, io, output } = invocation;
    const settings = await resolveSettings(flags, io);
    const from = flags.text('from');
    const byRecord = from !== undefined || namesARecord(positionals);
    const records = byRecord
      ? await requestedRecords(positionals, from, WRITABLE_TYPES, settings, io)
      : undefined;
    if (!byRecord && positionals.length === 0)
      throw new UsageError('Say what to remove: lease ids, NAME TYPE VALUE, or --from FILE.json.');

    const outcomes = new Outcomes();
    const session = await openSession(invocation, settings, (event) => outcomes.apply(event));
    const options = { signal: io.signal, timeoutMs: settings.timeoutMs };
    const { leases, excluded } = records
      ? await leasesOf(records, session, settings, options)
      : { leases: await knownLeases(positionals, session.journal), excluded: [] };
    const reports = await session.client
      .releaseAll(leases, { ...options, force: byRecord })
      .catch((error) => Promise.reject(outcomes.failure(leases, error)));
    output.result(removalDocument(reports, excluded), removalLines(reports, excluded));
    return EXIT.done;
  },
};

/** Lease ids have no dots, and names have. */
function namesARecord(words: readonly string[]): boolean {
  return (
    words[0]?.includes('.') === true ||
    (WRITABLE_TYPES as readonly string[]).includes(words[1]?.toUpperCase() ?? '')
  );
}

/** Nothing is removed unless every id is known. */
async function knownLeases(ids: readonly string[], journal: Journal): Promise<Lease[]> {
  const held = new Map((await journal.all()).map((lease) => [lease.id, lease]));
  return [...new Set(ids)].map((id) => {
    const lease = held.get(id);
    if (lease) return lease;
    const near = nearest(id, [...held.keys()]);
    throw new UsageError(
      `There is no lease "${id}" in the journal.`,
      near
        ? `Did you mean ${near}?`
        : 'It may be removed already; domainproof leases --all lists what there is.',
    );
  });
}
