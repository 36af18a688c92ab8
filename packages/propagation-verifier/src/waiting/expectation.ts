import { absoluteName, canonicalValue, DnsError, type Fqdn, isWithin, toFqdn } from '@domainproof/core';
import type { Expectation, Operator } from '../types/index.js';

/** An expectation that has been checked. */
export interface Expected {
  name: Fqdn;
  type: 'TXT' | 'CNAME';
  /** The zone that the caller named. */
  hint: Fqdn | undefined;
  /** Canonical, and each once. */
  values: readonly string[];
  match: 'contains' | 'exactSet';
  operator: Operator | undefined;
}

/**
 * Checks every expectation before anything is asked.
 *
 * @throws DnsError `INVALID_NAME`, `INVALID_VALUE`; `UNSUPPORTED` for other types than TXT and CNAME.
 */
export function readExpectations(expectations: readonly Expectation[]): Expected[] {
  return expectations.map((expectation) => {
    const { match = 'contains', operator } = expectation;
    const type = verifiableType(expectation);
    const { name, hint } = nameWithin(expectation.name, expectation.zone);
    return { name, type, hint, values: valuesOf(expectation, name), match, operator };
  });
}

/**
 * The values that are to be there, canonical and each once.
 *
 * @throws DnsError `INVALID_VALUE`
 */
export function valuesOf({ type, value, match }: Expectation, name: Fqdn): string[] {
  if (match !== undefined && match !== 'contains' && match !== 'exactSet')
    throw new DnsError(
      'INVALID_VALUE',
      `"match" is "${String(match)}" for ${name}, and takes "contains" or "exactSet".`,
    );
  const values = [...new Set([value].flat().map((one) => canonicalValue(type, one)))];
  if (values.length === 0) throw new DnsError('INVALID_VALUE', `No value is given for ${name}.`);
  if (type === 'CNAME' && values.length > 1)
    throw new DnsError(
      'INVALID_VALUE',
      `${values.length} values are given for the CNAME ${name}, and a name has one CNAME at most.`,
    );
  return values;
}

/** @throws DnsError `UNSUPPORTED` for other types than TXT and CNAME. */
export function verifiableType({ type }: Expectation): 'TXT' | 'CNAME' {
  if (isVerifiable(type)) return type;
  throw new DnsError(
    'UNSUPPORTED',
    `A record of type "${String(type)}" cannot be verified, only TXT and CNAME.`,
  );
}

function isVerifiable(type: string): type is 'TXT' | 'CNAME' {
  return type === 'TXT' || type === 'CNAME';
}

/**
 * A full name and the zone that the caller says holds it.
 *
 * @throws DnsError `INVALID_NAME`
 */
export function nameWithin(name: string, zone: string | undefined): { name: Fqdn; hint: Fqdn | undefined } {
  const full = absoluteName(name);
  const hint = zone === undefined ? undefined : toFqdn(zone);
  if (hint && !isWithin(full, hint))
    throw new DnsError('INVALID_NAME', `The name ${full} does not lie in the zone ${hint}`, {
      hint: 'Give the full name, or leave the zone away and it is found.',
    });
  return { name: full, hint };
}
