// The zones of a small internet, as zone files.

/** Who serves what: host, address. */
export const ROOT = { host: 'a.root-servers.test', address: '127.0.10.1' };
// BIND listens on addresses that an interface has, and this is the only one that loopback has everywhere.
export const BIND = { host: 'ns1.example.test', address: '127.0.0.1' };
export const KNOT = { host: 'ns2.example.test', address: '127.0.10.3' };
export const NSD = { host: 'ns3.example.test', address: '127.0.10.4' };
export const POWERDNS = { host: 'ns4.example.test', address: '127.0.10.5' };
export const UNBOUND = '127.0.10.6';

/** Seconds: how often a secondary that is not notified asks the primary, and how long an absence is cached. */
const REFRESH = 4;
const MINIMUM = 300;

/** Hosts of each domain. `lame.test` is delegated to a server that does not hold it, besides one that does. */
export const DOMAINS = {
  'example.test': [BIND, KNOT, NSD, POWERDNS],
  'alias.test': [KNOT],
  'signed.test': [KNOT],
  'bogus.test': [KNOT],
  'lame.test': [KNOT, BIND],
};

export function zoneFile(name, hosts, records = []) {
  const soa = `@ IN SOA ${hosts[0].host}. hostmaster.${name}. 1 ${REFRESH} 2 3600 ${MINIMUM}`;
  const inside = hosts.filter(({ host }) => host.endsWith(`.${name}`));
  return lines(
    '$TTL 300',
    `$ORIGIN ${name}.`,
    soa,
    ...hosts.map(({ host }) => `@ IN NS ${host}.`),
    ...inside.map(({ host, address }) => `${host}. IN A ${address}`),
    '@ IN A 127.0.10.80',
    ...records,
  );
}

export function rootZone() {
  return lines(
    '$TTL 3600',
    `. IN SOA ${ROOT.host}. hostmaster.test. 1 3600 600 86400 3600`,
    `. IN NS ${ROOT.host}.`,
    `test. IN NS ${ROOT.host}.`,
    `${ROOT.host}. IN A ${ROOT.address}`,
  );
}

/** @param {string[]} ds DS records in presentation form */
export function testZone(ds) {
  const servers = [BIND, KNOT, NSD, POWERDNS];
  return lines(
    '$TTL 3600',
    `test. IN SOA ${ROOT.host}. hostmaster.test. 1 3600 600 86400 60`,
    `test. IN NS ${ROOT.host}.`,
    `${ROOT.host}. IN A ${ROOT.address}`,
    ...servers.map(({ host, address }) => `${host}. IN A ${address}`),
    ...Object.entries(DOMAINS).flatMap(([name, hosts]) => hosts.map(({ host }) => `${name}. IN NS ${host}.`)),
    ...ds,
  );
}

function lines(...texts) {
  return `${texts.join('\n')}\n`;
}
