import type { Diagnosis, ServerReport } from '@domainproof/propagation-verifier';

/** The servers that must have the record itself: where CNAMEs lead away, those at the end of the chain. */
export function endServers({
  name,
  chain,
  servers,
}: Pick<Diagnosis, 'name' | 'chain' | 'servers'>): ServerReport[] {
  const end = chain.at(-1)?.target ?? name;
  return servers.filter((server) => server.name === end);
}

/** `on 1 of 2 server addresses`, of those that must have the record. */
export function describeSeen(record: Parameters<typeof endServers>[0]): string {
  const servers = endServers(record);
  const seen = servers.filter(({ status }) => status === 'visible').length;
  return `on ${seen} of ${servers.length} server ${servers.length === 1 ? 'address' : 'addresses'}`;
}
