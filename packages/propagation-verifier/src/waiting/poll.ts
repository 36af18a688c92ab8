import { childSignal } from '../abort.js';
import type { AuthorityQuery } from '../asking/authority.js';
import type { Outcome } from '../asking/exchange.js';
import { type Bearing, bearingOf } from '../delegation/zone-cut.js';
import type { Question } from '../wire/query.js';
import type { Hop, Post } from './hop.js';
import type { Asked, Progress } from './progress.js';
import { jittered, nextSpacing } from './schedule.js';
import type { Target } from './target.js';

/** Between questions to an address that gives no useful answer: doubled from the first to the most. */
const FAILING_SPACING_MS = 50;
const FAILING_CAP_MS = 1_000;
/** The same once it is passed over. */
const UNFIT_SPACING_MS = 10_000;
const UNREACHABLE_SPACING_MS = 5_000;
/** Between questions for a CNAME that is followed already. */
const LINK_SPACING_MS = 5_000;
/** Node's timers hold no more. */
const MAX_TIMER_MS = 2_147_483_647;
/** Questions at once to an address that does not answer. */
const TO_SILENT = 3;

/**
 * Asks one address about one name until it is believed to hold all that is awaited there, and then waits for the end of the run.
 * Resolves with an answer that leads to a zone below, or when every address is to be asked once only. Rejects on abort.
 */
export async function poll(
  progress: Progress,
  target: Target,
  hop: Hop,
  post: Post,
  signal: AbortSignal,
  onAnswer: () => void,
): Promise<Bearing | undefined> {
  const { clock, random } = progress.context;
  let spacing: number | undefined;
  for (;;) {
    const askedAt = clock.now();
    const asked = await ask(progress, target, hop, post, signal);
    const bearing = leadingOn(asked.outcome, hop);
    if (bearing) return bearing;
    progress.note(target, hop, post, asked);
    onAnswer();
    if (progress.isOnce) return undefined;
    await confirm(progress, target, hop, post, signal);
    onAnswer();
    if (hop.awaitedAt(post).length === 0) await rest(progress, hop, signal);
    spacing = nextSpacing(spacing, progress.elapsedMs, post.health.rttMs);
    const pauseMs = jittered(Math.max(spacing, backOff(progress, post)), random) - (clock.now() - askedAt);
    if (pauseMs > 0) await clock.sleep(pauseMs, signal);
  }
}

/**
 * After the first sighting of a record: further questions at once, each from its own port, so that machines behind one address
 * are told apart. Where others wait for answers of the address already, these serve as well.
 */
async function confirm(
  progress: Progress,
  target: Target,
  hop: Hop,
  post: Post,
  signal: AbortSignal,
): Promise<void> {
  const { standing, health } = post;
  const until = progress.context.clock.now() + health.resendAfterMs;
  let missing = hop.missingSightings(post);
  while (missing > 0 && standing.underWay >= missing && progress.context.clock.now() < until) {
    const before = standing.streak;
    await nextAnswer(progress, post, until, signal);
    hop.settle(post);
    progress.review(target);
    missing = hop.missingSightings(post);
    if (standing.streak < before) break;
  }
  const one = async () =>
    progress.note(
      target,
      hop,
      post,
      await ask(progress, target, hop, post, signal, { nsid: true, isUrgent: true }),
    );
  await Promise.all(Array.from({ length: missing }, one));
}

async function nextAnswer(
  progress: Progress,
  { standing }: Post,
  until: number,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = progress.context;
  const timer = childSignal(signal);
  try {
    await Promise.race([standing.next(), clock.sleep(until - clock.now(), timer.signal)]);
  } finally {
    timer.abort();
    timer.release();
  }
}

