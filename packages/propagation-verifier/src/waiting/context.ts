import type { Authority } from '../asking/authority.js';
import type { Exchange } from '../asking/exchange.js';
import type { ResolverClient } from '../asking/resolver.js';
import type { Clock } from '../clock.js';
import type { Delegations } from '../delegation/delegation.js';

export interface WaitContext {
  clock: Clock;
  random: () => number;
  exchange: Exchange;
  resolver: ResolverClient;
  authority: Authority;
  delegations: Delegations;
}

/** `once`: every address gets one question, and there is no deadline but that of each question. */
export type Patience = { once: true } | { once: false; timeoutMs: number };
