import { expect } from 'vitest';
import type { Delegation, Verifier } from '../../src/index.js';
import type { World } from './world.js';

/** Searches the zone of a name, and holds that no resolver heard of the name or of one below it. */
export async function search(
  world: World,
  name: string,
  { verifier = world.verifier(), zone }: { verifier?: Verifier; zone?: string } = {},
): Promise<Delegation> {
  try {
    return await world.run(verifier.delegation(name, zone === undefined ? {} : { zone }));
  } finally {
    expect(told(world, name)).toEqual([]);
  }
}

/** What the resolver was asked at the name and below it. */
export function told(world: World, name: string): string[] {
  return world.resolver.asked.filter((question) => {
    const asked = question.split(' ')[0]!;
    return asked === name || asked.endsWith(`.${name}`);
  });
}

/** All addresses of a delegation, by host name. */
export function addressesOf({ nameServers }: Delegation): Record<string, readonly string[]> {
  return Object.fromEntries(nameServers.map(({ host, addresses }) => [host, addresses]));
}

/** Questions to addresses, as `192.0.2.1 example.com NS`. */
export function asked(world: World): string[] {
  return world.internet.log.map(({ to, name, type }) => `${to} ${name || '.'} ${type}`);
}
