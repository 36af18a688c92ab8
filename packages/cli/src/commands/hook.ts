import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { CONFIG, DNS_FLAGS, JOURNAL, PLACE_FLAGS, TIMEOUT, TTL } from '../flags.js';
import { CLIENT_NAMES, hookClient } from '../hooks/clients.js';

export const hook: Command = {
  usage: `${CLIENT_NAMES.join('|')} [FLAGS] [WORDS OF THE CLIENT]`,
  description: `What an ACME client calls to have its challenge records put in place and taken away. Writes the records of a call and returns when
every name server shows them; where the client calls all its hooks before the authority looks, only the last one waits. A clean-up
finds what another process wrote. Standard output holds what the client wants there and nothing else. Flags stand before the
client's own words. --print-config prints the lines that make the client call this hook, with the flags that stand beside it.`,
  examples: [
    'domainproof hook certbot --print-config',
    'domainproof hook acme.sh --print-config --config /etc/domainproof/config.json',
    'domainproof hook lego --timeout 5m present _acme-challenge.example.com. 9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI',
    'domainproof hook lego cleanup _acme-challenge.example.com. 9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI',
  ],
  flags: [
    { name: 'print-config', description: 'print what to paste into the configuration of the client' },
    ...PLACE_FLAGS,
    TTL,
    TIMEOUT,
    ...DNS_FLAGS,
    JOURNAL,
    CONFIG,
  ],
  // The client's name, and the first word of the client itself.
  ownWords: 2,
  isCalledByPrograms: true,

  async run(invocation) {
    const { positionals, flags, io, output } = invocation;
    const [name, ...words] = positionals;
    const client = await hookClient(name);
    if (!flags.has('print-config')) {
      const { runHook } = await import('../hooks/run-hook.js');
      return runHook(client, words, invocation);
    }
    const { callOf } = await import('../hooks/own-call.js');
    const config = client.config(callOf(client.name, invocation));
    if (flags.has('json') || flags.has('events')) output.result({ client: client.name, config }, []);
    else io.stdout.write(config);
    return EXIT.done;
  },
};
