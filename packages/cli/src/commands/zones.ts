import type { Call, DnsProvider, Zone } from '@domainproof/core';
import type { Command } from '../command.js';
import { UsageError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { CONFIG, PLACE_FLAGS, TIMEOUT } from '../flags.js';
import { showName } from '../output/record-text.js';
import { chosenProviders, openVendors } from '../session.js';
import { resolveSettings } from '../settings.js';

/** Milliseconds for all the pages of all the providers. */
const LIST_MS = 120_000;

export const zones: Command = {
  usage: '',
  description: `Lists every zone of every configured provider. If one provider fails, the others are listed all the same; the failure is told
and sets the exit code.`,
  examples: ['domainproof zones', 'domainproof zones --provider huaweicloud --json'],
  flags: [PLACE_FLAGS[0]!, TIMEOUT, CONFIG],

  async run(invocation) {
    const { positionals, flags, io, output } = invocation;
    if (positionals.length > 0)
      throw new UsageError(`zones takes no words ("${positionals[0]}"), only flags.`);
    const settings = await resolveSettings(flags, io);
    const vendors = await openVendors(invocation, settings);
    const { call } = vendors;
    const asked = chosenProviders(vendors, settings);
    const deadline = AbortSignal.timeout(settings.timeoutMs ?? LIST_MS);
    // A combined signal does not hold its sources: without a listener of its own, the timer goes with the garbage.
    deadline.addEventListener('abort', () => {}, { once: true });
    const signal = AbortSignal.any([io.signal, deadline]);
    const answers = await Promise.allSettled(asked.map((provider) => list(provider, call(signal))));
    const failures = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as Error] : [],
    );
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    // With nothing to show, the failure is the whole outcome.
    if (failures.length === asked.length || io.signal.aborted) throw failures[0];
    const errors = failures.map((failure) => output.tellFailure(failure));
    output.result(
      { zones: found, ...(errors.length > 0 && { errors: errors.map(({ json }) => json) }) },
      found.map((zone) => `${zone.provider} ${showName(zone.name)} ${zone.status} ${zone.id}`),
    );
    return errors[0]?.exitCode ?? EXIT.done;
  },
};

async function list(provider: DnsProvider, call: Call) {
  const found: (Omit<Zone, 'limits'> & { provider: string })[] = [];
  for await (const { id, name, status, nameServers } of provider.listZones(call))
    found.push({ provider: provider.id, name, status, id, ...(nameServers && { nameServers }) });
  return found;
}
