import { join } from 'node:path';
import { ADAPTER_KEYS, KNOWN_KEYS, THEIRS } from './keys.js';
import { ADDRESS, OBSERVER } from './loopback.js';
import { emptyZone, type ServerProgram } from './name-server.js';
import { isServed } from './questions.js';
import { runTool } from './tool.js';

/** Knot DNS. */
export const knot: ServerProgram = {
  title: 'Knot',
  commands: ['knotd', 'knotc'],
  async start({ programs, port, folder }) {
    programs.write('server', 'zones.conf', zones([]));
    programs.write('server', 'ready.example.zone', emptyZone('ready.example'));
    const keys = KNOWN_KEYS.map(
      ({ name, algorithm, secret }) =>
        `  - id: ${name}\n    algorithm: ${algorithm}\n    secret: ${secret}\n`,
    );
    const config = programs.write(
      'server',
      'knot.conf',
      `server:
  rundir: ${folder}
  listen: [ ${ADDRESS}@${port} ]
  automatic-acl: off
log:
  - target: stderr
    any: info
database:
  storage: ${folder}
key:
${keys.join('')}acl:
  - id: ours
    key: [ ${ADAPTER_KEYS.map(({ name }) => name).join(', ')} ]
    action: update
    update-type: [ TXT, CNAME ]
  - id: theirs
    key: ${THEIRS.name}
    action: update
  - id: observer
    address: ${OBSERVER}
    action: transfer
template:
  - id: default
    storage: ${folder}
    file: "%s.zone"
    zonefile-sync: -1
    journal-content: changes
    acl: [ ours, theirs, observer ]
include: zones.conf
`,
    );
    await programs.start('server', 'knotd', ['-c', config], () => isServed(port, 'ready.example'));
  },
  async announce({ programs, folder }, added, all) {
    for (const name of added) programs.write('server', `${name}.zone`, emptyZone(name));
    programs.write('server', 'zones.conf', zones(all));
    await runTool('knotc', ['-c', join(folder, 'knot.conf'), 'reload']);
  },
};

function zones(names: readonly string[]): string {
  return `zone:\n${['ready.example', ...names].map((name) => `  - domain: ${name}\n`).join('')}`;
}
