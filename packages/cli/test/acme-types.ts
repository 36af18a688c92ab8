// Compiled by `pnpm typecheck`, and never run: what acme-client takes must be what we give.
import type { Client, ClientAutoOptions } from 'acme-client';
import { type AcmeChallenges, acmeChallenges, challengeCreateFn, challengeRemoveFn } from '../src/acme.js';

export const spread: Omit<ClientAutoOptions, 'csr'> = { termsOfServiceAgreed: true, ...acmeChallenges() };
export const byName: ClientAutoOptions = { csr: '', challengeCreateFn, challengeRemoveFn };
/** And nothing besides that it does not know, but for what is the caller's. */
export const known: (keyof ClientAutoOptions)[] = [] as Exclude<keyof AcmeChallenges, 'close'>[];
export const issue = (client: Client, csr: Buffer): Promise<string> =>
  client.auto({ csr, ...acmeChallenges({ timeoutMs: 60_000 }) });
