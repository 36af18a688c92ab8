import { isRegExp } from 'node:util/types';
import type { DnsProvider } from '@domainproof/core';

type Check = (value: unknown) => boolean;
type Members = Readonly<Record<string, readonly [check: Check, what: string]>>;

const isText: Check = (value) => typeof value === 'string' && value !== '';
const isFunction: Check = (value) => typeof value === 'function';
const isBoolean: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => Number.isInteger(value) && (value as number) > 0;
const isObject: Check = (value) => typeof value === 'object' && value !== null;
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string);
const arrayOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const PROVIDER: Members = {
  id: [(value) => isText(value) && !/[\s.]/.test(value as string), 'a text without spaces and dots'],
  capabilities: [isObject, 'an object'],
  findZones: [isFunction, 'a function'],
  listZones: [isFunction, 'a function'],
  readRecordSet: [isFunction, 'a function'],
  applyChange: [isFunction, 'a function'],
  readRecordSets: [optional(isFunction), 'a function'],
  applyChanges: [optional(isFunction), 'a function'],
  isSettled: [optional(isFunction), 'a function'],
  explain: [optional(isFunction), 'a function'],
};

const CAPABILITIES: Members = {
  writes: [oneOf('value', 'replace', 'atomic'), '"value", "replace" or "atomic"'],
  types: [arrayOf(isText), 'an array of record types'],
  limits: [isObject, 'an object'],
  lines: [isBoolean, 'true or false'],
  zoneSearch: [oneOf('suffixes', 'family'), '"suffixes" or "family"'],
  serialPerZone: [isBoolean, 'true or false'],
  batch: [
    (value) => value === false || (isObject(value) && isCount(member(value, 'from'))),
    'false or { from: number }',
  ],
  nameServerPatterns: [arrayOf(isRegExp), 'an array of regular expressions'],
  rate: [
    optional((value) => isCount(member(value, 'requests')) && isCount(member(value, 'perMs'))),
    '{ requests: number, perMs: number }',
  ],
};

const LIMITS: Members = {
  ttl: [
    (value) => ['min', 'max', 'default'].every((name) => isCount(member(value, name))),
    '{ min, max, default } in seconds',
  ],
  txtBytes: [isCount, 'a number of bytes'],
  valuesPerSet: [isCount, 'a number of values'],
};

const MANIFEST: Members = {
  id: [isText, 'a text'],
  title: [isText, 'a text'],
  settings: [
    arrayOf((field) => isText(member(field, 'option')) && arrayOf(isText)(member(field, 'environment'))),
    'an array of { option, description, required, secret, environment }',
  ],
  options: [
    optional(arrayOf((field) => isText(member(field, 'option')) && arrayOf(isText)(member(field, 'types')))),
    'an array of { option, description, types }',
  ],
  alternatives: [
    optional(arrayOf((field) => arrayOf(isText)(member(field, 'environment')))),
    'an array of { description, environment }',
  ],
};

/** What keeps a value from being a provider, one text for each member, such as `findZones must be a function`; none: it is one. */
export function providerFaults(value: unknown): string[] {
  const members = faultsOf(value, PROVIDER, '');
  const { capabilities, readRecordSets, applyChanges } = value as Partial<DnsProvider>;
  if (!isObject(capabilities)) return members;
  const more = faultsOf(capabilities, CAPABILITIES, 'capabilities.');
  const limits = isObject(capabilities?.limits)
    ? faultsOf(capabilities?.limits, LIMITS, 'capabilities.limits.')
    : [];
  const lacksBatch = capabilities?.batch && !(readRecordSets && applyChanges);
  return [
    ...members,
    ...more,
    ...limits,
    ...(lacksBatch ? ['capabilities.batch needs readRecordSets and applyChanges'] : []),
  ];
}

/** As `providerFaults`, for the manifest of a package. */
export function manifestFaults(value: unknown): string[] {
  return isObject(value) ? faultsOf(value, MANIFEST, 'manifest.') : ['manifest must be an object'];
}

function faultsOf(value: unknown, members: Members, prefix: string): string[] {
  return Object.entries(members)
    .filter(([name, [check]]) => !check(member(value, name)))
    .map(([name, [, what]]) => {
      const isThere = member(value, name) !== undefined;
      return isThere ? `${prefix}${name} must be ${what}` : `${prefix}${name} is missing (${what})`;
    });
}

function member(value: unknown, name: string): unknown {
  return isObject(value) ? (value as Record<string, unknown>)[name] : undefined;
}
