import { promises } from 'node:dns';
import { freePort } from '../packages/provider-rfc2136/test/servers/loopback.js';
import type { Programs } from '../tests/real-servers/programs.mjs';
import { ZONE } from './zone.js';

const NAME = 'unbound';
const ADDRESS = '127.0.0.1';

/**
 * Starts Unbound, which ends with `programs`: the resolver that the certificate authority validates with. It asks any of the zone's name
 * servers, and remembers nothing, as authorities have it.
 *
 * @param servers `ADDRESS@PORT` of the zone's name servers: Unbound follows referrals to port 53 only
 * @returns its `ADDRESS:PORT`
 */
export async function startResolver(programs: Programs, servers: readonly string[]): Promise<string> {
  const port = await freePort();
  const config = programs.write(
    NAME,
    'unbound.conf',
    `server:
  interface: ${ADDRESS}@${port}
  directory: "${programs.folder(NAME)}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  num-threads: 1
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  module-config: "iterator"
  cache-max-ttl: 0
  cache-max-negative-ttl: 0
remote-control:
  control-enable: no
stub-zone:
  name: "${ZONE}"
  stub-prime: no
${servers.map((server) => `  stub-addr: ${server}\n`).join('')}`,
  );
  const address = `${ADDRESS}:${port}`;
  const client = new promises.Resolver({ timeout: 1_000 });
  client.setServers([address]);
  const isReady = () =>
    client.resolveSoa(ZONE).then(
      () => true,
      () => false,
    );
  await programs.start(NAME, 'unbound', ['-d', '-c', config], isReady);
  return address;
}
