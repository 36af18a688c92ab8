import { absoluteName, type DnsError, type Fqdn, isDnsError } from '@domainproof/core';
import { type ChildSignal, childSignal } from '../abort.js';
import { type Bearing, bearingOf } from '../delegation/zone-cut.js';
import type { Delegation } from '../types/index.js';
import { Hop } from './hop.js';
import { poll } from './poll.js';
import type { Progress } from './progress.js';
import { jittered } from './schedule.js';
import { DEAD_AFTER_MS } from './standing.js';
import type { Target } from './target.js';

/** Pause after the first failed search for a delegation, doubled up to the longest. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** CNAMEs that are followed one after the other; resolvers give up at 8 to 16. */
const MAX_LINKS = 16;

/** Where an answer leads on; or the same zone with more addresses than were known. */
type Lead = { bearing: Bearing; address: string } | { delegation: Delegation };

/** The way on from a hop over its CNAME. */
interface Branch {
  link: string;
  stop: ChildSignal;
  work: Promise<void>;
}

/**
 * Asks for one name, from zone to zone until the servers of the right one are asked, and over CNAMEs. Ends when the signal fires; before,
 * only if every address is to be asked once, or if the name's zone is not found for good. False in the last case.
 */
export async function follow(
  progress: Progress,
  target: Target,
  index: number,
  name: Fqdn,
  signal: AbortSignal,
): Promise<boolean> {
  const { delegations } = progress.context;
  const hint = index === 0 ? target.hint : undefined;
  const first = await locate(progress, target, signal, () => delegations.find(name, hint, false, signal));
  if (!first) return false;
  for (let delegation: Delegation | undefined = first; delegation; ) {
    const from: Delegation = delegation;
    const hop = new Hop(name, from, target.records, (host, address) =>
      progress.postAt(from.zone, host, address),
    );
    target.enter(index, hop);
    progress.emit({
      type: 'delegation',
      name: target.name,
      target: name,
      zone: from.zone,
      nameServers: from.nameServers,
    });
    const lead = await askAll(progress, target, index, hop, signal);
    if (!lead) return true;
    delegation =
      'delegation' in lead
        ? lead.delegation
        : await locate(progress, target, signal, () =>
            delegations.follow(from, lead.bearing, lead.address, name, signal),
          );
  }
  return false;
}

/** Repeats a search that failed for a passing reason. Undefined if it failed for good; `target.failure` tells why. */
async function locate(
  progress: Progress,
  target: Target,
  signal: AbortSignal,
  search: () => Promise<Delegation>,
): Promise<Delegation | undefined> {
  const { clock, random } = progress.context;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await search();
    } catch (error) {
      if (signal.aborted || !isDnsError(error)) throw error;
      target.failure = error as DnsError;
      if (progress.isOnce || !error.retryable) return undefined;
    }
    await clock.sleep(jittered(pauseMs, random), signal);
  }
}

/** Asks all addresses of a hop, and goes on over its CNAME; or returns the answer that leads to a zone below. */
async function askAll(
  progress: Progress,
  target: Target,
  index: number,
  hop: Hop,
  signal: AbortSignal,
): Promise<Lead | undefined> {
  const round = childSignal(signal);
  const startedAt = progress.context.clock.now();
  let lead: Lead | undefined;
  let branch: Branch | undefined;
  let defect: { error: unknown } | undefined;
  const fail = (error: unknown) => {
    if (round.signal.aborted) return;
    defect = { error };
    round.abort();
  };
  const onAnswer = () => {
    const { link } = hop;
    if (link === branch?.link) return;
    branch?.stop.abort();
    target.leaveBehind(index);
    branch = undefined;
    if (link === undefined) return;
    const stop = childSignal(round.signal);
    const work = goOn(progress, target, index, hop, link, stop.signal)
      .catch((error) => {
        if (!stop.signal.aborted) fail(error);
      })
      .finally(stop.release);
    branch = { link, stop, work };
  };
  const polls = hop.posts.map(async (post) => {
    const bearing = await poll(progress, target, hop, post, round.signal, onAnswer);
    if (!bearing) return;
    // The addresses that are still asked serve another zone than was thought.
    lead ??= { bearing, address: post.address };
    round.abort();
  });
  const proof = async () => {
    const complete = hop.isComplete
      ? undefined
      : await findLost(progress, target, hop, startedAt, round.signal);
    const found = complete ?? (await proveZone(progress, target, hop, round.signal));
    if (!found) return;
    lead ??= found;
    round.abort();
  };
  if (!progress.isOnce) hop.proofDemanded().then(proof).catch(fail);
  await Promise.all(polls.map((work) => work.catch(fail)));
  await branch?.work;
  if (progress.isOnce && hop.isProofDemanded) await proof().catch(fail);
  round.release();
  if (defect) throw defect.error;
  signal.throwIfAborted();
  return lead;
}

