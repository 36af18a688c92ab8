import {
  ancestors,
  type Call,
  DnsError,
  type Fqdn,
  isDnsError,
  isWithin,
  toFqdn,
  type Zone,
} from '@domainproof/core';
import type { Api } from './api.js';
import { manifest } from './manifest.js';
import { serverText } from './server-address.js';
import { TYPE } from './wire/codes.js';
import type { Message } from './wire/message.js';

/**
 * Every zone of the server that `name` lies in, the longest first: the authority section of one question tells the zone of
 * a name, and the next question is about what is above it. A zone of one label above another one is not looked for, so that
 * nobody's server is asked about a top-level domain for each name.
 */
export async function findZones(api: Api, name: Fqdn, call: Call): Promise<Zone[]> {
  const { zones: configured } = api.settings(call);
  if (configured) {
    const held: Zone[] = [];
    for (const zone of configured.filter((candidate) => isWithin(name, candidate)))
      if (await isHeld(api, zone, call)) held.push(toZone(zone));
    return held;
  }
  const zones: Zone[] = [];
  let cut: Fqdn | undefined;
  for (let at: Fqdn | undefined = name; at && (zones.length === 0 || labelsOf(at) > 1); ) {
    const answer: ZoneAnswer = await zoneOf(api, at, call);
    if (answer.zone && cut) {
      call.log.warn(`${cut} is delegated away from ${answer.zone}, so ${name} cannot be written there.`);
      return [];
    }
    if (answer.zone) zones.push(toZone(answer.zone));
    else cut ??= answer.cut;
    const above: Fqdn = answer.zone ?? answer.cut ?? at;
    // Without an answer, the zones above are not there either, unless an alias or a delegation was in the way.
    at = answer.zone || answer.cut || answer.isAlias ? ancestors(above)[1] : undefined;
  }
  return zones;
}

/**
 * The configured zones that the server holds.
 *
 * @throws DnsError `UNSUPPORTED` if none are configured: the protocol has no way to list zones
 */
export async function* listZones(api: Api, call: Call): AsyncGenerator<Zone> {
  const { zones, server } = api.settings(call);
  if (!zones)
    throw new DnsError('UNSUPPORTED', `Dynamic update cannot list the zones of ${serverText(server)}.`, {
      provider: manifest.id,
      hint: 'Name them in the option zones (or DOMAINPROOF_RFC2136_ZONES). A record is added without: its zone is found by its name.',
    });
  for (const zone of zones) if (await isHeld(api, zone, call)) yield toZone(zone);
}

async function isHeld(api: Api, zone: Fqdn, call: Call): Promise<boolean> {
  if ((await zoneOf(api, zone, call)).zone === zone) return true;
  call.log.warn(`${serverText(api.settings(call).server)} does not hold the zone ${zone}; it is left out.`);
  return false;
}

interface ZoneAnswer {
  zone?: Fqdn;
  /** The name that is delegated to other servers. */
  cut?: Fqdn;
  /** The name is an alias, and what was answered may be about its target. */
  isAlias?: boolean;
}

/** An answer that is not authoritative tells of a cache, and not of what the server holds. */
async function zoneOf(api: Api, name: Fqdn, call: Call): Promise<ZoneAnswer> {
  let message: Message;
  try {
    message = await api.query(name, TYPE.SOA, call);
  } catch (error) {
    // How a server that holds no such zone answers; one that holds it and does not let us ask answers the same.
    if (!isDnsError(error) || error.vendorCode !== 'REFUSED') throw error;
    call.log.debug(
      `${serverText(api.settings(call).server)} holds no zone of ${name}, or does not let this client ask.`,
    );
    return {};
  }
  if (message.isAuthoritative && message.answers.some(({ type }) => type !== TYPE.SOA && type !== TYPE.RRSIG))
    return { isAlias: true };
  const owner = (type: number) =>
    [...message.answers, ...message.authority]
      .filter((record) => record.type === type)
      .map((record) => ancestors(name).find((ancestor) => ancestor === record.name))
      .find((found) => found !== undefined);
  if (!message.isAuthoritative) {
    const cut = owner(TYPE.NS);
    return cut ? { cut } : {};
  }
  const zone = owner(TYPE.SOA);
  return zone ? { zone } : { isAlias: true };
}

function toZone(name: Fqdn): Zone {
  return { id: name, name: toFqdn(name), status: 'active' };
}

function labelsOf(name: Fqdn): number {
  return ancestors(name).length;
}
