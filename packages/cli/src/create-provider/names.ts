import { UsageError } from '../errors.js';

/** What the new package, and the things in it, are called. */
export interface Names {
  /** The provider's id: `acme-dns`. */
  id: string;
  /** The vendor's product name, for people: `Acme Dns`. */
  title: string;
  /** Name on npm. */
  package: string;
  /** Its factory in TypeScript: `acmeDns`. */
  factory: string;
}

/** Ids of the providers that domainproof publishes. */
const TAKEN: ReadonlySet<string> = new Set(['alidns', 'huaweicloud', 'rfc2136']);

const MAX_ID = 40;
/** Longest package name that npm takes. */
const MAX_PACKAGE = 214;

/** @throws UsageError that says which name cannot be, and what could */
export function namesOf(id: string, given: { title?: string; package?: string }): Names {
  checkId(id);
  const words = id.split('-');
  const title = given.title ?? words.map(capital).join(' ');
  if (!/^[\p{L}\p{N}][\p{L}\p{N} .,&+()-]{0,59}$/u.test(title))
    throw new UsageError(`--title takes up to 60 letters, digits, spaces and .,&+()-, not "${title}".`);
  const name = given.package ?? `domainproof-provider-${id}`;
  if (!/^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/.test(name) || name.length > MAX_PACKAGE)
    throw new UsageError(
      `--package takes a name that npm takes, such as domainproof-provider-${id} or @you/${id}, not "${name}".`,
    );
  return { id, title, package: name, factory: [words[0], ...words.slice(1).map(capital)].join('') };
}

function checkId(id: string): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) || id.length > MAX_ID) {
    const near = id
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[-0-9]+|-+$/g, '')
      .slice(0, MAX_ID)
      .replace(/-+$/, '');
    throw new UsageError(
      `A provider's name has lower-case letters, digits and single hyphens, begins with a letter, and has at most ${MAX_ID} characters; "${id}" does not.`,
      near ? `Perhaps: domainproof create-provider ${near}` : undefined,
    );
  }
  if (TAKEN.has(id))
    throw new UsageError(
      `The provider "${id}" comes with domainproof.`,
      'Give yours another name: records and leases tell providers apart by it.',
    );
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
