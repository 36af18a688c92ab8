import packet, { type Answer, type DecodedPacket, type OptAnswer, type Packet } from 'dns-packet';
import type { Asked, Via } from './internet.js';
import { isWithin, type ZoneData } from './zone-data.js';

/** Sees a question before the server does; undefined lets the server answer. */
export type Quirk = (
  asked: Asked,
  server: NameServer,
) => readonly Buffer[] | undefined | Promise<readonly Buffer[] | undefined>;

const NXDOMAIN = 3;
export const RCODE = { FORMERR: 1, SERVFAIL: 2, NXDOMAIN, NOTIMP: 4, REFUSED: 5 } as const;

export interface Reply extends Partial<Packet> {
  rcode?: number;
  /** Options of the OPT record. */
  options?: { code: number; data: Buffer }[];
  /** False leaves the OPT record out. */
  edns?: boolean;
}

/** A response to a query, authoritative unless told otherwise, with an OPT record if the query had one. */
export function reply(
  query: DecodedPacket,
  { rcode = 0, options = [], edns = true, ...rest }: Reply = {},
): Buffer {
  const asked = query.additionals?.find((record): record is OptAnswer => record.type === 'OPT');
  const opt = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: 1_232,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: asked?.flags ?? 0,
    flag_do: asked?.flag_do ?? false,
    options,
  } as unknown as Answer;
  const flags = (rest.flags ?? packet.AUTHORITATIVE_ANSWER) | rcode;
  const additionals = [...(rest.additionals ?? []), ...(asked && edns ? [opt] : [])];
  return packet.encode({
    type: 'response',
    id: query.id,
    questions: query.questions,
    ...rest,
    flags,
    additionals,
  });
}

/** Answers from its zones as a right authoritative server does, except for its quirks. */
export class NameServer {
  readonly host: string;
  readonly addresses: readonly string[];
  readonly quirks: Quirk[] = [];
  /** Name for itself, given to those who ask for it (NSID). */
  id: string | undefined;
  readonly #zones = new Map<string, ZoneData>();

  constructor(host: string, addresses: readonly string[]) {
    this.host = host;
    this.addresses = addresses;
  }

  hold(zone: ZoneData): ZoneData {
    this.#zones.set(zone.name, zone);
    return zone;
  }

  drop(name: string): void {
    this.#zones.delete(name);
  }

  zone(name: string): ZoneData {
    const zone = this.#zones.get(name);
    if (!zone) throw new Error(`${this.host} does not hold ${name}.`);
    return zone;
  }

  async answer(asked: Asked): Promise<readonly Buffer[]> {
    for (const quirk of this.quirks) {
      const replies = await quirk(asked, this);
      if (replies) return replies;
    }
    return [fit(asked, this.plain(asked))];
  }

  /** Without quirks. */
  plain({ query, name, type }: Asked): Buffer {
    const zone = this.#zoneOf(name, type);
    if (!zone) return this.#reply(query, { flags: 0, rcode: RCODE.REFUSED });
    const cut = zone.cutAbove(name);
    if (cut.length > 0 && !(type === 'DS' && cut[0]!.name === name)) return this.#referral(query, zone, cut);
    return this.#reply(query, this.#fromZone(zone, name, type, query));
  }

  #fromZone(zone: ZoneData, name: string, type: string, query: DecodedPacket): Reply {
    // Owners are written as they were asked, as real servers do.
    const asAsked = query.questions![0]!.name;
    const exists = zone.has(name) || name === zone.name;
    const owner = exists ? name : zone.wildcardFor(name);
    if (owner === undefined) return { rcode: NXDOMAIN, authorities: [zone.soa()] };
    const found = type === 'SOA' && name === zone.name ? [zone.soa()] : zone.at(owner, type);
    const signatures = query.additionals?.some((one) => (one as OptAnswer).flag_do)
      ? zone
          .at(owner, 'RRSIG')
          .filter((one) => (one as { data: { typeCovered: string } }).data.typeCovered === type)
      : [];
    const named = (records: Answer[]) => records.map((record) => ({ ...record, name: asAsked }) as Answer);
    if (found.length > 0) return { answers: named([...found, ...signatures]) };
    const cname = type === 'CNAME' ? [] : zone.at(owner, 'CNAME');
    if (cname.length > 0) return { answers: named(cname) };
    return { authorities: [zone.soa()] };
  }

  #referral(query: DecodedPacket, zone: ZoneData, cut: readonly Answer[]): Buffer {
    const hosts = cut.map((record) => (record as { data: string }).data.replace(/\.$/, ''));
    const glue = hosts.flatMap((host) => [...zone.at(host, 'A'), ...zone.at(host, 'AAAA')]);
    const signer = zone.at(cut[0]!.name, 'DS');
    return this.#reply(query, { flags: 0, authorities: [...cut, ...signer], additionals: glue });
  }

  #reply(query: DecodedPacket, content: Reply): Buffer {
    const asksId = (
      query.additionals?.find((one) => one.type === 'OPT') as OptAnswer | undefined
    )?.options.some(({ code }) => (code as unknown) === 'NSID' || (code as unknown) === 3);
    const options = asksId && this.id !== undefined ? [{ code: 3, data: Buffer.from(this.id) }] : [];
    return reply(query, { options, ...content });
  }

  #zoneOf(name: string, type: string): ZoneData | undefined {
    const holding = [...this.#zones.values()].filter((zone) => isWithin(name, zone.name));
    const deepest = holding.sort((a, b) => b.name.length - a.name.length);
    return deepest.find((zone) => type !== 'DS' || zone.name !== name) ?? deepest[0];
  }
}

/** Cuts a UDP answer that is larger than the query allows. */
function fit({ query, via }: { query: DecodedPacket; via: Via }, response: Buffer): Buffer {
  const opt = query.additionals?.find((record): record is OptAnswer => record.type === 'OPT');
  if (via !== 'udp' || response.length <= (opt?.udpPayloadSize ?? 512)) return response;
  const { flags = 0, rcode } = packet.decode(response) as DecodedPacket & { rcode: string };
  const code = Object.entries(RCODE).find(([name]) => name === rcode)?.[1] ?? 0;
  return reply(query, { flags: (flags & ~0xf) | packet.TRUNCATED_RESPONSE, rcode: code });
}
