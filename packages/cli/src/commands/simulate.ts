import { once } from 'node:events';
import { toFqdn } from '@domainproof/core';
import type { SimulatedZone } from '@domainproof/simulator';
import type { Command } from '../command.js';
import { UsageError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { showName } from '../output/record-text.js';

/** Milliseconds; more than this is no delay but a fault. */
const MAX_DELAY_MS = 3_600_000;

export const simulate: Command = {
  usage: '',
  description: `Runs both clouds' HTTP APIs and their name servers on this machine until it is interrupted, and prints the settings that
point domainproof, and anything else that speaks these protocols, to them. Signatures are checked. Ends with exit code 0.`,
  examples: [
    'domainproof simulate > simulator.env    # in another terminal: . ./simulator.env',
    'domainproof simulate --zone huaweicloud:example.com --zone alidns:shop.example.com',
    'domainproof simulate --delay 300-2000 --json',
  ],
  flags: [
    {
      name: 'zone',
      value: 'CLOUD:NAME',
      repeatable: true,
      description: 'a zone at huaweicloud or alidns (default: example.com and example.net)',
    },
    {
      name: 'delay',
      value: 'MS|FROM-TO',
      description:
        'milliseconds from a write until a cloud’s first and second name server serve it (default 0)',
    },
  ],

  async run({ positionals, flags, io, output }) {
    if (positionals.length > 0)
      throw new UsageError(`simulate takes no words ("${positionals[0]}"), only flags.`);
    const zones = flags.list('zone').map(parseZone);
    const delay = parseDelay(flags.text('delay'));
    const { startSimulator } = await import('@domainproof/simulator');
    const simulator = await startSimulator({
      ...(zones.length > 0 && { zones }),
      ...(delay && { serverDelaysMs: { huaweicloud: delay, alidns: delay } }),
    });
    try {
      const { env } = simulator;
      output.result(
        { env },
        Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}`),
      );
      if (output.showsProgress) io.stderr.write('The simulator runs. Ctrl-C ends it.\n');
      if (!io.signal.aborted) await once(io.signal, 'abort');
    } finally {
      await simulator.close();
    }
    return EXIT.done;
  },
};

function parseZone(text: string): SimulatedZone {
  const [, cloud, name] = /^(huaweicloud|alidns):(.+)$/.exec(text) ?? [];
  if (cloud === undefined || name === undefined)
    throw new UsageError(`--zone takes huaweicloud:NAME or alidns:NAME here, not "${text}".`);
  return { name: showName(toFqdn(name)), cloud: cloud as SimulatedZone['cloud'] };
}

function parseDelay(text: string | undefined): readonly [number, number] | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d{1,7})(?:-(\d{1,7}))?$/.exec(text);
  const from = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  if (!match || from > to || to > MAX_DELAY_MS)
    throw new UsageError(`--delay takes milliseconds, as in 500 or 300-2000, not "${text}".`);
  return [from, to];
}

function shellQuote(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
