import { join } from 'node:path';
import { ADAPTER_KEYS, KNOWN_KEYS, THEIRS } from './keys.js';
import { ADDRESS, OBSERVER } from './loopback.js';
import type { ServerProgram } from './name-server.js';
import { isServed } from './questions.js';
import { runTool } from './tool.js';

const SCHEMA = '/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql';
/** Milliseconds that the loader of zones waits for a write of the server. */
const PATIENCE_MS = 10_000;

/** PowerDNS with its zones in SQLite. Without caches, so that it gives what the database holds. */
export const powerdns: ServerProgram = {
  title: 'PowerDNS',
  commands: ['pdns_server', 'sqlite3'],
  async start({ programs, port, folder }) {
    const keys = KNOWN_KEYS.map(
      ({ name, algorithm, secret }) =>
        `INSERT INTO tsigkeys (name, algorithm, secret) VALUES ('${name}', '${algorithm}', '${secret}');`,
    );
    await sql(folder, `.read ${SCHEMA}`, 'PRAGMA journal_mode = WAL;', ...keys, ...insert('ready.example'));
    programs.write(
      'server',
      'pdns.conf',
      `launch=gsqlite3
gsqlite3-database=${join(folder, 'zones.sqlite3')}
gsqlite3-pragma-journal-mode=WAL
gsqlite3-pragma-synchronous=0
local-address=${ADDRESS}
local-port=${port}
socket-dir=${folder}
allow-axfr-ips=${OBSERVER}/32
dnsupdate=yes
allow-dnsupdate-from=127.0.0.0/8
daemon=no
guardian=no
disable-syslog=yes
loglevel=4
write-pid=no
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
zone-metadata-cache-ttl=0
security-poll-suffix=
`,
    );
    await programs.start('server', 'pdns_server', [`--config-dir=${folder}`], () =>
      isServed(port, 'ready.example'),
    );
  },
  async announce({ folder }, added) {
    await sql(folder, 'BEGIN IMMEDIATE;', ...added.flatMap(insert), 'COMMIT;');
  },
};

/** A zone with nothing in it but SOA and NS, and the keys that may change it. */
function insert(zone: string): string[] {
  const id = `(SELECT id FROM domains WHERE name = '${zone}')`;
  const record = (type: string, content: string) =>
    `INSERT INTO records (domain_id, name, type, content, ttl, auth) VALUES (${id}, '${zone}', '${type}', '${content}', 3600, 1);`;
  const metadata = (kind: string, content: string) =>
    `INSERT INTO domainmetadata (domain_id, kind, content) VALUES (${id}, '${kind}', '${content}');`;
  return [
    `INSERT INTO domains (name, type) VALUES ('${zone}', 'NATIVE');`,
    record('SOA', 'ns1.servers.example hostmaster.servers.example 1 3600 600 86400 60'),
    record('NS', 'ns1.servers.example'),
    metadata('SOA-EDIT-DNSUPDATE', 'INCREASE'),
    ...[...ADAPTER_KEYS, THEIRS].map(({ name }) => metadata('TSIG-ALLOW-DNSUPDATE', name)),
  ];
}

async function sql(folder: string, ...lines: string[]): Promise<void> {
  const args = ['-bail', '-cmd', `.timeout ${PATIENCE_MS}`, join(folder, 'zones.sqlite3')];
  await runTool('sqlite3', args, `${lines.join('\n')}\n`);
}
