import { abortError, type DnsError, isDnsError } from '@domainproof/core';
import { childSignal } from '../abort.js';
import type { Clock } from '../clock.js';
import { awaitPerspectives, type PerspectivesContext } from '../perspectives/await-perspectives.js';
import { type AskedPerspective, parsePerspectives } from '../perspectives/parse.js';
import { DEFAULT_QUORUM } from '../perspectives/quorum.js';
import type {
  DiagnosedFinding,
  DiagnoseOptions,
  Diagnosis,
  Expectation,
  ServerReport,
  Subject,
  Verdict,
  WaitOptions,
} from '../types/index.js';
import type { WaitContext } from '../waiting/context.js';
import { nameWithin, readExpectations } from '../waiting/expectation.js';
import { toTargets } from '../waiting/target.js';
import { type WaitSettings, waitFor } from '../waiting/wait.js';
import { isTerminal, settlesAfterMs } from './codes.js';
import { type Depth, inspect } from './inspect.js';
import { Hearsay } from './questions.js';
import { isOfTheZone, readServers } from './reading.js';
import type { Scene } from './scene.js';
import { sceneOf, sceneOfName } from './scene-of.js';

export type DiagnoseContext = WaitContext & PerspectivesContext;

/** Milliseconds that one look at a scene may take; what has not come to an end by then is left out. */
const LONGEST_LOOK_MS = 9_000;

interface Looking extends Pick<WaitOptions, 'authority' | 'operators' | 'quorum'> {
  perspectives?: readonly AskedPerspective[];
  /** Every perspective gets one question. */
  once: boolean;
  /** Records that every server has are looked into as well. Default false: they cost no questions. */
  looksIntoVisible?: boolean;
}

/** Records that are looked into at once. Many fail for one reason, and each one costs questions that polling goes without. */
const MOST_AT_ONCE: Record<'early' | 'full', number> = { early: 4, full: 8 };
/** Looks that begin within this time share what they hear. */
const SHARED_MS = 1_000;
/** Between questions to one address while it is polled, which leaves the greater part of its rate to the polls. */
const EARLY_PAUSE_MS = 150;

/** Looks of one moment. */
class Moment {
  readonly hearsay: Hearsay;
  readonly #clock: Clock;
  readonly #until: number;
  #looks = 0;

  constructor(clock: Clock) {
    this.hearsay = new Hearsay(clock);
    this.#clock = clock;
    this.#until = clock.now() + SHARED_MS;
  }

  get isOver(): boolean {
    return this.#clock.now() > this.#until;
  }

  /** The depth that one more record can be looked into. */
  depthFor(depth: 'early' | 'full'): Depth {
    this.#looks += 1;
    return this.#looks <= MOST_AT_ONCE[depth] ? depth : 'seen';
  }
}

/**
 * How a wait, a check and a diagnosis look for what is wrong, and whom they ask besides.
 */
export function lookingWith(
  context: DiagnoseContext,
  {
    authority,
    operators,
    perspectives = [],
    quorum = DEFAULT_QUORUM,
    once,
    looksIntoVisible = false,
  }: Looking,
): Pick<WaitSettings, 'inspector' | 'perspectives'> {
  const { clock } = context;
  const moments: Partial<Record<'early' | 'full', Moment>> = {};
  const momentOf = (depth: 'early' | 'full'): Moment => {
    const known = moments[depth];
    if (known && !known.isOver) return known;
    moments[depth] = new Moment(clock);
    return moments[depth];
  };
  const askElsewhere: WaitSettings['perspectives'] = ({ name, type }, { values, match }, signal, onReport) =>
    awaitPerspectives(context, { name, type, values, match }, perspectives, quorum, {
      once,
      signal,
      onReport,
    });
  return {
    perspectives: perspectives.length > 0 ? askElsewhere : undefined,
    inspector: {
      isTerminal,
      settlesAfterMs,
      inspect: async (target, record, depth, signal) => {
        const moment = momentOf(depth);
        const isLookedInto = looksIntoVisible || record.servedAfterMs === null;
        const deep = isLookedInto ? moment.depthFor(depth) : 'seen';
        const pauseMs = depth === 'early' ? EARLY_PAUSE_MS : 0;
        const { hearsay } = moment;
        const { findings } = await look(context, signal, deep, (deadline) =>
          sceneOf(context, target, record, { authority, operators, signal: deadline, hearsay, pauseMs }),
        );
        return depth === 'early' ? findings.filter(isTerminal) : findings;
      },
    },
  };
}

