import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the record of a challenge holds: a digest in base64url, a different one for every word. */
export function digest(word: string): string {
  return createHash('sha256').update(word).digest('base64url');
}

/** A digest that begins with a hyphen, as one in 64 does. */
export const HYPHENED = `-${digest('hyphen').slice(1)}`;

/** Contents of the files that hooks of a run leave for each other beside a journal, and the modes of these files and of their folder. */
export function runFiles(journal: string) {
  const folder = `${journal}.runs`;
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return {
    texts: names.map((name) => readFileSync(join(folder, name), 'utf8')),
    paths: names.map((name) => join(folder, name)),
    modes:
      names.length > 0
        ? [folder, ...names.map((name) => join(folder, name))].map((path) => statSync(path).mode & 0o777)
        : [],
  };
}
