import { abortError, DnsError } from '@domainproof/core';
import { childSignal } from './abort.js';
import { Authority } from './asking/authority.js';
import { exchangeBy } from './asking/exchange.js';
import { parseResolvers, ResolverClient } from './asking/resolver.js';
import { verifyMany } from './bulk/verify-many.js';
import { systemClock } from './clock.js';
import { Delegations } from './delegation/delegation.js';
import { networkTransport } from './transport/network.js';
import type { Verifier, VerifierOptions } from './types/index.js';
import { nameWithin, toTargets } from './waiting/target.js';
import { waitFor } from './waiting/wait.js';

const DNS_PORT = 53;
const QUERY_TIMEOUT_MS = 2_000;
const WAIT_TIMEOUT_MS = 600_000;
/** Node's timers hold no more. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * A verifier that asks the authoritative name servers, address by address, whether a value is served.
 *
 * @throws DnsError `INVALID_VALUE` for an option that is out of its range.
 */
export function createVerifier(options: VerifierOptions = {}): Verifier {
  const { clock = systemClock, random = Math.random, transport = networkTransport } = options;
  const exchange = exchangeBy(transport, clock);
  const port = integer('authoritativePort', options.authoritativePort ?? DNS_PORT, 1, 65_535);
  const queryTimeoutMs = integer(
    'queryTimeoutMs',
    options.queryTimeoutMs ?? QUERY_TIMEOUT_MS,
    1,
    MAX_TIMER_MS,
  );
  const resolvers = parseResolvers(options.resolvers);
  const resolver = new ResolverClient({ exchange, clock, resolvers, queryTimeoutMs });
  const authority = new Authority({ exchange, clock, port, queryTimeoutMs });
  const delegations = new Delegations({ resolver, authority, clock });
  const context = { clock, random, exchange, resolver, authority, delegations };
  return {
    async check(expectations, { signal } = {}) {
      return waitFor(context, toTargets(expectations), { once: true }, { signal });
    },
    async wait(expectations, { timeoutMs = WAIT_TIMEOUT_MS, signal, onEvent } = {}) {
      const patience = { once: false, timeoutMs: integer('timeoutMs', timeoutMs, 0, MAX_TIMER_MS) } as const;
      return waitFor(context, toTargets(expectations), patience, { signal, onEvent });
    },
    run() {
      throw new DnsError('UNSUPPORTED', 'not built yet');
    },
    async diagnose() {
      throw new DnsError('UNSUPPORTED', 'not built yet');
    },
    verifyMany(expectations, options) {
      return verifyMany({ ...context, transport, port, queryTimeoutMs }, expectations, options);
    },
    async delegation(name, { zone, signal } = {}) {
      const { name: full, hint } = nameWithin(name, zone);
      if (signal?.aborted) throw abortError(signal);
      const work = childSignal(signal);
      try {
        return await delegations.find(full, hint, true, work.signal);
      } catch (error) {
        if (signal?.aborted) throw abortError(signal);
        throw error;
      } finally {
        work.release();
      }
    },
  };
}

function integer(option: string, value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new DnsError(
      'INVALID_VALUE',
      `The option "${option}" is ${String(value)}, and takes an integer from ${least} to ${most}.`,
    );
  return value;
}
