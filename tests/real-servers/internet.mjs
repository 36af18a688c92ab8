// A small internet of real programs on loopback: BIND, Knot, NSD and PowerDNS as name servers, Unbound as the resolver.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBind, startKnot, startNsd, startPowerDns, startRegistry } from './name-servers.mjs';
import { Programs } from './programs.mjs';
import { startUnbound } from './unbound.mjs';
import { BIND, KNOT, UNBOUND } from './zones.mjs';

/**
 * @param {number} port of every server
 * @param {{ port: number, cert: string, key: string }} https of the resolver
 */
export async function startInternet(port, https) {
  const directory = mkdtempSync(join(tmpdir(), 'domainproof-servers-'));
  const programs = new Programs(directory);
  const close = async () => {
    await programs.close();
    rmSync(directory, { recursive: true, force: true });
  };
  const isAnswering = (address, zone) =>
    programs
      .run('kdig', ['+time=1', '+retry=0', '+short', `@${address}`, '-p', `${port}`, zone, 'SOA'])
      .includes('hostmaster');
  const tolerant = (address, zone) => {
    try {
      return isAnswering(address, zone);
    } catch {
      return false;
    }
  };
  try {
    await startBind(programs, port, tolerant);
    const knot = await startKnot(programs, port, tolerant);
    await Promise.all([startNsd(programs, port, tolerant), startPowerDns(programs, port, tolerant)]);
    const ds = ['signed.test', 'bogus.test'].map((zone) => dsOf(programs, knot, zone));
    await startRegistry(programs, port, tolerant, ds);
    const unbound = await startUnbound(programs, port, tolerant, ds, https);
    return {
      resolver: `${UNBOUND}:${port}`,
      service: `https://${UNBOUND}:${https.port}/dns-query`,
      unbound,
      /** Changes records at the primary: `add NAME TTL TYPE DATA`, `delete NAME TYPE`. */
      update: (zone, ...changes) => {
        const server = zone === 'example.test' ? BIND : KNOT;
        const text = [
          `server ${server.address} ${port}`,
          `zone ${zone}`,
          ...changes.map((change) => `update ${change}`),
          'send',
          '',
        ];
        programs.run('nsupdate', ['-v'], text.join('\n'));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The DS record of a zone that Knot signs; for `bogus.test` of a key that it does not have. */
function dsOf(programs, config, zone) {
  const text = programs.run('keymgr', ['-c', config, `${zone}.`, 'ds']);
  const line = text.split('\n').find((one) => / 2 [0-9a-fA-F]{64}$/.test(one));
  const [, keyTag, algorithm, digest] = /DS (\d+) (\d+) 2 ([0-9a-fA-F]+)/.exec(line);
  const tag = zone === 'bogus.test' ? (Number(keyTag) + 1) % 0x10000 : keyTag;
  return `${zone}. 3600 IN DS ${tag} ${algorithm} 2 ${digest}`;
}
