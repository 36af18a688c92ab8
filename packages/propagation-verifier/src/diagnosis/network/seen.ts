import { type Fqdn, isWithin } from '@domainproof/core';
import { isV6 } from '../../transport/family.js';
import { isOfTheZone, readingOf } from '../reading.js';
import type { Observation, Scene } from '../scene.js';

/** Whether a resolver may be asked for a name: it must not learn that the record is absent before it is served. */
export function mayAskResolver({ name, owner, chain, isServedEverywhere }: Scene, asked: Fqdn): boolean {
  const guarded = [name, owner, ...chain.map(({ target }) => target)];
  return isServedEverywhere || !guarded.some((one) => isWithin(asked, one));
}

/** The server answered as one that serves the zone. */
export function hasAuthority(scene: Scene, observation: Observation): boolean {
  return isOfTheZone(readingOf(scene, observation));
}

export function answersAsResolver({ outcome }: Pick<Observation, 'outcome'>): boolean {
  return outcome.kind === 'answer' && outcome.message.recursionAvailable && !outcome.message.authoritative;
}

/** A resolver may answer in place of all servers, and must not hear of the record from a question to any of them. */
export function mayBeIntercepted(scene: Scene): boolean {
  const { servers } = scene;
  return servers.some(answersAsResolver) && !servers.some((server) => hasAuthority(scene, server));
}

export function familyOf(address: string): 'IPv4' | 'IPv6' {
  return isV6(address) ? 'IPv6' : 'IPv4';
}
