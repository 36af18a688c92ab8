import { isIPv6 } from 'node:net';
import type { Fqdn } from '@domainproof/core';
import { childSignal } from '../abort.js';
import type { Clock } from '../clock.js';

/** Servers asked at the start, so that one dead server costs no time, and the pause before each further one. */
const AT_ONCE = 2;
const PAUSE_MS = 150;
/** Servers still silent are asked again after this, since a packet may have been lost, and how often. */
const AGAIN_MS = 400;
const MAX_ROUNDS = 3;
/** Servers of one zone that are tried at most. */
const MAX_TRIED = 8;

export interface FirstUsefulOptions {
  clock: Clock;
  signal: AbortSignal;
  patienceMs: number;
  /** Who is asked again if silent. Default: all. */
  isRepeated?: (server: string) => boolean;
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
  { clock, signal, patienceMs, isRepeated = () => true }: FirstUsefulOptions,
): Promise<T | undefined> {
  const waiting = [...new Set(servers)].slice(0, MAX_TRIED);
  if (waiting.length === 0) return undefined;
  const race = childSignal(signal);
  const underWay = new Map<S, number>();
  try {
    return await new Promise<T | undefined>((resolve, reject) => {
      const send = (server: S) => {
        underWay.set(server, (underWay.get(server) ?? 0) + 1);
        ask(server, race.signal, start).then((result) => {
          if (result !== undefined) return resolve(result);
          const left = underWay.get(server)! - 1;
          if (left > 0) underWay.set(server, left);
          else underWay.delete(server);
          if (waiting.length > 0) send(waiting.shift()!);
          else if (underWay.size === 0) resolve(undefined);
        }, reject);
      };
      const goOn = async () => {
        while (waiting.length > 0) {
          await clock.sleep(PAUSE_MS, race.signal);
          if (waiting.length > 0) send(waiting.shift()!);
        }
        for (let round = 0; round < MAX_ROUNDS; round += 1) {
          await clock.sleep(AGAIN_MS, race.signal);
          for (const server of [...underWay.keys()].filter(isRepeated)) send(server);
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
    const addresses = [...addressesOf(host)].sort((a, b) => Number(isIPv6(a)) - Number(isIPv6(b)));
    return addresses.map((address, rank) => ({ address, rank }));
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ address }) => address);
}
