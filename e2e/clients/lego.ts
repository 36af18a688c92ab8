import { join } from 'node:path';
import { type Client, EMAIL, type Order, type Run } from './client.js';
import { hookProgram, launch } from './launch.js';

/** What lego hands to its provider: the digest and the full name, or what the authority sent. */
type Mode = '' | 'RAW';

/** lego, with a hook that it runs for every value. */
export const legoExec = kindOf('lego exec, default', '');
export const legoExecRaw = kindOf('lego exec, RAW', 'RAW');

function kindOf(title: string, mode: Mode): Client {
  return {
    title,
    commands: ['lego'],
    async start(order) {
      return launchLego(order, 'exec', {
        EXEC_PATH: hookProgram(order.folder, 'domainproof', 'hook', 'lego'),
        EXEC_MODE: mode,
        EXEC_SEQUENCE_INTERVAL: '0',
      });
    },
  };
}

/** @param provider of lego's; @param settings its environment variables */
export function launchLego(order: Order, provider: string, settings: Readonly<Record<string, string>>): Run {
  const { scenario, names, folder } = order;
  const { directory, trust } = scenario.authority;
  // lego's own look at the name servers goes to port 53.
  const dns = ['--dns', provider, '--dns.resolvers', scenario.resolver, '--dns.disable-cp'];
  const domains = names.flatMap((name) => ['-d', name]);
  const args = ['--server', directory, '--accept-tos', '--email', EMAIL, '--path', folder];
  const environment = { LEGO_CA_CERTIFICATES: trust, ...settings };
  return {
    ...launch(order, 'lego', [...args, ...dns, ...domains, 'run'], environment),
    certificate: join(folder, 'certificates', `${names[0].replace('*', '_')}.crt`),
  };
}
