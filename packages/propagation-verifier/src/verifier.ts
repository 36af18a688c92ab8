import { DnsError } from '@domainproof/core';
import { parseResolver } from './asking/resolver-address.js';
import { verifyMany } from './bulk/verify-many.js';
import { systemClock } from './clock.js';
import { parsePerspectives } from './perspectives/parse.js';
import { networkTransport } from './transport/network.js';
import type { Verifier, VerifierOptions, WaitOptions } from './types/index.js';
import type { Asking, Verification, Waiting } from './verification.js';
import { readExpectations } from './waiting/expectation.js';
import { startRun } from './waiting/run.js';

const DNS_PORT = 53;
const QUERY_TIMEOUT_MS = 2_000;
const WAIT_TIMEOUT_MS = 600_000;
/** Node's timers hold no more. */
const MAX_TIMER_MS = 2_147_483_647;

const ONE_LOOK: Waiting = { patience: { once: true }, stopEarly: true, onEvent: () => {} };

/**
 * A verifier that asks the authoritative name servers, address by address, whether a value is served.
 * Most of its code is loaded with the first question.
 *
 * @throws DnsError `INVALID_VALUE` for an option that is out of its range.
 */
export function createVerifier(options: VerifierOptions = {}): Verifier {
  const asking = readOptions(options);
  let loading: Promise<Verification> | undefined;
  const load = () => {
    loading ??= import('./verification.js').then(({ Verification }) => new Verification(asking));
    return loading;
  };
  return {
    async check(expectations, { signal } = {}) {
      const expected = readExpectations(expectations);
      return (await load()).wait(expected, ONE_LOOK, signal);
    },
    async wait(expectations, { onEvent = () => {}, signal, ...options } = {}) {
      const expected = readExpectations(expectations);
      const waiting = { ...readWaiting(options), onEvent };
      return (await load()).wait(expected, waiting, signal);
    },
    run(expectations, { signal, ...options } = {}) {
      const expected = readExpectations(expectations);
      const waiting = readWaiting(options);
      return startRun(
        async (onEvent, stop) => (await load()).wait(expected, { ...waiting, onEvent }, stop),
        signal,
      );
    },
    async diagnose(subject, options = {}) {
      return (await load()).diagnose(subject, options);
    },
    verifyMany(expectations, options) {
      return verifyMany(async () => (await load()).bulk, expectations, options);
    },
    async delegation(name, options = {}) {
      return (await load()).delegation(name, options);
    },
  };
}

function readOptions(options: VerifierOptions): Asking {
  const { clock = systemClock, random = Math.random, transport = networkTransport, resolvers = [] } = options;
  const { authoritativePort = DNS_PORT, queryTimeoutMs = QUERY_TIMEOUT_MS } = options;
  return {
    clock,
    random,
    transport,
    port: integer('authoritativePort', authoritativePort, 1, 65_535),
    queryTimeoutMs: integer('queryTimeoutMs', queryTimeoutMs, 1, MAX_TIMER_MS),
    resolvers: resolvers.length > 0 ? resolvers.map(parseResolver) : undefined,
  };
}

function readWaiting({
  timeoutMs = WAIT_TIMEOUT_MS,
  stopEarly = true,
  perspectives,
  quorum,
  ...looking
}: WaitOptions): Omit<Waiting, 'onEvent'> {
  return {
    ...looking,
    perspectives: parsePerspectives(perspectives, quorum),
    quorum,
    patience: { once: false, timeoutMs: integer('timeoutMs', timeoutMs, 0, MAX_TIMER_MS) },
    stopEarly,
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
