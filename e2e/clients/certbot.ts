import { join } from 'node:path';
import { type Client, EMAIL } from './client.js';
import { hookCommand, launch } from './launch.js';

export const certbot: Client = {
  title: 'certbot',
  commands: ['certbot'],
  async start(order) {
    const { scenario, domain, folder } = order;
    const { directory, trust } = scenario.authority;
    const state = ['config', 'work', 'logs'].flatMap((name) => [`--${name}-dir`, join(folder, name)]);
    const hooks = [
      ...['--manual-auth-hook', `${hookCommand('certbot', order)} auth`],
      ...['--manual-cleanup-hook', `${hookCommand('certbot', order)} cleanup`],
    ];
    const account = ['--server', directory, '--agree-tos', '-m', EMAIL, '--non-interactive'];
    const domains = ['-d', domain, '-d', `*.${domain}`];
    const args = ['certonly', '--manual', '--preferred-challenges', 'dns', ...hooks, ...account];
    return {
      ...launch(order, 'certbot', [...args, ...state, ...domains], { REQUESTS_CA_BUNDLE: trust }),
      certificate: join(folder, 'config', 'live', domain, 'fullchain.pem'),
    };
  },
};
