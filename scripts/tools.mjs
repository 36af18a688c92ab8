// Programs that some tests need and that are not npm packages.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** Says whether Debian's package scripts may start services. */
const POLICY = '/usr/sbin/policy-rc.d';

const TOOLS = [
  {
    command: 'dig',
    debian: 'bind9-dnsutils',
    for: 'the name servers of the simulator, asked by a program that nobody here wrote',
  },
  {
    command: 'lexicon',
    debian: 'lexicon',
    for: 'the API of the simulator, used by a program that nobody here wrote',
  },
  {
    command: 'openssl',
    debian: 'openssl',
    for: 'certificates: of the simulator for lexicon, of Pebble, and those that are issued',
  },
  { command: 'chromium', debian: 'chromium', for: 'the page of --report in a browser' },
  { command: 'named', debian: 'bind9', for: 'the verifier, against a primary name server; dynamic update' },
  { command: 'rndc', debian: 'bind9-utils', for: 'dynamic update, with zones that are added to BIND' },
  {
    command: 'knotd',
    debian: 'knot',
    for: 'the verifier, against a secondary name server, and signed zones',
  },
  { command: 'knotc', debian: 'knot', for: 'dynamic update, with zones that are added to Knot DNS' },
  { command: 'nsd', debian: 'nsd', for: 'the verifier, against a secondary name server that lags' },
  {
    command: 'pdns_server',
    debian: 'pdns-server pdns-backend-sqlite3',
    for: 'the verifier, against a secondary name server with a database',
  },
  { command: 'sqlite3', debian: 'sqlite3', for: 'the database of PowerDNS' },
  { command: 'unbound', debian: 'unbound', for: 'the verifier, with a resolver that caches and validates' },
  { command: 'nsupdate', debian: 'bind9-dnsutils', for: 'changes of others in the zones of name servers' },
  { command: 'kdig', debian: 'knot-dnsutils', for: 'questions to name servers while they start' },
  { command: 'keymgr', debian: 'knot', for: 'the keys of signed zones' },
  {
    command: 'unshare',
    debian: 'util-linux',
    for: 'name servers on port 53 of a network of their own',
  },
  { command: 'ip', debian: 'iproute2', for: 'name servers on port 53 of a network of their own' },
  { command: 'pebble', debian: 'pebble', for: 'certificates that are really issued' },
  { command: 'lego', debian: 'lego', for: 'certificates, ordered by lego' },
  { command: 'certbot', debian: 'certbot', for: 'certificates, ordered by certbot' },
  { command: 'dehydrated', debian: 'dehydrated', for: 'certificates, ordered by dehydrated' },
  { command: 'uacme', debian: 'uacme', for: 'certificates, ordered by uacme' },
  {
    command: 'curl',
    debian: 'curl',
    for: 'requests to a certificate authority, by dehydrated and by scripts',
  },
  { command: 'jq', debian: 'jq', for: 'scripts that read what --json prints' },
  { command: 'script', debian: 'bsdutils', for: 'the command line on a terminal' },
];

/**
 * Installs what is missing, on Debian and as root; elsewhere says how.
 *
 * @returns {string[]} the programs that are still missing
 */
export function installTools() {
  const missing = TOOLS.filter(({ command }) => !isThere(command));
  if (missing.length === 0) return [];
  if (isThere('apt-get') && process.getuid?.() === 0) {
    const packages = missing.flatMap(({ debian }) => debian.split(' '));
    console.log(`== install ${packages.join(' ')}`);
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args) =>
      spawnSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env: environment });
    apt('update');
    withoutServices(() => apt('install', '-y', '--no-install-recommends', ...packages));
  }
  const still = missing.filter(({ command }) => !isThere(command));
  for (const { command, debian, for: purpose } of still)
    console.log(`${command} is missing (Debian: apt-get install ${debian}); it is used for ${purpose}.`);
  return still.map(({ command }) => command);
}

/**
 * Debian starts a service as soon as its package is installed; nobody asked for name servers on this machine. The timer of certbot is not
 * started either; after the next start of the machine it renews what certbot holds, which is nothing: tests have folders of their own.
 */
function withoutServices(install) {
  if (existsSync(POLICY)) {
    install();
    return;
  }
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
  } finally {
    rmSync(POLICY);
  }
}

function isThere(command) {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}
