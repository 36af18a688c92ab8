import { bind as program } from '../../packages/provider-rfc2136/test/servers/bind.js';
import { heldIn, put, update } from '../../packages/provider-rfc2136/test/servers/foreign.js';
import { OURS } from '../../packages/provider-rfc2136/test/servers/keys.js';
import { ADDRESS } from '../../packages/provider-rfc2136/test/servers/loopback.js';
import {
  type NameServer,
  startNameServer,
} from '../../packages/provider-rfc2136/test/servers/name-server.js';
import { transfer } from '../../packages/provider-rfc2136/test/servers/questions.js';
import { FOREIGN, ZONE } from '../zone.js';
import type { Backend, BackendKind } from './backend.js';

type ServedRecord = Awaited<ReturnType<typeof transfer>>[number];

/** The name server's own address stands in the zone, as whoever finds the delegation looks for it. */
const DELEGATION = [
  `add ns1.${ZONE}. 3600 A ${ADDRESS}`,
  `add ${ZONE}. 3600 NS ns1.${ZONE}.`,
  `delete ${ZONE}. NS ns1.servers.example.`,
];

/** BIND, by dynamic update. It is its own resolver: whoever asks it finds the delegation. */
export const bind: BackendKind = {
  title: 'BIND',
  commands: [...program.commands, 'nsupdate'],
  async start(): Promise<Backend> {
    const server = await startNameServer(program);
    try {
      await fill(server);
    } catch (error) {
      await server.close();
      throw error;
    }
    const address = `${ADDRESS}:${server.port}`;
    return {
      environment: {
        RFC2136_NAMESERVER: address,
        RFC2136_TSIG_KEY: OURS.name,
        RFC2136_TSIG_SECRET: OURS.secret,
        RFC2136_TSIG_ALGORITHM: OURS.algorithm,
        DOMAINPROOF_RESOLVERS: address,
        DOMAINPROOF_AUTHORITATIVE_PORT: String(server.port),
      },
      nameServers: [`${ADDRESS}@${server.port}`],
      async snapshot() {
        const records = await transfer(server.port, ZONE);
        return records
          .map((record) => JSON.stringify(withoutSerial(record)))
          .sort()
          .join('\n');
      },
      async values(name) {
        const sets = await heldIn(server, ZONE);
        const set = sets.find((held) => held.name === `${name}.` && held.type === 'TXT');
        return [...(set?.values ?? [])].sort();
      },
      close: () => server.close(),
    };
  },
};

async function fill(server: NameServer): Promise<void> {
  await server.addZones([ZONE]);
  await update(server, ZONE, DELEGATION);
  for (const { name, ...set } of FOREIGN) await put(server, ZONE, { name: `${name}.`, ...set });
}

/** The serial number counts the changes, and so cannot be what it was. */
function withoutSerial(record: ServedRecord): ServedRecord {
  return record.type === 'SOA' ? { ...record, data: { ...record.data, serial: 0 } } : record;
}
