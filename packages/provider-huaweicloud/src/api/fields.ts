import { type Fqdn, toFqdn } from '@domainproof/core';
import { isObject, type JsonObject } from './body.js';

/** An answer of the vendor lacks something that it must hold. The request turns this into a `PROTOCOL` error. */
export class MalformedAnswer extends Error {}

/** A list of objects, for example `recordsets`. */
export function objects(body: JsonObject, field: string): JsonObject[] {
  const value = body[field];
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw new MalformedAnswer(`"${field}" is not a list of objects`);
}

export function text(object: JsonObject, field: string): string {
  const value = object[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new MalformedAnswer(`"${field}" is not a text`);
}

/** Ids are 32 hexadecimal digits today; what cannot stand in a path as it is, is not taken for one. */
export function id(object: JsonObject): string {
  const value = text(object, 'id');
  if (isId(value)) return value;
  throw new MalformedAnswer('"id" is not an id');
}

export function isId(value: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(value);
}

export function seconds(object: JsonObject, field: string): number {
  const value = object[field];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new MalformedAnswer(`"${field}" is not a number of seconds`);
}

/** Undefined for a name that is none of ours to handle, such as one with characters outside of host names. */
export function name(object: JsonObject): Fqdn | undefined {
  try {
    return toFqdn(text(object, 'name'));
  } catch {
    return undefined;
  }
}
