import type { NameServer } from '../types/index.js';
import type { Hop, Post } from './hop.js';
import type { ExpectedRecord } from './record.js';

/**
 * Every server of the zone that serves it has the record, for certain, and no address says otherwise. Dead and lame addresses,
 * and hosts without any, are passed over while the hosts that have no other are fewer than half; so are addresses that this machine has no route to.
 *
 * @param networkSince when an address first answered: before, this machine may have had no network at all.
 */
export function agrees(hop: Hop, record: ExpectedRecord, now: number, networkSince: number): boolean {
  const isConfirmed = (post: Post) => post.views.get(record)!.isConfirmed;
  const reachable = hop.posts.filter(
    (post) => isConfirmed(post) || !post.standing.isUnreachable(networkSince),
  );
  const isUnfit = (post: Post) => !isConfirmed(post) && post.standing.isUnfit(now);
  if (!reachable.some(isConfirmed)) return false;
  if (!reachable.every((post) => isConfirmed(post) || isUnfit(post))) return false;
  // Hosts may share an address; one whose address nobody tells could not even be asked.
  const at = ({ addresses }: NameServer) => reachable.filter(({ address }) => addresses.includes(address));
  const counted = hop.delegation.nameServers.filter((server) => server.isLost || at(server).length > 0);
  const unfit = counted.filter((server) => at(server).every(isUnfit));
  return 2 * unfit.length < counted.length;
}
