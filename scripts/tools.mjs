// Programs that some tests need and that are not npm packages.
import { spawnSync } from 'node:child_process';

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
    for: 'the certificate under which lexicon talks to the simulator',
  },
  { command: 'chromium', debian: 'chromium', for: 'the page of --report in a browser' },
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
    const packages = missing.map(({ debian }) => debian);
    console.log(`== install ${packages.join(' ')}`);
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args) =>
      spawnSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env: environment });
    apt('update');
    apt('install', '-y', '--no-install-recommends', ...packages);
  }
  const still = missing.filter(({ command }) => !isThere(command));
  for (const { command, debian, for: purpose } of still)
    console.log(`${command} is missing (Debian: apt-get install ${debian}); it is used for ${purpose}.`);
  return still.map(({ command }) => command);
}

function isThere(command) {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}
