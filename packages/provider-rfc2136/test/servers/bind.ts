import { join } from 'node:path';
import { ADAPTER_KEYS, KNOWN_KEYS, THEIRS } from './keys.js';
import { ADDRESS, freePort, OBSERVER } from './loopback.js';
import { emptyZone, type ServerProgram } from './name-server.js';
import { isServed } from './questions.js';
import { runTool } from './tool.js';

/** BIND 9. */
export const bind = bindWith([]);

/** BIND 9 that tells in its log of every signature that it has checked. */
export const talkativeBind = bindWith(['-d', '3']);

function bindWith(flags: readonly string[]): ServerProgram {
  return {
    title: 'BIND',
    commands: ['named', 'rndc'],
    async start({ programs, port, folder }) {
      const control = await freePort();
      programs.write('server', 'zones.conf', '');
      programs.write('server', 'ready.zone', emptyZone('ready.example'));
      programs.write('server', 'rndc.conf', rndc(control));
      const keys = KNOWN_KEYS.map(
        ({ name, algorithm, secret }) => `key "${name}" { algorithm ${algorithm}; secret "${secret}"; };`,
      );
      const config = programs.write(
        'server',
        'named.conf',
        `options {
  directory "${folder}"; pid-file none; session-keyfile none; lock-file none;
  listen-on port ${port} { ${ADDRESS}; }; listen-on-v6 { none; };
  recursion no; dnssec-validation no; notify no; minimal-responses yes;
  transfers-out 1000; tcp-clients 1000;
  allow-query { 127.0.0.0/8; }; allow-transfer { ${OBSERVER}; };
};
${keys.join('\n')}
${CONTROL_KEY}
controls { inet ${ADDRESS} port ${control} allow { ${ADDRESS}; } keys { "control"; }; };
zone "ready.example" { type primary; file "ready.zone"; };
include "zones.conf";
`,
      );
      await programs.start('server', 'named', ['-g', '-n', '1', ...flags, '-c', config], () =>
        isServed(port, 'ready.example'),
      );
    },
    async announce({ programs, folder }, added, all) {
      for (const name of added) programs.write('server', `${name}.zone`, emptyZone(name));
      programs.write('server', 'zones.conf', all.map(zone).join('\n'));
      await runTool('rndc', ['-c', join(folder, 'rndc.conf'), 'reconfig']);
    },
  };
}

function zone(name: string): string {
  const ours = ADAPTER_KEYS.map((key) => `grant "${key.name}" zonesub TXT CNAME;`).join(' ');
  return `zone "${name}" { type primary; file "${name}.zone"; check-names ignore; update-policy { ${ours} grant "${THEIRS.name}" zonesub ANY; }; };`;
}

const CONTROL_KEY = `key "control" { algorithm hmac-sha256; secret "${THEIRS.secret}"; };`;

function rndc(port: number): string {
  return `${CONTROL_KEY}
options { default-key "control"; default-server ${ADDRESS}; default-port ${port}; };
`;
}
