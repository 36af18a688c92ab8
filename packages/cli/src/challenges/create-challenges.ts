import { type DesiredRecord, DnsError, type ReleaseReport } from '@domainproof/core';
import type { Verifier } from '@domainproof/propagation-verifier';
import type { Session } from '../connection.js';
import { DEFAULT_WAIT_MS } from '../settings.js';
import type { Challenges, Presented } from './challenges.js';
import { cleanUpTogether } from './clean-up-together.js';
import { Gatherer } from './gatherer.js';
import { presentTogether } from './present-together.js';
import { Request } from './request.js';

export interface ChallengesOptions extends Omit<Session, 'installed'> {
  /** Asked for each batch: delegations may change in a process that stays, and a verifier keeps those that it has found. */
  openVerifier(): Promise<Verifier>;
  /** Milliseconds that a record is waited for. Default 600,000. */
  timeoutMs?: number;
}

/** The last work on a record, and what carries such work out. */
interface Turn {
  gatherer: object;
  request: Request<unknown>;
}

/** Challenges over one engine, whose journal and accounts they share with whatever else uses it. */
export function createChallenges({
  openVerifier,
  timeoutMs = DEFAULT_WAIT_MS,
  ...session
}: ChallengesOptions): Challenges {
  const presents = new Gatherer<Presented>((requests) =>
    presentTogether(requests, { session, openVerifier, timeoutMs }),
  );
  const cleanups = new Gatherer<ReleaseReport['outcome']>((requests) => cleanUpTogether(requests, session));
  const turns = new Map<string, Turn>();
  let isClosed = false;

  /** The same work on the same record is done once for all who ask at a time; other work on it takes its turn. */
  async function ask<Outcome>(
    gatherer: Gatherer<Outcome>,
    record: DesiredRecord,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    if (isClosed) throw new DnsError('ABORTED', 'The challenges are closed; nothing more is begun.');
    const key = keyOf(record);
    const before = turns.get(key);
    if (before?.gatherer === gatherer && before.request.isAttended)
      return (before.request as Request<Outcome>).join(signal);
    const request = new Request<Outcome>(record);
    const outcome = request.join(signal);
    if (!request.isAttended) return outcome;
    const turn = { gatherer, request };
    turns.set(key, turn);
    request.ended.then(() => {
      if (turns.get(key) === turn) turns.delete(key);
    });
    if (before) before.request.ended.then(() => gatherer.add(request));
    else gatherer.add(request);
    return outcome;
  }

  return {
    present: (record, signal) => ask(presents, record, signal),
    cleanup: (record, signal) => ask(cleanups, record, signal),
    async close() {
      isClosed = true;
      while (turns.size > 0) await Promise.all([...turns.values()].map(({ request }) => request.ended));
      await presents.idle();
      await cleanups.idle();
    },
  };
}

function keyOf({ name, type, value, line, zone, provider }: DesiredRecord): string {
  return JSON.stringify([name, type, value, line, zone, provider]);
}
