import type { Fqdn } from '@domainproof/core';
import { childSignal } from '../abort.js';
import type { Clock } from '../clock.js';
import { isV6 } from '../transport/family.js';

/** Servers asked at the start, so that one dead server costs no time, and the pause before each further one. */
const AT_ONCE = 2;
const PAUSE_MS = 150;
/** Servers of one zone that are tried at most. */
const MAX_TRIED = 8;

export interface FirstUsefulOptions {
  clock: Clock;
  signal: AbortSignal;
  patienceMs: number;
}

/** Calls `onSent` when the server's turn has come; `undefined` is of no use. */
export type AskServer<S extends string, T> = (
  server: S,
  signal: AbortSignal,
  onSent: () => void,
) => Promise<T | undefined>;

/**
 * Asks servers (by address or host name) until one is of use: two at once, another one as soon as one is of no use or after a short
 * while. Undefined if none was of use in time. Time counts from the first question sent: waiting for a turn is no server's fault.
 * The questions still under way at the end are given up. Rejects on abort, and if `ask` does.
 */
export async function firstUseful<S extends string, T>(
  servers: readonly S[],
  ask: AskServer<S, T>,
  { clock, signal, patienceMs }: FirstUsefulOptions,
): Promise<T | undefined> {
  const waiting = [...new Set(servers)].slice(0, MAX_TRIED);
  if (waiting.length === 0) return undefined;
  const race = childSignal(signal);
  let underWay = 0;
  try {
    return await new Promise<T | undefined>((resolve, reject) => {
      const send = (server: S) => {
        underWay += 1;
        ask(server, race.signal, start).then((result) => {
          underWay -= 1;
          if (result !== undefined) resolve(result);
          else if (waiting.length > 0) send(waiting.shift()!);
          else if (underWay === 0) resolve(undefined);
        }, reject);
      };
      const goOn = async () => {
        while (waiting.length > 0) {
          await clock.sleep(PAUSE_MS, race.signal);
          if (waiting.length > 0) send(waiting.shift()!);
        }
      };
      let isStarted = false;
      const start = () => {
        if (isStarted) return;
        isStarted = true;
        // Both end with the race.
        goOn().catch(() => {});
        clock.sleep(patienceMs, race.signal).then(
          () => resolve(undefined),
          () => {},
        );
      };
      for (const server of waiting.splice(0, AT_ONCE)) send(server);
    });
  } finally {
    race.abort();
    race.release();
  }
}

/** Addresses in the order of trying: one of each host before the second of any, IPv4 first as more machines have a route for it. */
export function inTurn(hosts: readonly Fqdn[], addressesOf: (host: Fqdn) => readonly string[]): string[] {
  const ranked = hosts.flatMap((host) => {
    const addresses = [...addressesOf(host)].sort((a, b) => Number(isV6(a)) - Number(isV6(b)));
    return addresses.map((address, rank) => ({ address, rank }));
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ address }) => address);
}
