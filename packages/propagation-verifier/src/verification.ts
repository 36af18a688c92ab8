import { getServers } from 'node:dns';
import { abortError } from '@domainproof/core';
import { childSignal } from './abort.js';
import { Authority } from './asking/authority.js';
import { exchangeBy } from './asking/exchange.js';
import { ResolverClient } from './asking/resolver.js';
import { parseResolver } from './asking/resolver-address.js';
import type { BulkContext } from './bulk/run.js';
import type { Clock } from './clock.js';
import { Delegations } from './delegation/delegation.js';
import { diagnose, lookingWith } from './diagnosis/diagnose.js';
import type { AskedPerspective } from './perspectives/parse.js';
import type { Endpoint, Transport } from './transport/transport.js';
import type {
  Delegation,
  DiagnoseOptions,
  Diagnosis,
  Report,
  Subject,
  VerifierEvent,
  WaitOptions,
} from './types/index.js';
import type { Patience } from './waiting/context.js';
import { type Expected, nameWithin } from './waiting/expectation.js';
import { toTargets } from './waiting/target.js';
import { waitFor } from './waiting/wait.js';

/** The options of a verifier, checked. */
export interface Asking {
  clock: Clock;
  random: () => number;
  transport: Transport;
  port: number;
  queryTimeoutMs: number;
  /** Undefined: the system's. */
  resolvers: readonly Endpoint[] | undefined;
}

/** What a wait asks for, checked. */
export interface Waiting extends Pick<WaitOptions, 'authority' | 'operators' | 'quorum'> {
  perspectives?: readonly AskedPerspective[];
  patience: Patience;
  stopEarly: boolean;
  onEvent: (event: VerifierEvent) => void;
}

/** Everything that a verifier does, and knows from one question to the next. It is loaded with the first question. */
export class Verification {
  readonly bulk: BulkContext;

  constructor({ resolvers = getServers().map(parseResolver), ...asking }: Asking) {
    const { clock, transport, port, queryTimeoutMs } = asking;
    const exchange = exchangeBy(transport, clock);
    const resolver = new ResolverClient({ exchange, clock, resolvers, queryTimeoutMs });
    const authority = new Authority({ exchange, clock, port, queryTimeoutMs });
    const delegations = new Delegations({ resolver, authority, clock });
    this.bulk = { ...asking, exchange, resolver, authority, delegations };
  }

  async wait(
    expected: readonly Expected[],
    waiting: Waiting,
    signal: AbortSignal | undefined,
  ): Promise<Report> {
    const { patience, stopEarly, onEvent, ...looking } = waiting;
    const settings = {
      ...lookingWith(this.bulk, { ...looking, once: patience.once }),
      patience,
      stopEarly,
      onEvent,
    };
    return waitFor(this.bulk, toTargets(expected), settings, signal);
  }

  async diagnose(subject: Subject, options: DiagnoseOptions): Promise<Diagnosis> {
    return diagnose(this.bulk, subject, options);
  }

  async delegation(
    name: string,
    { zone, signal }: { zone?: string; signal?: AbortSignal },
  ): Promise<Delegation> {
    const { name: full, hint } = nameWithin(name, zone);
    if (signal?.aborted) throw abortError(signal);
    const work = childSignal(signal);
    try {
      return await this.bulk.delegations.find(full, hint, true, work.signal);
    } catch (error) {
      if (signal?.aborted) throw abortError(signal);
      throw error;
    } finally {
      work.release();
    }
  }
}
