import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { CONFIG, DNS_FLAGS, FROM, JOURNAL, PLACE_FLAGS, TIMEOUT, TTL } from '../flags.js';
import { withLeftovers } from '../leftovers.js';
import { Outcomes } from '../outcomes.js';
import { showRecord } from '../output/record-text.js';
import { requestedRecords, WRITABLE_TYPES } from '../requested-records.js';
import { openSession } from '../session.js';
import { resolveSettings } from '../settings.js';

export const add: Command = {
  usage: 'NAME TYPE VALUE | --from FILE.json',
  description: `Writes records and ends as soon as the vendor has accepted them. A value that is there already is left as it is and
counts as done. Prints the lease: its id removes exactly this value again.`,
  examples: [
    'domainproof add _dnsauth.example.com TXT 202601020304abcdef',
    'domainproof add _dnsauth TXT token --zone example.com --ttl 600 --json',
    'domainproof add --from challenges.json --provider alidns',
  ],
  flags: [FROM, ...PLACE_FLAGS, TTL, TIMEOUT, ...DNS_FLAGS, JOURNAL, CONFIG],

  async run(invocation) {
    const { positionals, flags, io, output } = invocation;
    const settings = await resolveSettings(flags, io);
    const from = flags.text('from');
    const records = await requestedRecords(positionals, from, WRITABLE_TYPES, settings, io);
    const outcomes = new Outcomes();
    const { client, journal } = await openSession(invocation, settings, (event) => outcomes.apply(event));
    const leases = await withLeftovers(journal, records, () =>
      client
        .ensureAll(records, { signal: io.signal, timeoutMs: settings.timeoutMs })
        .catch((error) => Promise.reject(outcomes.failure(records, error))),
    );
    output.result(
      from === undefined ? leases[0]! : { leases },
      leases.map((lease) => `${lease.id} ${showRecord(lease)}${lease.created ? '' : ' (was there already)'}`),
    );
    return EXIT.done;
  },
};
