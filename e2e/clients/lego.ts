import { join } from 'node:path';
import { EMAIL, type Order, type Run } from './client.js';
import { launch } from './launch.js';

/** What lego hands to its provider: the digest and the full name, or what the authority sent. */
export type Mode = '' | 'RAW';

/** @param provider of lego’s. @param settings its environment variables */
export function launchLego(order: Order, provider: string, settings: Readonly<Record<string, string>>): Run {
  const { scenario, domain, folder } = order;
  const { directory, trust } = scenario.authority;
  // lego's own look at the name servers goes to port 53.
  const dns = ['--dns', provider, '--dns.resolvers', scenario.resolver, '--dns.disable-cp'];
  const args = ['--server', directory, '--accept-tos', '--email', EMAIL, '--path', folder];
  const environment = { LEGO_CA_CERTIFICATES: trust, ...settings };
  return {
    ...launch(order, 'lego', [...args, ...dns, '-d', domain, '-d', `*.${domain}`, 'run'], environment),
    certificate: join(folder, 'certificates', `${domain}.crt`),
  };
}
