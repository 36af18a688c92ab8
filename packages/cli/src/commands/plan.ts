import type { PlannedChange } from '@domainproof/core';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { CONFIG, DNS_FLAGS, FROM, JOURNAL, PLACE_FLAGS, TIMEOUT, TTL } from '../flags.js';
import { count, showName, showValue } from '../output/record-text.js';
import { requestedRecords, WRITABLE_TYPES } from '../requested-records.js';
import { openSession } from '../session.js';
import { resolveSettings } from '../settings.js';

export const plan: Command = {
  usage: 'NAME TYPE VALUE | --from FILE.json',
  description: `Shows which cloud and zone would hold each record, what would be written and what stays. Reads only.`,
  examples: [
    'domainproof plan _acme-challenge.example.net TXT token',
    'domainproof plan --from challenges.json --json',
  ],
  flags: [FROM, ...PLACE_FLAGS, TTL, TIMEOUT, ...DNS_FLAGS, JOURNAL, CONFIG],

  async run(invocation) {
    const { positionals, flags, io, output } = invocation;
    const settings = await resolveSettings(flags, io);
    const records = await requestedRecords(positionals, flags.text('from'), WRITABLE_TYPES, settings, io);
    const { client } = await openSession(invocation, settings);
    const { changes } = await client.plan(records, { signal: io.signal, timeoutMs: settings.timeoutMs });
    output.result({ changes }, changes.map(changeLine));
    return EXIT.done;
  },
};

function changeLine({ action, key, provider, zone, add, kept, ttl }: PlannedChange): string {
  const where = `${showName(key.name)} ${key.type} in ${showName(zone)} at ${provider}`;
  if (action === 'none') return `none      ${where}: everything is there`;
  const beside = kept.length > 0 ? `, beside ${count(kept.length, 'other value')}` : '';
  return `${action.padEnd(9)} ${where}: add ${add.map(showValue).join(', ')}${beside} (TTL ${ttl.effective} s)`;
}
