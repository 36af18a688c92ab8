import type { Callbacks } from './acme/callbacks.js';
import type { ChallengeFn } from './acme/contract.js';
import type { AcmeChallengesOptions } from './acme/options.js';

export type { Authorization, Challenge, ChallengeFn } from './acme/contract.js';
export type { AcmeChallengesOptions } from './acme/options.js';
export type { NotVisibleError } from './challenges/not-visible.js';

/** What acme-client's `auto()` is told, to be spread into its options. */
export interface AcmeChallenges {
  /**
   * Writes the record of a challenge, and resolves when every name server shows it. What is asked for at about the same time becomes one
   * write for each record set, and one wait.
   *
   * @throws DnsError `UNSUPPORTED` for a challenge that is not `dns-01`; `TIMEOUT`, as a `NotVisibleError`, if the record is not visible in
   * time: it stays, and `challengeRemoveFn` takes it away; else what the provider failed with
   */
  challengeCreateFn: ChallengeFn;
  /** Takes the value away, also one that another process wrote. Values of others stay; one that is gone already is no failure. */
  challengeRemoveFn: ChallengeFn;
  /** The record is seen before the certificate authority is told to look, so acme-client need not ask by itself. */
  skipChallengeVerification: true;
  /** acme-client prefers `http-01`. */
  challengePriority: string[];
  /** Resolved when nothing is under way any more; what is asked for later is refused with `ABORTED`. */
  close(): Promise<void>;
}

/**
 * The callbacks for acme-client's `auto()`: `client.auto({ csr, email, termsOfServiceAgreed: true, ...acmeChallenges() })`.
 * Everything else is loaded, and settings are read, with the first challenge.
 */
export function acmeChallenges(options: AcmeChallengesOptions = {}): AcmeChallenges {
  let loading: Promise<Callbacks> | undefined;
  const load = () => {
    loading ??= import('./acme/callbacks.js').then(({ Callbacks }) => new Callbacks(options));
    return loading;
  };
  return {
    challengeCreateFn: async (...given) => (await load()).create(...given),
    challengeRemoveFn: async (...given) => (await load()).remove(...given),
    skipChallengeVerification: true,
    challengePriority: ['dns-01'],
    close: async () => (await load()).close(),
  };
}

/** As of `acmeChallenges()`, for the whole process: with the settings that the command line has here. */
export const { challengeCreateFn, challengeRemoveFn } = acmeChallenges();
