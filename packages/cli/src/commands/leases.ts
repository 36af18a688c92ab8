import { fileJournal, type Lease, toFqdn } from '@domainproof/core';
import type { Command } from '../command.js';
import { formatDuration, parseDuration } from '../duration.js';
import { UsageError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { CONFIG, JOURNAL } from '../flags.js';
import { count, showRecord } from '../output/record-text.js';
import { resolveSettings } from '../settings.js';

export const leases: Command = {
  usage: '',
  description: `Lists the leases of the journal, oldest first: what domainproof wrote and has not removed. Leases on values that were
there before are left out, as removing them would change nothing; --all shows them too. Asks no provider.`,
  examples: [
    'domainproof leases',
    'domainproof leases --older-than 24h --provider alidns',
    'domainproof leases --all --json',
  ],
  flags: [
    { name: 'all', description: 'also leases on values that were there before' },
    {
      name: 'older-than',
      value: 'TIME',
      description: 'only leases made before this time, such as 30m, 24h, 7d',
    },
    { name: 'provider', value: 'ID', description: 'only leases at this provider' },
    { name: 'zone', value: 'NAME', description: 'only leases in this zone' },
    JOURNAL,
    CONFIG,
  ],

  async run({ positionals, flags, io, output }) {
    if (positionals.length > 0)
      throw new UsageError(`leases takes no words ("${positionals[0]}"), only flags.`);
    const settings = await resolveSettings(flags, io);
    const olderThan = flags.text('older-than');
    const before =
      olderThan === undefined ? undefined : Date.now() - parseDuration(olderThan, '--older-than');
    const zone = settings.zone === undefined ? undefined : toFqdn(settings.zone);
    const found = (await fileJournal({ file: settings.journal }).all())
      .filter((lease) => flags.has('all') || lease.created)
      .filter((lease) => before === undefined || Date.parse(lease.createdAt) < before)
      .filter((lease) => settings.provider === undefined || lease.provider === settings.provider)
      .filter((lease) => zone === undefined || lease.zone === zone)
      .sort((one, other) => one.createdAt.localeCompare(other.createdAt));
    output.result({ leases: found }, [...found.map(leaseLine), count(found.length, 'lease')]);
    return EXIT.done;
  },
};

function leaseLine(lease: Lease): string {
  const age = formatDuration(Math.max(0, Date.now() - Date.parse(lease.createdAt)));
  return `${lease.id} ${showRecord(lease)}, ${age} old${lease.created ? '' : ', was there before'}`;
}
