import { ancestors, type Fqdn } from '@domainproof/core';
import type { Delegation, DiagnosedFinding } from '../../types/index.js';
import type { Message, ResourceRecord } from '../../wire/message.js';
import type { QuestionType } from '../../wire/query.js';
import { finding } from '../finding.js';
import { dnssecByResolver } from '../network/dnssec-by-resolver.js';
import { mayAskResolver } from '../network/seen.js';
import { answersOf, authoritativeAnswer, readingOf, workingServers } from '../reading.js';
import type { Check, Observation, Scene, SeenServer } from '../scene.js';
import { bare, hostAndAddress } from '../wording.js';

type Ds = ResourceRecord & { type: 'DS' };
type Signature = ResourceRecord & { type: 'RRSIG' };

/** Servers of the zone above that are asked. */
const MAX_ABOVE = 2;

interface Fault {
  what: string;
  observed: readonly Observation[];
}

/**
 * A zone that the zone above calls signed must have a key that fits, and signatures that hold now. Keys are compared by tag and
 * algorithm, and signatures by their dates: whether they verify is a resolver's to say.
 */
export const signatures: Check = async (scene) => {
  const { delegation } = scene;
  if (!delegation || workingServers(scene).length === 0) return [];
  const found = await bySigner(scene, delegation);
  const shown = await dnssecByResolver(scene);
  if (!shown) return found;
  const evidence = shown.map((one) => ({ evidence: one }));
  const [own] = found.filter(({ code }) => code === 'DNSSEC_BOGUS');
  if (own) return [{ ...own, evidence: [...own.evidence, ...shown] }];
  return [
    finding(
      'DNSSEC_BOGUS',
      `The resolver fails for ${bare(delegation.zone)}, and answers once it is told not to check signatures: DNSSEC of the zone is broken. Certificate authorities must refuse it (since 2026-03-15).`,
      evidence,
    ),
  ];
};

async function bySigner(scene: Scene, delegation: Delegation): Promise<DiagnosedFinding[]> {
  if (delegation.parent?.signed === false) return [];
  const above = await delegationSigner(scene, delegation.zone);
  if (above.signers === undefined) return unknown(delegation.zone);
  const { signers, observation } = above;
  if (signers.length === 0) return [];
  const faults = await Promise.all(
    workingServers(scene).map((server) => faultAt(scene, server, delegation.zone, signers)),
  );
  const [first] = faults.flat();
  if (!first) return [];
  const observed = faults.flat().flatMap((fault) => fault.observed);
  return [
    finding(
      'DNSSEC_BOGUS',
      `DNSSEC of ${bare(delegation.zone)} is broken: ${first.what}. Certificate authorities must refuse it (since 2026-03-15).`,
      [observation, ...observed],
    ),
  ];
}

async function delegationSigner(
  scene: Scene,
  zone: Fqdn,
): Promise<{ signers: Ds[]; observation: Observation } | { signers: undefined }> {
  const parent = ancestors(zone)[1];
  const above = parent && (await scene.ask.delegation(parent));
  const addresses = above?.nameServers.flatMap((server) => server.addresses) ?? [];
  const heard = await Promise.all(
    addresses.slice(0, MAX_ABOVE).map((address) => scene.ask.server(address, { name: zone, type: 'DS' })),
  );
  for (const observation of heard) {
    const message = authoritativeAnswer(observation);
    if (message) return { signers: answersOf(message, zone, 'DS'), observation };
  }
  return byResolver(scene, zone);
}

/** Where the servers above cannot be asked. A resolver answers for the zone above, and so learns nothing of the record. */
async function byResolver(
  scene: Scene,
  zone: Fqdn,
): Promise<{ signers: Ds[]; observation: Observation } | { signers: undefined }> {
  if (!mayAskResolver(scene, zone)) return { signers: undefined };
  const observation = await scene.ask.resolver({ name: zone, type: 'DS' });
  const { outcome } = observation ?? {};
  if (!observation || outcome?.kind !== 'answer' || outcome.message.rcode !== 'NOERROR')
    return { signers: undefined };
  return { signers: answersOf(outcome.message, zone, 'DS'), observation };
}

function unknown(zone: Fqdn): DiagnosedFinding[] {
  // Without a zone above in the name (a top-level domain) there is nothing to be asked, and nobody's fault.
  if (ancestors(zone).length < 2) return [];
  return [
    finding(
      'DNSSEC_UNKNOWN',
      `The zone above ${bare(zone)} could not be asked whether the zone is signed, so DNSSEC was not checked.`,
      [],
    ),
  ];
}

async function faultAt(
  scene: Scene,
  server: SeenServer,
  zone: Fqdn,
  signers: readonly Ds[],
): Promise<Fault[]> {
  const at = hostAndAddress(server.host, server.address);
  const ask = (name: Fqdn, type: QuestionType) =>
    scene.ask.server(server.address, { name, type }, { dnssec: true });
  const keys = await ask(zone, 'DNSKEY');
  const message = authoritativeAnswer(keys);
  // Silence is told elsewhere, and proves nothing about keys.
  if (!message) return [];
  const fault = (what: string, ...observed: Observation[]) => [{ what, observed }];
  const held = answersOf(message, zone, 'DNSKEY');
  const tags = signers.map(({ keyTag }) => keyTag).join(', ');
  if (held.length === 0) return fault(`DS ${tags} stands above, and ${at} has no key (DNSKEY)`, keys);
  const fits = held.some((key) =>
    signers.some(({ keyTag, algorithm }) => keyTag === key.keyTag && algorithm === key.algorithm),
  );
  if (!fits)
    return fault(
      `DS ${tags} stands above, and ${at} has other keys: ${held
        .map(({ keyTag }) => keyTag)
        .slice(0, 6)
        .join(', ')}`,
      keys,
    );
  const signed = await Promise.all(
    signedSets(scene, server, zone).map(async ({ name, type }) => {
      const observation = type === 'DNSKEY' ? keys : await ask(name, type);
      const problem = problemWith(authoritativeAnswer(observation), name, type, scene.now.epochMs());
      return problem ? fault(`${at} ${problem}`, observation) : [];
    }),
  );
  return signed.flat().slice(0, 1);
}

/** Record sets that exist at the server for sure, and so must be signed. */
function signedSets(scene: Scene, server: SeenServer, zone: Fqdn): { name: Fqdn; type: QuestionType }[] {
  const sets: { name: Fqdn; type: QuestionType }[] = [
    { name: zone, type: 'DNSKEY' },
    { name: zone, type: 'SOA' },
  ];
  const has = scene.type && ['visible', 'different'].includes(readingOf(scene, server).status);
  if (has) sets.push({ name: scene.owner, type: scene.type! });
  return sets;
}

function problemWith(
  message: Message | undefined,
  name: Fqdn,
  type: QuestionType,
  epochMs: number,
): string | undefined {
  if (!message) return undefined;
  const what = `${type} of ${bare(name)}`;
  const found = answersOf(message, name, 'RRSIG').filter(({ covered }) => covered === type);
  if (found.length === 0) return `gives no signature (RRSIG) for the ${what}`;
  const now = Math.floor(epochMs / 1_000);
  const isValid = ({ inception, expiration }: Signature) => inception <= now && now <= expiration;
  if (found.some(isValid)) return undefined;
  const [first] = found as [Signature, ...Signature[]];
  return first.expiration < now
    ? `gives a signature for the ${what} that expired at ${date(first.expiration)}`
    : `gives a signature for the ${what} that is not valid before ${date(first.inception)} (this machine's time is ${date(now)})`;
}

function date(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace('.000', '');
}
