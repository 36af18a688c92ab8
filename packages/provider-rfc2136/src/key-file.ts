import { readFileSync } from 'node:fs';
import { DnsError } from '@domainproof/core';
import type { KeyText } from './key.js';
import { manifest } from './manifest.js';

/** Keys of a million servers are shorter. */
const MAX_FILE_CHARACTERS = 1_000_000;

/** What a configuration file of BIND is made of, comments left out (`//`, `#` and C comments). */
const TOKEN = /\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|"([^"\n]*)"|([{};])|([^\s{};"#]+)/g;

/**
 * The key in a file as `tsig-keygen` and `rndc-confgen` write it: `key "name" { algorithm hmac-sha256; secret "…"; };`. Other
 * statements around it are passed over.
 *
 * @param wanted name of the key to take; without one, the file must hold one key only
 * @throws DnsError `AUTH_INVALID` that shows nothing of the content but names of keys
 */
export function readKeyFile(path: string, wanted: string | undefined): KeyText {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw unusable(`The key file ${path} cannot be read.`, 'Check the path and its permissions.', cause);
  }
  const keys = parseKeys(text.slice(0, MAX_FILE_CHARACTERS));
  const chosen = keys.filter(({ name }) => wanted === undefined || isSameName(name, wanted));
  const [key] = chosen;
  const names = keys.map(({ name }) => name).join(', ');
  if (!key)
    throw unusable(
      `The key file ${path} holds ${names === '' ? 'no key' : `${names}, but not ${wanted}`}.`,
      'It takes a statement as tsig-keygen prints it: key "name" { algorithm hmac-sha256; secret "…"; };',
    );
  if (chosen.length > 1)
    throw unusable(`The key file ${path} holds several keys: ${names}.`, 'Name one of them as keyName.');
  return key;
}

function isSameName(left: string, right: string): boolean {
  const bare = (name: string) => name.toLowerCase().replace(/\.$/, '');
  return bare(left) === bare(right);
}

function parseKeys(text: string): KeyText[] {
  const tokens = [...text.matchAll(TOKEN)]
    .map(([, quoted, mark, word]) => quoted ?? mark ?? word)
    .filter((token) => token !== undefined);
  const keys: KeyText[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token !== 'key' || tokens[index + 2] !== '{') continue;
    const end = tokens.indexOf('}', index);
    const body = tokens.slice(index + 3, Math.max(end, index));
    const [algorithm, secret] = [wordAfter(body, 'algorithm'), wordAfter(body, 'secret')];
    if (algorithm !== undefined && secret !== undefined)
      keys.push({ name: tokens[index + 1]!, algorithm, secret });
  }
  return keys;
}

function wordAfter(body: readonly string[], word: string): string | undefined {
  const at = body.indexOf(word);
  return at < 0 || body[at + 2] !== ';' ? undefined : body[at + 1];
}

function unusable(message: string, hint: string, cause?: unknown): DnsError {
  return new DnsError('AUTH_INVALID', message, { provider: manifest.id, hint, cause });
}
