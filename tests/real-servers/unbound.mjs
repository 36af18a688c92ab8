// The resolver: validating, caching, and with a log of what it was asked.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOMAINS, ROOT, UNBOUND } from './zones.mjs';

const LOG = 'unbound.log';

/**
 * @param {string[]} anchors DS records that the resolver trusts
 * @param {{ port: number, cert: string, key: string }} https where it answers over HTTPS, too
 */
export async function startUnbound(programs, port, isAnswering, anchors, https) {
  const folder = programs.folder('unbound');
  // It follows referrals to port 53 only, so that on another port it is told the servers of each zone.
  const zones = [['.', [ROOT]], ['test', [ROOT]], ...Object.entries(DOMAINS)];
  const stubs = zones.map(
    ([name, hosts]) => `stub-zone:
  name: "${name}"
  stub-prime: no
${hosts.map(({ address }) => `  stub-addr: ${address}@${port}`).join('\n')}
`,
  );
  const config = programs.write(
    'unbound',
    'unbound.conf',
    `server:
  interface: ${UNBOUND}@${port}
  interface: ${UNBOUND}@${https.port}
  https-port: ${https.port}
  http-endpoint: "/dns-query"
  tls-service-pem: "${https.cert}"
  tls-service-key: "${https.key}"
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: "${LOG}"
  log-queries: yes
  do-daemonize: no
  num-threads: 1
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  local-zone: "test." nodefault
  module-config: "validator iterator"
  ede: yes
  val-log-level: 2
${anchors.map((anchor) => `  trust-anchor: "${anchor}"`).join('\n')}
remote-control:
  control-enable: no
${port === 53 ? stubs.slice(0, 1).join('') : stubs.join('')}`,
  );
  await programs.start('unbound', 'unbound', ['-d', '-c', config], () => isAnswering(UNBOUND, 'test'));
  return {
    /** Questions that it was asked, as `name. TYPE`. */
    asked: () =>
      [...readFileSync(join(folder, LOG), 'utf8').matchAll(/info: 127\.\S+ (\S+) (\S+) IN/g)].map(
        ([, name, type]) => `${name.toLowerCase()} ${type}`,
      ),
  };
}
