// Configurations of BIND, Knot, NSD and PowerDNS. All are given the port that they share.
import { BIND, DOMAINS, KNOT, NSD, POWERDNS, ROOT, rootZone, testZone, zoneFile } from './zones.mjs';

const BIND_COMMON = (folder) => `
  directory "${folder}"; pid-file none; session-keyfile none; lock-file none;
  listen-on-v6 { none; }; recursion no; dnssec-validation no; minimal-responses yes;
  allow-query { 127.0.0.0/8; };`;

/** The root and the registry of `test`. */
export async function startRegistry(programs, port, isAnswering, ds) {
  programs.write('registry', 'root.zone', rootZone());
  programs.write('registry', 'test.zone', testZone(ds));
  const zones = ['root', 'test'].map(
    (file) => `zone:
  name: "${file === 'root' ? '.' : file}"
  zonefile: "${file}.zone"
`,
  );
  const config = programs.write(
    'registry',
    'nsd.conf',
    nsdConfig(programs, 'registry', ROOT.address, port, zones),
  );
  await programs.start('registry', 'nsd', ['-d', '-c', config], () => isAnswering(ROOT.address, 'test'));
}

/** The primary of `example.test`, which takes dynamic updates and notifies all secondaries but NSD. */
export async function startBind(programs, port, isAnswering) {
  const folder = programs.folder('bind');
  programs.write(
    'bind',
    'example.zone',
    zoneFile('example.test', DOMAINS['example.test'], ['_acme-challenge IN CNAME shop.alias.test.']),
  );
  const notified = [KNOT, POWERDNS].map(({ address }) => `${address} port ${port};`).join(' ');
  const config = programs.write(
    'bind',
    'named.conf',
    `options { ${BIND_COMMON(folder)} listen-on port ${port} { ${BIND.address}; };
  notify explicit; also-notify { ${notified} }; notify-source ${BIND.address}; notify-delay 0; serial-query-rate 100;
  allow-transfer { 127.0.0.0/8; }; server-id "bind"; };
controls { };
zone "example.test" { type master; file "example.zone"; allow-update { 127.0.0.0/8; }; };
`,
  );
  await programs.start('bind', 'named', ['-g', '-n', '1', '-c', config], () =>
    isAnswering(BIND.address, 'example.test'),
  );
}

/** A secondary of `example.test` that is notified, and the primary of the other domains, two of them signed. */
export async function startKnot(programs, port, isAnswering) {
  const folder = programs.folder('knot');
  for (const name of ['alias.test', 'signed.test', 'bogus.test', 'lame.test'])
    programs.write(
      'knot',
      `${name}.zone`,
      zoneFile(name, DOMAINS[name], name === 'alias.test' ? [] : ['_dnsauth IN TXT "token"']),
    );
  const config = programs.write(
    'knot',
    'knot.conf',
    `server:
  rundir: ${folder}
  listen: [ ${KNOT.address}@${port} ]
  identity: knot
  nsid: knot
log:
  - target: stderr
    any: info
database:
  storage: ${folder}
remote:
  - id: primary
    address: ${BIND.address}@${port}
acl:
  - id: notify
    address: ${BIND.address}
    action: notify
  - id: update
    address: 127.0.0.0/8
    action: [ update, transfer ]
policy:
  - id: automatic
    algorithm: ecdsap256sha256
    single-type-signing: on
template:
  - id: default
    storage: ${folder}
    file: "%s.zone"
    zonefile-sync: -1
    zonefile-load: whole
    acl: update
zone:
  - domain: example.test
    master: primary
    acl: notify
    zonefile-load: none
  - domain: alias.test
  - domain: lame.test
  - domain: signed.test
    dnssec-signing: on
    dnssec-policy: automatic
  - domain: bogus.test
    dnssec-signing: on
    dnssec-policy: automatic
`,
  );
  await programs.start('knot', 'knotd', ['-c', config], () =>
    ['example.test', 'alias.test', 'signed.test', 'bogus.test', 'lame.test'].every((name) =>
      isAnswering(KNOT.address, name),
    ),
  );
  return config;
}

/** A secondary that nobody notifies: it lags until the zone's refresh time is over. */
export async function startNsd(programs, port, isAnswering) {
  const zone = `zone:
  name: "example.test"
  zonefile: "example.test.zone"
  request-xfr: ${BIND.address}@${port} NOKEY
  min-refresh-time: 1
`;
  const config = programs.write('nsd', 'nsd.conf', nsdConfig(programs, 'nsd', NSD.address, port, [zone]));
  await programs.start('nsd', 'nsd', ['-d', '-c', config], () => isAnswering(NSD.address, 'example.test'));
}

function nsdConfig(programs, name, address, port, zones) {
  const folder = programs.folder(name);
  return `server:
  ip-address: ${address}@${port}
  username: ""
  chroot: ""
  zonesdir: "${folder}"
  zonelistfile: "${folder}/zone.list"
  xfrdfile: "${folder}/xfrd.state"
  xfrdir: "${folder}"
  pidfile: "${folder}/nsd.pid"
  database: ""
  server-count: 1
  xfrd-reload-timeout: 1
  nsid: "ascii_${name}"
remote-control:
  control-enable: no
${zones.join('')}`;
}

/** A secondary that is notified, with its zone in a database. */
export async function startPowerDns(programs, port, isAnswering) {
  const folder = programs.folder('powerdns');
  const database = `${folder}/zones.sqlite3`;
  programs.run('sqlite3', [database, '.read /usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql']);
  programs.write(
    'powerdns',
    'pdns.conf',
    `launch=gsqlite3
gsqlite3-database=${database}
local-address=${POWERDNS.address}
local-port=${port}
query-local-address=${POWERDNS.address}
socket-dir=${folder}
secondary=yes
xfr-cycle-interval=1
daemon=no
guardian=no
disable-syslog=yes
write-pid=no
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
security-poll-suffix=
`,
  );
  const primary = `${BIND.address}:${port}`;
  programs.run('pdnsutil', ['--config-dir', folder, 'create-slave-zone', 'example.test', primary]);
  await programs.start('powerdns', 'pdns_server', [`--config-dir=${folder}`], () =>
    isAnswering(POWERDNS.address, 'example.test'),
  );
}
