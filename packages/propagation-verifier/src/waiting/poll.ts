import { childSignal } from '../abort.js';
import { type AuthorityQuery, packetsOf } from '../asking/authority.js';
import type { Outcome } from '../asking/exchange.js';
import { type Bearing, bearingOf } from '../delegation/zone-cut.js';
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
/** Any server sends an answer of this size over UDP; one that is cut off all the same is a rate limit's doing. */
const ALWAYS_FITS_BYTES = 512;

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
    if (hop.awaitedAt(post).length === 0) await unlessRelinked(hop, signal);
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

async function unlessRelinked(hop: Hop, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    hop.relinked().then(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}

/** One question: over UDP; over both ways at once to an address that has not answered; over TCP to one that limits its answers. */
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
  const question = { name: hop.name, type: target.type };
  const send = async (by: AuthorityQuery, ending: AbortSignal) =>
    authority.ask(question, post.address, ending, { ...options, resendAfterMs: health.resendAfterMs, ...by });
  standing.asked(clock.now());
  try {
    const leave = await health.enter(signal);
    try {
      const { failure, failuresInARow } = standing;
      if (failuresInARow > 0 && failure === 'timeout') return await overBoth(send, signal);
      // A server that refuses over UDP alone is no lame one.
      const tcp = health.slowMs > 0 || failuresInARow % 2 === 1;
      const outcome = await send({ tcp }, signal);
      const packets = packetsOf(outcome);
      const cameOverTcp = outcome.kind === 'answer' && outcome.via === 'tcp';
      if (tcp) return { outcome, datagrams: 0, connections: packets, isShortened: false };
      return {
        outcome,
        datagrams: packets,
        connections: 0,
        isShortened: cameOverTcp && outcome.message.bytes <= ALWAYS_FITS_BYTES,
      };
    } finally {
      leave();
    }
  } finally {
    standing.over();
  }
}

async function overBoth(
  send: (by: AuthorityQuery, signal: AbortSignal) => Promise<Outcome>,
  signal: AbortSignal,
): Promise<Asked> {
  const slower = childSignal(signal);
  const failed: Outcome[] = [];
  const asks = [false, true].map(async (tcp): Promise<Asked> => {
    const outcome = await send({ tcp }, slower.signal);
    if (outcome.kind !== 'answer') {
      failed[tcp ? 1 : 0] = outcome;
      throw new Error('no answer');
    }
    return { outcome, datagrams: 1, connections: 1, isShortened: false };
  });
  try {
    return await Promise.any(asks);
  } catch {
    signal.throwIfAborted();
    const [udp, tcp] = failed as [Outcome, Outcome];
    return {
      outcome: udp.kind === 'timeout' ? tcp : udp,
      datagrams: packetsOf(udp),
      connections: packetsOf(tcp),
      isShortened: false,
    };
  } finally {
    slower.abort();
    slower.release();
  }
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