async function look(
  context: WaitContext,
  signal: AbortSignal,
  depth: Depth,
  sceneFor: (deadline: AbortSignal) => Scene | Promise<Scene>,
): Promise<{ scene: Scene; findings: readonly DiagnosedFinding[] }> {
  const deadline = childSignal(signal);
  const timer = childSignal(signal);
  context.clock.sleep(LONGEST_LOOK_MS, timer.signal).then(
    () => deadline.abort(),
    () => {},
  );
  try {
    const scene = await sceneFor(deadline.signal);
    const findings = await inspect(scene, depth);
    signal.throwIfAborted();
    return { scene, findings };
  } finally {
    timer.abort();
    timer.release();
    deadline.release();
  }
}

/**
 * Why a record is not visible, or what is wrong with the zone of a name. Every address is asked once, then whatever explains what is seen.
 *
 * @throws DnsError for bad input, and `ABORTED`.
 */
export async function diagnose(
  context: DiagnoseContext,
  subject: Subject,
  options: DiagnoseOptions,
): Promise<Diagnosis> {
  if (options.signal?.aborted) throw abortError(options.signal);
  try {
    return subject.type === undefined
      ? await diagnoseName(context, subject, options)
      : await diagnoseRecord(context, subject, options);
  } catch (error) {
    throw options.signal?.aborted ? abortError(options.signal) : error;
  }
}

async function diagnoseRecord(
  context: DiagnoseContext,
  subject: Expectation,
  { signal, perspectives, quorum, ...options }: DiagnoseOptions,
): Promise<Diagnosis> {
  const targets = toTargets(readExpectations([subject]));
  const settings: WaitSettings = {
    ...lookingWith(context, {
      ...options,
      perspectives: parsePerspectives(perspectives, quorum),
      quorum,
      once: true,
      looksIntoVisible: true,
    }),
    patience: { once: true },
    stopEarly: true,
    onEvent: () => {},
  };
  const { records } = await waitFor(context, targets, settings, signal);
  const { target } = targets.places[0]!;
  return { ...records[0]!, delegation: target.delegation ?? null };
}

async function diagnoseName(
  context: DiagnoseContext,
  { name, zone }: { name: string; zone?: string },
  { signal, authority, operators }: DiagnoseOptions,
): Promise<Diagnosis> {
  const { name: full, hint } = nameWithin(name, zone);
  const { clock, delegations } = context;
  const startedAt = clock.now();
  const work = childSignal(signal);
  try {
    const found = await delegations.find(full, hint, true, work.signal).then(
      (delegation) => ({ delegation }),
      (error: unknown) => ({ failure: asFailure(error) }),
    );
    const { scene, findings } = await look(context, work.signal, 'full', (deadline) =>
      sceneOfName(context, full, found, { authority, operators, signal: deadline }),
    );
    return {
      name: full,
      type: null,
      value: null,
      values: [],
      zone: scene.delegation?.zone ?? null,
      delegation: scene.delegation,
      visible: null,
      verdict: verdictOn(scene, findings),
      elapsedMs: Math.round(clock.now() - startedAt),
      chain: [],
      servers: reportsOf(scene),
      perspectives: [],
      findings,
    };
  } finally {
    work.abort();
    work.release();
  }
}

function asFailure(error: unknown): DnsError {
  if (isDnsError(error)) return error;
  throw error;
}

/** For a name alone `visible` says that its zone is served, and nothing stands in the way of a record. */
function verdictOn(scene: Scene, findings: readonly DiagnosedFinding[]): Verdict {
  if (findings.some(isTerminal)) return 'blocked';
  const read = readServers(scene);
  if (read.some(({ reading }) => isOfTheZone(reading))) return 'visible';
  const isSilent = read.every(({ reading }) => reading.status === 'timeout' || reading.status === 'no-route');
  return isSilent ? 'unknown' : 'pending';
}

/** A server that serves the zone has answered for its SOA, which is all that it was asked for. */
function reportsOf(scene: Scene): ServerReport[] {
  return readServers(scene).map(({ server: { host, address, outcome }, reading }) => ({
    host,
    address,
    name: scene.delegation!.zone,
    zone: scene.delegation!.zone,
    status: isOfTheZone(reading) ? 'visible' : reading.status,
    values: [],
    rttMs: 'rttMs' in outcome ? Math.round(outcome.rttMs * 10) / 10 : null,
    visibleAfterMs: null,
    questions: 1,
    history: [],
  }));
}
