import type { DiagnosedFinding } from '../../types/index.js';
import { finding } from '../finding.js';
import { questionOf, readingOf } from '../reading.js';
import type { Check, Scene, SeenServer } from '../scene.js';
import { named, verb } from '../wording.js';
import { familyOf, hasAuthority } from './seen.js';

type Family = ReturnType<typeof familyOf>;

/** Addresses of one family that are all silent or behind, on hosts that are right over the other. */
export interface FamilyFault {
  family: Family;
  servers: readonly SeenServer[];
}

/**
 * `IPV6_ONLY_BAD` and `V4_ONLY_BAD`. Nothing is said of a family that this machine has no route for. Silence counts when it has been
 * met twice.
 */
export const oneFamilyBad: Check = async (scene) => {
  const findings = await Promise.all(
    familyFaults(scene).map(async ({ family, servers }) => {
      const isLasting = await Promise.all(servers.map((server) => isStillBad(scene, server)));
      const lasting = servers.filter((_server, index) => isLasting[index]);
      return lasting.length > 0 ? [findingFor(scene, { family, servers: lasting })] : [];
    }),
  );
  return findings.flat();
};

/** The faults of one family, so that other checks can leave these addresses to them. */
export function familyFaults(scene: Scene): FamilyFault[] {
  return (['IPv6', 'IPv4'] as const).flatMap((family) => {
    if (
      scene.servers.some(
        ({ address, outcome }) => familyOf(address) === family && outcome.kind === 'no-route',
      )
    )
      return [];
    const servers = hostsOf(scene).flatMap((ofHost) => {
      const own = ofHost.filter(({ address }) => familyOf(address) === family);
      const others = ofHost.filter(({ address }) => familyOf(address) !== family);
      const isOnlyBad =
        own.every((server) => isBad(scene, server)) && others.some((server) => isRight(scene, server));
      return isOnlyBad ? own : [];
    });
    return servers.length > 0 ? [{ family, servers }] : [];
  });
}

function hostsOf({ servers }: Scene): SeenServer[][] {
  return [...new Set(servers.map(({ host }) => host))].map((host) =>
    servers.filter((server) => server.host === host),
  );
}

function isRight(scene: Scene, server: SeenServer): boolean {
  return scene.type ? readingOf(scene, server).status === 'visible' : hasAuthority(scene, server);
}

function isBad(scene: Scene, server: SeenServer): boolean {
  return isSilent(server) || (hasAuthority(scene, server) && !isRight(scene, server));
}

async function isStillBad(scene: Scene, server: SeenServer): Promise<boolean> {
  if (!isSilent(server)) return true;
  const again = await scene.ask.server(server.address, questionOf(scene)!, { repeat: 1 });
  return again.outcome.kind === 'timeout';
}

function isSilent({ outcome }: SeenServer): boolean {
  return outcome.kind === 'timeout';
}

function findingFor(scene: Scene, { family, servers }: FamilyFault): DiagnosedFinding {
  const other: Family = family === 'IPv6' ? 'IPv4' : 'IPv6';
  const silent = servers.filter(isSilent);
  const behind = servers.filter((server) => !isSilent(server));
  const told = [
    silent.length > 0 && `${named(silent)} ${verb(silent, 'does', 'do')} not answer over ${family}`,
    behind.length > 0 && `${named(behind)} ${verb(behind, 'does', 'do')} not have the record over ${family}`,
  ];
  const hasAnswers = scene.servers.some(
    ({ address, outcome }) => familyOf(address) === family && outcome.kind === 'answer',
  );
  const doubt = hasAnswers
    ? ''
    : ` No server of the zone answers over ${family} here, so it may also be this machine's ${family} that does not work.`;
  const hosts = new Set(servers.map(({ host }) => host));
  const right = scene.servers.filter((server) => hosts.has(server.host) && isRight(scene, server));
  return finding(
    family === 'IPv6' ? 'IPV6_ONLY_BAD' : 'V4_ONLY_BAD',
    `${told.filter(Boolean).join('; ')}, though the same hosts are right over ${other}.${doubt}`,
    [...servers, ...right],
    {
      remedy: `Have these addresses repaired, or take the ${family === 'IPv6' ? 'AAAA' : 'A'} records of these name servers away: a certificate authority may try them first.`,
    },
  );
}