/** A confirmed address is not asked again before the hop calls for it; one that gave a CNAME seldom, as that may be changed. */
async function rest(progress: Progress, hop: Hop, signal: AbortSignal): Promise<void> {
  const end = childSignal(signal);
  const restMs = hop.link === undefined ? MAX_TIMER_MS : LINK_SPACING_MS;
  try {
    await Promise.race([hop.recalled(), progress.context.clock.sleep(restMs, end.signal)]);
  } finally {
    end.abort();
    end.release();
  }
}

/**
 * One question, for the zone's SOA record first where the address is not known to serve the zone, and may be intercepted; several at once to an address that is silent, so that lost packets are told from
 * a dead server soon.
 */
async function ask(
  progress: Progress,
  target: Target,
  hop: Hop,
  post: Post,
  signal: AbortSignal,
  options: AuthorityQuery = {},
): Promise<Asked> {
  const { authority, clock } = progress.context;
  const { health, standing } = post;
  const packets = { udp: 0, tcp: 0, https: 0 };
  const own: Question = { name: hop.name, type: target.type };
  const send = (question: Question, tcp: boolean, ending: AbortSignal) =>
    authority.ask(question, post.address, ending, {
      ...options,
      tcp,
      resendAfterMs: health.resendAfterMs,
      onPacket: (via) => {
        packets[via] += 1;
      },
    });
  standing.asked(clock.now());
  try {
    const leave = await health.enter(signal);
    try {
      const { failure, failuresInARow } = standing;
      const isSilent = failuresInARow > 0 && failure === 'timeout' && !progress.isUnfit(post);
      // A server that refuses over UDP alone is not lame.
      const tcp = health.slowMs > 0 || (failure !== 'timeout' && failuresInARow % 2 === 1);
      const put = (question: Question) =>
        isSilent
          ? firstAnswer((ending) => send(question, false, ending), signal)
          : send(question, tcp, signal);
      const question: Question = isDoubtful(hop, post) ? { name: hop.delegation.zone, type: 'SOA' } : own;
      const heard = await put(question);
      const isProof = question !== own && hasAuthority(heard);
      const outcome = isProof ? await put(own) : heard;
      return {
        question: isProof ? own : question,
        outcome,
        datagrams: packets.udp,
        connections: packets.tcp,
      };
    } finally {
      leave();
    }
  } finally {
    standing.over();
  }
}

async function firstAnswer(
  send: (signal: AbortSignal) => Promise<Outcome>,
  signal: AbortSignal,
): Promise<Outcome> {
  const others = childSignal(signal);
  let last: Outcome | undefined;
  const asks = Array.from({ length: TO_SILENT }, async () => {
    last = await send(others.signal);
    if (last.kind !== 'answer') throw new Error('no answer');
    return last;
  });
  try {
    return await Promise.any(asks);
  } catch {
    signal.throwIfAborted();
    return last!;
  } finally {
    others.abort();
    others.release();
  }
}

/** Neither the zone nor the one above has given its NS records with authority, or this address answers as a resolver does. */
function isDoubtful(hop: Hop, { standing }: Post): boolean {
  const { parent, child } = hop.delegation;
  return standing.mayBeResolver || (!standing.hasServed && !parent && !child);
}

function hasAuthority(outcome: Outcome): boolean {
  return 'message' in outcome && outcome.message.authoritative;
}

function leadingOn(outcome: Outcome, hop: Hop): Bearing | undefined {
  if (outcome.kind !== 'answer') return undefined;
  const bearing = bearingOf(outcome.message, hop.delegation.zone, hop.name);
  return bearing?.kind === 'here' ? undefined : bearing;
}

/** Least milliseconds to the next question, for an address that is in trouble. */
function backOff(progress: Progress, post: Post): number {
  const { standing, health } = post;
  if (progress.isUnfit(post)) return UNFIT_SPACING_MS;
  if (progress.isUnreachable(post)) return UNREACHABLE_SPACING_MS;
  if (standing.failuresInARow === 0) return health.slowMs;
  return Math.max(health.slowMs, Math.min(FAILING_CAP_MS, FAILING_SPACING_MS * 2 ** standing.failuresInARow));
}
