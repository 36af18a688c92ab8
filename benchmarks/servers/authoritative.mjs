// Starts Debian's NSD, Knot and BIND on loopback addresses and one high port, in a folder of their own under /tmp.
import { execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A folder that `remove` takes away again. */
export function folder(prefix) {
  const path = mkdtempSync(join(tmpdir(), prefix));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function soaAndNs(zone, hosts) {
  const lines = [`$ORIGIN ${zone}.`, '$TTL 60', '@ SOA ns1 hostmaster 1 60 60 3600 1'];
  for (const [host, address] of Object.entries(hosts)) lines.push(`@ NS ${host}`, `${host} A ${address}`);
  return `${lines.join('\n')}\n`;
}

/** `primary`: an endpoint of the server that the zone comes from; without it the zone comes from `zoneText`. */
export async function startNsd({ path, zone, zoneText, address, port, primary, cpu }) {
  const file = join(path, 'nsd.zone');
  if (zoneText) writeFileSync(file, zoneText);
  const source = primary
    ? `  allow-notify: ${primary.address} NOKEY\n  request-xfr: ${primary.address}@${primary.port} NOKEY\n`
    : '';
  const configuration = join(path, 'nsd.conf');
  writeFileSync(
    configuration,
    `server:
  ip-address: ${address}@${port}
  username: ""
  chroot: ""
  zonesdir: "${path}"
  database: ""
  zonelistfile: "${path}/nsd.list"
  xfrdfile: "${path}/nsd.xfrd"
  xfrdir: "${path}"
  pidfile: "${path}/nsd.pid"
  server-count: 1
  rrl-ratelimit: 0
  xfrd-reload-timeout: 0
remote-control:
  control-enable: no
zone:
  name: "${zone}"
  zonefile: "${file}"
${source}`,
  );
  return start(path, 'nsd', ['nsd', '-d', '-c', configuration], { zone, address, port, cpu });
}

/** `secondaries` are told of changes and may take the zone; `control` runs a command of knotc. */
export async function startKnot({ path, zone, zoneText, address, port, secondaries = [], cpu }) {
  writeFileSync(join(path, `${zone}.zone`), zoneText);
  const remotes = secondaries.map(
    (secondary, index) =>
      `  - id: secondary${index}\n    address: ${secondary.address}@${secondary.port}\n    via: ${address}\n`,
  );
  const ids = secondaries.map((_, index) => `secondary${index}`).join(', ');
  const configuration = join(path, 'knot.conf');
  writeFileSync(
    configuration,
    `server:
  rundir: ${path}
  listen: [ ${address}@${port} ]
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
  automatic-acl: off
log:
  - target: stderr
    any: warning
database:
  storage: ${path}
${remotes.length > 0 ? `remote:\n${remotes.join('')}acl:\n  - id: transfer\n    address: 127.0.0.0/8\n    action: [ transfer ]\n` : ''}template:
  - id: default
    storage: ${path}
    file: "%s.zone"
    zonefile-sync: -1
    zonefile-load: difference-no-serial
    journal-content: all
    serial-policy: increment
zone:
  - domain: ${zone}
${remotes.length > 0 ? `    notify: [ ${ids} ]\n    acl: [ transfer ]\n` : ''}`,
  );
  const server = await start(path, 'knot', ['knotd', '-c', configuration], { zone, address, port, cpu });
  return { ...server, control: (...command) => run('knotc', ['-c', configuration, ...command]) };
}

/** `key`: the TSIG key, as { name, secret } with hmac-sha256, that may change TXT records. BIND listens on addresses of interfaces only: 127.0.0.1. */
export async function startBind({ path, zone, zoneText, address, port, key }) {
  writeFileSync(join(path, `${zone}.zone`), zoneText);
  const configuration = join(path, 'named.conf');
  writeFileSync(
    configuration,
    `options {
  directory "${path}"; pid-file none; session-keyfile none; lock-file none;
  listen-on port ${port} { ${address}; }; listen-on-v6 { none; };
  recursion no; dnssec-validation no; notify no;
};
controls { };
key "${key.name}" { algorithm hmac-sha256; secret "${key.secret}"; };
zone "${zone}" { type primary; file "${zone}.zone"; update-policy { grant "${key.name}" zonesub TXT; }; };
`,
  );
  return start(path, 'bind', ['named', '-g', '-n', '1', '-c', configuration], { zone, address, port });
}

async function start(path, name, command, { zone, address, port, cpu }) {
  const pinned = cpu === undefined ? command : ['taskset', '-c', String(cpu), ...command];
  const log = openSync(join(path, `${name}.log`), 'w');
  const child = spawn(pinned[0], pinned.slice(1), {
    stdio: ['ignore', log, log],
    env: { PATH: `${process.env.PATH}:/usr/sbin` },
  });
  const ended = once(child, 'exit');
  await serves(zone, address, port, child);
  return {
    address,
    port,
    pid: child.pid,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

/** Resolves when the server answers for the zone with authority. */
async function serves(zone, address, port, child) {
  const socket = createSocket('udp4');
  let isServing = false;
  socket.on('message', (packet) => {
    isServing ||= (packet[2] & 0x04) !== 0 && (packet[3] & 0x0f) === 0;
  });
  const labels = zone
    .split('.')
    .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'));
  const question = Buffer.concat([
    Buffer.from([0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ...labels,
    Buffer.from([0, 0, 6, 0, 1]),
  ]);
  for (let tries = 0; !isServing; tries += 1) {
    if (child.exitCode !== null || tries > 600)
      throw new Error(`The server at ${address} does not serve ${zone}.`);
    socket.send(question, port, address);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  socket.close();
}

/** A resolver that knows one zone's servers: all that a verifier asks one for. */
export async function startResolver(zone, hosts) {
  const { createRequire } = await import('node:module');
  const require = createRequire(new URL('../../packages/propagation-verifier/package.json', import.meta.url));
  const packet = require('dns-packet');
  const socket = createSocket('udp4');
  socket.on('message', (bytes, from) => {
    const query = packet.decode(bytes);
    const { name, type } = query.questions[0];
    const answers =
      name === zone && type === 'NS'
        ? Object.keys(hosts).map((host) => ({ type: 'NS', name, ttl: 60, data: `${host}.${zone}` }))
        : type === 'A' && hosts[name.split('.')[0]] && name.endsWith(`.${zone}`)
          ? [{ type: 'A', name, ttl: 60, data: hosts[name.split('.')[0]] }]
          : [];
    const flags = packet.RECURSION_AVAILABLE;
    socket.send(
      packet.encode({ type: 'response', id: query.id, flags, questions: query.questions, answers }),
      from.port,
      from.address,
    );
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, stop: () => socket.close() };
}
