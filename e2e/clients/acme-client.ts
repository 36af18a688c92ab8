import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, EMAIL } from './client.js';
import { launch } from './launch.js';

const TSX = fileURLToPath(new URL('../../node_modules/.bin/tsx', import.meta.url));
const SCRIPT = fileURLToPath(new URL('../../examples/issue-certificate.ts', import.meta.url));

/** npm's acme-client, in the script that the examples have for it. */
export const acmeClient: Client = {
  title: 'acme-client',
  commands: [],
  async start(order) {
    const { scenario, domain, folder } = order;
    const { directory, trust } = scenario.authority;
    const settings = { ACME_DIRECTORY: directory, ACME_EMAIL: EMAIL, CERTIFICATES: folder };
    return {
      ...launch(order, TSX, [SCRIPT, domain], { NODE_EXTRA_CA_CERTS: trust, ...settings }),
      certificate: join(folder, `${domain}.pem`),
    };
  },
};
