import { isIPv6 } from 'node:net';
import type { Fqdn } from '@domainproof/core';
import { childSignal } from '../abort.js';
import type { Clock } from '../clock.js';

/** Servers asked at the start, so that one dead server costs no time, and the pause before each further one. */
const AT_ONCE = 2;
const PAUSE_MS = 150;
/** Servers still silent are asked again after this, since a packet may have been lost. */
const AGAIN_MS = 400;
/** Servers of one zone that are tried at most, and how long for. */
const MAX_TRIED = 8;
const PATIENCE_MS = 1_500;

export interface FirstUsefulOptions {
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Asks servers until one is of use: two at once, another one as soon as one is of no use or after a short while.
 * Undefined if none was of use in 1.5 seconds. The questions still under way are given up. Rejects on abort, and if `ask` does.
 */
export async function firstUseful<T>(
  addresses: readonly string[],
  ask: (address: string, signal: AbortSignal) => Promise<T | undefined>,
  { clock, signal }: FirstUsefulOptions,
): Promise<T | undefined> {
  const waiting = [...new Set(addresses)].slice(0, MAX_TRIED);
  const race = childSignal(signal);
  const silent = new Map<string, number>();
  try {
    return await new Promise<T | undefined>((resolve, reject) => {
      const send = (address: string) => {
        silent.set(address, (silent.get(address) ?? 0) + 1);
        ask(address, race.signal).then((result) => {
          if (result !== undefined) {
            resolve(result);
            return;
          }
          const left = silent.get(address)! - 1;
          if (left > 0) silent.set(address, left);
          else silent.delete(address);
          if (waiting.length > 0) send(waiting.shift()!);
          else if (silent.size === 0) resolve(undefined);
        }, reject);
      };
      const goOn = async () => {
        for (;;) {
          await clock.sleep(waiting.length > 0 ? PAUSE_MS : AGAIN_MS, race.signal);
          if (waiting.length > 0) send(waiting.shift()!);
          else for (const address of [...silent.keys()]) send(address);
        }
      };
      for (const address of waiting.splice(0, AT_ONCE)) send(address);
      if (silent.size === 0) resolve(undefined);
      // Both end with the race.
      goOn().catch(() => {});
      clock.sleep(PATIENCE_MS, race.signal).then(
        () => resolve(undefined),
        () => {},
      );
    });
  } finally {
    race.abort();
    race.release();
  }
}

/** Addresses in the order of trying: one of each host before the second of any, IPv4 first as more machines have a route for it. */
export function inTurn(hosts: readonly Fqdn[], addressesOf: (host: Fqdn) => readonly string[]): string[] {
  const ranked = hosts.flatMap((host) => {
    const addresses = [...addressesOf(host)].sort((a, b) => Number(isIPv6(a)) - Number(isIPv6(b)));
    return addresses.map((address, rank) => ({ address, rank }));
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ address }) => address);
}
