import type { ServerGroup } from './hosts.js';
import type { Answerer } from './listener.js';
import { depthOf, parentOf, upwards } from './names.js';
import type { QuestionLog } from './question-log.js';
import { type Question, RCODE } from './wire.js';
import type { Zone } from './zone.js';
import { answerFromZone, type HostAddresses } from './zone-answer.js';

/** One authoritative name server: the zones that it holds. */
export class NameServer {
  readonly host: string;
  readonly group: ServerGroup;
  readonly #zones = new Map<string, Zone>();

  constructor(host: string, group: ServerGroup) {
    this.host = host;
    this.group = group;
  }

  addZone(zone: Zone): void {
    this.#zones.set(zone.name, zone);
  }

  removeZone(name: string): void {
    this.#zones.delete(name);
  }

  zone(name: string): Zone | undefined {
    return this.#zones.get(name);
  }

  /** The deepest zone here that the question belongs to. A DS record stands above the cut (RFC 4035 section 3.1.4.1). */
  closestZone({ key, type }: Question): Zone | undefined {
    const above = type === 'DS' ? parentOf(key) : undefined;
    for (const name of upwards(above ?? key)) {
      const zone = this.#zones.get(name);
      if (zone) return zone;
    }
    return type === 'DS' ? this.#zones.get(key) : undefined;
  }
}

export interface AddressContext {
  address: string;
  hosts: HostAddresses;
  questions: QuestionLog;
  /** Which group the parent zone points to, for a zone that two groups hold. */
  delegatedTo(zone: string): ServerGroup | undefined;
}

/**
 * Answers for the servers that share an address, as one server with all their zones would: the deepest zone counts, and of two
 * of the same name the delegated one.
 */
export function answererFor(servers: readonly NameServer[], context: AddressContext): Answerer {
  return ({ question }) => {
    let best: { server: NameServer; zone: Zone; rank: number } | undefined;
    for (const server of servers) {
      const zone = server.closestZone(question);
      if (!zone) continue;
      const rank = 2 * depthOf(zone.name) + Number(context.delegatedTo(zone.name) === server.group);
      if (!best || rank > best.rank) best = { server, zone, rank };
    }
    const server = best?.server ?? servers[0]!;
    context.questions.add(server.host, context.address, question);
    // The transfer of a zone is a question to its operator, and no client here has the right to it.
    if (!best || question.type === 'AXFR' || question.type === 'IXFR') return { rcode: RCODE.REFUSED };
    return answerFromZone(best.zone, question, context.hosts);
  };
}
