import packet, { type Answer, type DecodedPacket } from 'dns-packet';
import type { Asked } from './internet.js';
import type { NameServer } from './name-server.js';
import { RCODE, reply } from './name-server.js';

interface Cached {
  until: number;
  rcode: number;
  answers: readonly Answer[];
  authorities: readonly Answer[];
}

/** A caching resolver. Follows referrals and CNAMEs from the root, keeps what it hears as long as it may, and logs what it is asked. */
export class Recursive {
  readonly asked: string[] = [];
  /** Answers first if it wants to: a resolver that validates, or one that lies. */
  override: ((asked: Asked) => Buffer | undefined) | undefined;
  readonly #root: readonly NameServer[];
  readonly #servers: ReadonlyMap<string, NameServer>;
  readonly #now: () => number;
  readonly #cache = new Map<string, Cached>();

  constructor(root: readonly NameServer[], servers: ReadonlyMap<string, NameServer>, now: () => number) {
    this.#root = root;
    this.#servers = servers;
    this.#now = now;
  }

  async answer(asked: Asked): Promise<readonly Buffer[]> {
    this.asked.push(`${asked.name} ${asked.type}`);
    const overridden = this.override?.(asked);
    if (overridden) return [overridden];
    const { rcode, answers, authorities } = await this.#resolve(asked.name, asked.type, asked, 0);
    return [
      reply(asked.query, {
        flags: packet.RECURSION_AVAILABLE,
        rcode,
        answers: [...answers],
        authorities: [...authorities],
      }),
    ];
  }

  async #resolve(name: string, type: string, asked: Asked, depth: number): Promise<Omit<Cached, 'until'>> {
    const failed = { rcode: RCODE.SERVFAIL, answers: [], authorities: [] };
    if (depth > 8) return failed;
    const key = `${name} ${type}`;
    const known = this.#cache.get(key);
    if (known && known.until > this.#now()) return aged(known, this.#now());
    const message = await this.#iterate(name, type, asked);
    if (!message) return failed;
    const answers = message.answers ?? [];
    const authorities = message.authorities ?? [];
    const rcode = message.rcode === 'NXDOMAIN' ? RCODE.NXDOMAIN : 0;
    const ttl = answers.length > 0 ? ttlOf(answers[0]!) : Math.min(...authorities.map(ttlOf), 300);
    const found: Cached = { until: this.#now() + ttl * 1_000, rcode, answers, authorities };
    this.#cache.set(key, found);
    const cname = answers.find((record) => record.type === 'CNAME') as { data: string } | undefined;
    if (!cname || type === 'CNAME' || answers.some((record) => record.type === type)) return found;
    const rest = await this.#resolve(cname.data.toLowerCase().replace(/\.$/, ''), type, asked, depth + 1);
    return { ...rest, answers: [...answers, ...rest.answers] };
  }

  async #iterate(
    name: string,
    type: string,
    asked: Asked,
  ): Promise<(DecodedPacket & { rcode: string }) | undefined> {
    let servers = this.#root;
    for (let depth = 0; depth < 12; depth += 1) {
      const message = await this.#askAny(servers, name, type, asked);
      if (!message) return undefined;
      const referral = (message.authorities ?? []).filter((record) => record.type === 'NS');
      if (message.flag_aa || referral.length === 0) return message;
      servers = referral.flatMap(
        (record) => this.#servers.get((record as { data: string }).data.replace(/\.$/, '')) ?? [],
      );
    }
    return undefined;
  }

  async #askAny(servers: readonly NameServer[], name: string, type: string, { at }: Asked) {
    for (const server of servers) {
      const questions = [{ name, type, class: 'IN' }] as DecodedPacket['questions'];
      const query = packet.decode(packet.encode({ type: 'query', id: 1, questions }));
      const to = server.addresses[0]!;
      const replies = await server.answer({ query, name, type, via: 'tcp', to, at });
      const message = replies[0] && (packet.decode(replies[0]) as DecodedPacket & { rcode: string });
      if (message && (message.rcode === 'NOERROR' || message.rcode === 'NXDOMAIN')) return message;
    }
    return undefined;
  }
}

function ttlOf(record: Answer): number {
  return (record as { ttl?: number }).ttl ?? 0;
}

function aged(cached: Cached, now: number): Cached {
  const left = Math.max(0, Math.ceil((cached.until - now) / 1_000));
  const older = (records: readonly Answer[]) =>
    records.map((record) => ({ ...record, ttl: Math.min(ttlOf(record), left) }) as Answer);
  return { ...cached, answers: older(cached.answers), authorities: older(cached.authorities) };
}
