import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, EMAIL } from './client.js';
import { hookCommand, launch, program } from './launch.js';

/** One call of the hook for each value, or one for all of them. */
export const dehydrated = kindOf('dehydrated, HOOK_CHAIN no', 'no');
export const dehydratedChain = kindOf('dehydrated, HOOK_CHAIN yes', 'yes');

function kindOf(title: string, hookChain: 'yes' | 'no'): Client {
  return {
    title,
    commands: ['dehydrated', 'curl'],
    async start(order) {
      const { scenario, domain, folder } = order;
      const { directory, trust } = scenario.authority;
      const config = join(folder, 'config');
      writeFileSync(join(folder, 'domains.txt'), `${domain} *.${domain}\n`);
      writeFileSync(
        config,
        `CA="${directory}"
BASEDIR="${folder}"
CHALLENGETYPE="dns-01"
HOOK="${program(folder, hookCommand('dehydrated', order))}"
HOOK_CHAIN="${hookChain}"
CURL_OPTS="--cacert ${trust}"
CONTACT_EMAIL="${EMAIL}"
KEY_ALGO="prime256v1"
`,
      );
      return {
        ...launch(order, 'dehydrated', ['--config', config, '--accept-terms', '--cron']),
        certificate: join(folder, 'certs', domain, 'fullchain.pem'),
      };
    },
  };
}