/**
 * Hosts whose address was not found may be back, without the record. They are looked for once more, not before a server that
 * does not answer would count as dead.
 */
async function findLost(
  progress: Progress,
  target: Target,
  hop: Hop,
  startedAt: number,
  signal: AbortSignal,
): Promise<Lead | undefined> {
  const { clock, delegations } = progress.context;
  const pauseMs = startedAt + DEAD_AFTER_MS - clock.now();
  if (!progress.isOnce && pauseMs > 0) await clock.sleep(pauseMs, signal);
  const found = await locate(progress, target, signal, () =>
    delegations.find(hop.name, target.hint, true, signal),
  );
  hop.isComplete = true;
  const known = new Set(hop.posts.map(({ address }) => address));
  const isMore = found?.nameServers.some(({ addresses }) => addresses.some((one) => !known.has(one)));
  return isMore ? { delegation: found! } : undefined;
}

/**
 * Servers of a zone may also hold a zone below that is delegated elsewhere, and answer from it; a positive answer does not
 * show that. The owner of the SOA record does: one address is asked for it, others only if that one fails.
 */
async function proveZone(
  progress: Progress,
  target: Target,
  hop: Hop,
  signal: AbortSignal,
): Promise<Lead | undefined> {
  if (hop.isProven) {
    progress.review(target);
    return undefined;
  }
  const { authority } = progress.context;
  const serving = hop.posts.filter(({ standing }) => standing.hasServed);
  // Of many names not all ask the same address.
  const first = hop.name.length % serving.length;
  for (const { address } of [...serving.slice(first), ...serving.slice(0, first)]) {
    const outcome = await authority.ask({ name: hop.name, type: 'SOA' }, address, signal, { isUrgent: true });
    progress.questions += 1;
    if (outcome.kind !== 'answer') continue;
    const bearing = bearingOf(outcome.message, hop.delegation.zone, hop.name);
    if (bearing && bearing.kind !== 'here') return { bearing, address };
    if (bearing) break;
  }
  hop.isProven = true;
  progress.review(target);
  return undefined;
}

async function goOn(
  progress: Progress,
  target: Target,
  index: number,
  hop: Hop,
  link: string,
  signal: AbortSignal,
): Promise<void> {
  const fail = (kind: 'dangling' | 'loop' | 'long') => {
    hop.endHere(progress.elapsedMs);
    target.failChain(kind);
  };
  if (target.hops.slice(0, index + 1).some(({ name }) => name === link)) return fail('loop');
  if (index + 1 > MAX_LINKS) return fail('long');
  const name = nameOf(link);
  if (!name) return fail('dangling');
  const isFound = await follow(progress, target, index + 1, name, signal);
  if (!isFound && target.failure?.code === 'ZONE_NOT_FOUND') fail('dangling');
}

/** A CNAME may hold what is no name of a host or record, the root among them. */
function nameOf(target: string): Fqdn | undefined {
  try {
    return absoluteName(target);
  } catch {
    return undefined;
  }
}
