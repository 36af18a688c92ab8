import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Client, EMAIL } from './client.js';
import { hookCommand, launch, program } from './launch.js';

/** It trusts the certificates of the system, and nothing that it could be told of: so it gets a system where these are Pebble's. */
const UNSHARE = ['--user', '--map-root-user', '--mount'];
const SYSTEM_TRUST = '/etc/ssl/certs/ca-certificates.crt';
const SCRIPT = `set -e
trust=$1 email=$2 hook=$3 folder=$4 directory=$5; shift 5
mount --bind "$trust" ${SYSTEM_TRUST}
ours() { uacme --yes --confdir "$folder" --acme-url "$directory" --type EC "$@"; }
ours new "$email"
ours --hook "$hook" issue "$@"`;

const mayMount = spawnSync('unshare', [...UNSHARE, 'true']).status === 0;

export const uacme: Client = {
  title: 'uacme',
  commands: ['uacme', 'unshare'],
  obstacle: () =>
    mayMount
      ? undefined
      : 'uacme cannot be told what to trust, and this user may not mount it in place of the system’s',
  async start(order) {
    const { scenario, domain, folder } = order;
    const { directory, trust } = scenario.authority;
    const hook = program(folder, hookCommand('uacme', order));
    const args = [trust, EMAIL, hook, folder, directory, domain, `*.${domain}`];
    return {
      ...launch(order, 'unshare', [...UNSHARE, 'sh', '-c', SCRIPT, 'uacme', ...args]),
      certificate: join(folder, domain, 'cert.pem'),
    };
  },
};
