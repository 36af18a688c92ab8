import { abortError, DnsError } from '@domainproof/core';
import { childSignal } from './abort.js';
import { Authority } from './asking/authority.js';
import { exchangeBy } from './asking/exchange.js';
import { parseResolvers, ResolverClient } from './asking/resolver.js';
import { systemClock } from './clock.js';
import { Delegations } from './delegation/delegation.js';
import { diagnose, lookingWith } from './diagnosis/diagnose.js';
import { networkTransport } from './transport/network.js';
import type { Verifier, VerifierOptions, WaitOptions } from './types/index.js';
import { startRun } from './waiting/run.js';
import { nameWithin, toTargets } from './waiting/target.js';
import { type WaitSettings, waitFor } from './waiting/wait.js';

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
  const context = { clock, random, exchange, transport, queryTimeoutMs, resolver, authority, delegations };
  const settingsOf = ({ timeoutMs = WAIT_TIMEOUT_MS, stopEarly = true, ...looking }: WaitOptions) => ({
    ...lookingWith(context, { ...looking, once: false }),
    patience: { once: false, timeoutMs: integer('timeoutMs', timeoutMs, 0, MAX_TIMER_MS) } as const,
    stopEarly,
  });
  return {
    async check(expectations, { signal } = {}) {
      const settings: WaitSettings = {
        ...lookingWith(context, { once: true }),
        patience: { once: true },
        stopEarly: true,
        onEvent: () => {},
      };
      return waitFor(context, toTargets(expectations), settings, signal);
    },
    async wait(expectations, { onEvent = () => {}, ...options } = {}) {
      const settings = { ...settingsOf(options), onEvent };
      return waitFor(context, toTargets(expectations), settings, options.signal);
    },
    run(expectations, options = {}) {
      return startRun(context, toTargets(expectations), settingsOf(options), options.signal);
    },
    async diagnose(subject, options = {}) {
      return diagnose(context, subject, options);
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
