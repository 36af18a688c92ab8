import { join } from 'node:path';
import { createClient, type DesiredRecord, type DnsClient, fileJournal } from '@domainproof/core';
import { createVerifier, type Verifier } from '@domainproof/propagation-verifier';
import { alidns } from '@domainproof/provider-alidns';
import { huaweicloud } from '@domainproof/provider-huaweicloud';
import type { Simulator } from '@domainproof/simulator';
import { challengeRecord, digestOf } from '../src/challenges/acme-record.js';
import type { Challenges } from '../src/challenges/challenges.js';
import { type ChallengesOptions, createChallenges } from '../src/challenges/create-challenges.js';

const THUMBPRINT = digestOf(`account.${'k'.repeat(43)}`);

/** The record of a challenge for an identifier; the token tells several of one identifier apart. */
export function challenge(identifier: string, token = 'token'): DesiredRecord {
  return challengeRecord(identifier, digestOf(`${token}.${THUMBPRINT}`));
}

export interface World extends ChallengesOptions {
  challenges: Challenges;
  /** Calls of the engine and of verifiers that the challenges made, with the number of records or leases of each. */
  asked: { ensureEach: number[]; releaseEach: number[]; wait: number[] };
}

/** Challenges against a simulator, as a new process has them. */
export function makeWorld(
  simulator: Simulator,
  folder: string,
  { journal: file = 'leases.jsonl', ...given }: { journal?: string; timeoutMs?: number } = {},
): World {
  const environment = simulator.env;
  const providers = [huaweicloud({ environment }), alidns({ environment })];
  const journal = fileJournal({ file: join(folder, file) });
  const asked: World['asked'] = { ensureEach: [], releaseEach: [], wait: [] };
  const client = counting(createClient({ providers, journal }), asked);
  const { resolver, authoritativePort } = simulator;
  const log = { debug() {}, info() {}, warn() {} };
  const options: ChallengesOptions = {
    client,
    journal,
    providers,
    title: ({ id }) => id,
    call: (signal) => ({ signal, log, onApiCall() {} }),
    openVerifier: async () => counting(createVerifier({ resolvers: [resolver], authoritativePort }), asked),
    ...given,
  };
  return { ...options, challenges: createChallenges(options), asked };
}

function counting<Subject extends DnsClient | Verifier>(subject: Subject, asked: World['asked']): Subject {
  const counted = Object.entries(asked).flatMap(([name, sizes]) => {
    const method = subject[name as keyof Subject];
    if (typeof method !== 'function') return [];
    const call = (list: readonly unknown[], ...rest: unknown[]) => {
      sizes.push(list.length);
      return method.call(subject, list, ...rest);
    };
    return [[name, call]];
  });
  return { ...subject, ...Object.fromEntries(counted) };
}
