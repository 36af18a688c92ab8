import { invalidAttribute, ServiceError } from './errors.js';
import { DEFAULT_LINE, isKnownLine } from './lines.js';
import type { Content, Zone } from './store.js';
import { checkRecords, RECORD_TYPES } from './values.js';

export interface NewRecordSet extends Content {
  name: string;
  type: string;
  line: string;
  enabled: boolean;
}

const DEFAULT_TTL = 300;
const MAX_TTL = 2147483647;
const MAX_NAME = 254;
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws ServiceError `DNS.0002` for a body that is not a JSON object. */
export function parseBody(body: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new ServiceError('DNS.0002', 'The request is malformed: the body is not a JSON object.');
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A record set that a client wants to create in `zone`. The older API version has neither lines nor weights. */
export function checkNewRecordSet(zone: Zone, body: JsonObject, version: 'v2' | 'v2.1'): NewRecordSet {
  const name = checkName(zone, body.name);
  const type = checkType(body.type);
  return {
    name,
    type,
    records: checkRecords(type, body.records),
    ttl: checkTtl(body.ttl) ?? DEFAULT_TTL,
    description: checkDescription(body.description) ?? '',
    weight: version === 'v2' || type === 'MX' ? undefined : checkWeight(body.weight),
    line: version === 'v2' ? DEFAULT_LINE : checkLine(body.line),
    enabled: checkStatus(body.status) ?? true,
  };
}

/** What an update changes: fields that are left out keep their value, `records` is replaced as a whole. */
export function checkChanges(type: string, body: JsonObject, version: 'v2' | 'v2.1'): Partial<Content> {
  const ttl = checkTtl(body.ttl);
  const description = checkDescription(body.description);
  const weight = version === 'v2' || type === 'MX' ? undefined : checkWeight(body.weight);
  return {
    ...(body.records === undefined ? {} : { records: checkRecords(type, body.records) }),
    ...(ttl === undefined ? {} : { ttl }),
    ...(description === undefined ? {} : { description }),
    ...(weight === undefined ? {} : { weight }),
  };
}

/** An absolute name inside the zone, in lower case. */
function checkName(zone: Zone, value: unknown): string {
  if (typeof value !== 'string') throw invalidAttribute('DNS.0304', 'name', 'name is required');
  const name = value.toLowerCase();
  if (name !== zone.name && !name.endsWith(`.${zone.name}`))
    throw invalidAttribute('DNS.0304', 'name', `name must end with the zone name ${zone.name}`);
  const labels = name.slice(0, -1).split('.');
  const areLabels = labels.every((label, index) => LABEL.test(label) || (index === 0 && label === '*'));
  if (name.length > MAX_NAME || !areLabels)
    throw invalidAttribute('DNS.0304', 'name', 'name is not a domain name');
  return name;
}

export function checkType(value: unknown): string {
  if (typeof value !== 'string' || !RECORD_TYPES.includes(value))
    throw invalidAttribute('DNS.0307', 'type', 'type is not supported');
  return value;
}

function checkLine(value: unknown): string {
  if (value === undefined || value === null) return DEFAULT_LINE;
  if (typeof value !== 'string' || !isKnownLine(value))
    throw new ServiceError('DNS.0806', `The line '${String(value)}' is not supported.`);
  return value;
}

/** `ENABLE` or `DISABLE` as true or false. */
export function checkStatus(value: unknown): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (value !== 'ENABLE' && value !== 'DISABLE')
    throw invalidAttribute('DNS.0315', 'status', 'status must be ENABLE or DISABLE');
  return value === 'ENABLE';
}

function checkTtl(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw invalidAttribute('DNS.0303', 'ttl', 'ttl must be an integer');
  if (value < 1 || value > MAX_TTL)
    throw invalidAttribute('DNS.0319', 'ttl', 'ttl must be in the range of 1 to 2147483647');
  return value;
}

function checkWeight(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 1000)
    throw invalidAttribute('DNS.0323', 'weight', 'weight must be in the range of 0 to 1000');
  return value;
}

function checkDescription(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value.length > 255)
    throw invalidAttribute('DNS.0305', 'description', 'description is longer than 255');
  return value;
}
