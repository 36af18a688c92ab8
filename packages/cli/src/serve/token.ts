import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';

export const TOKEN_NAME = 'DOMAINPROOF_SERVE_TOKEN';

/** What a header can carry, in Basic and in Bearer, without any escape. */
const TOKEN = /^[\x21-\x7e]{16,512}$/;
/** Bytes; a file that is no token (a disk, a log) is not read to its end. */
const MAX_FILE = 1_024;

const HOW_TO_MAKE = 'Make one: (umask 077; openssl rand -hex 32 > token), then --token-file token';

/**
 * The token that clients must show: of `--token-file`, else `DOMAINPROOF_SERVE_TOKEN`, else the file that `DOMAINPROOF_SERVE_TOKEN_FILE` names.
 * There is no flag with the token itself, since command lines can be read by every user of a machine.
 *
 * @throws UsageError if there is none, if it cannot be read, or if it is too short or has spaces in it. The token is not repeated.
 */
export async function readToken(
  flag: string | undefined,
  { env, cwd }: Pick<Io, 'env' | 'cwd'>,
): Promise<string> {
  if (flag !== undefined)
    return checkToken(await readTokenFile(flag, cwd, '--token-file'), `The file ${flag}`);
  const direct = env[TOKEN_NAME];
  if (direct) return checkToken(direct, TOKEN_NAME);
  const file = env[`${TOKEN_NAME}_FILE`];
  if (file) return checkToken(await readTokenFile(file, cwd, `${TOKEN_NAME}_FILE`), `The file ${file}`);
  throw new UsageError('serve needs a token that its clients must show, and there is none.', HOW_TO_MAKE);
}

function checkToken(token: string, where: string): string {
  if (TOKEN.test(token)) return token;
  throw new UsageError(
    token.length < 16
      ? `${where} holds a token of ${token.length} characters; at least 16 are needed.`
      : `${where} must hold a token of 16 to 512 letters, digits and signs without spaces.`,
    HOW_TO_MAKE,
  );
}

async function readTokenFile(path: string, cwd: string, where: string): Promise<string> {
  try {
    const file = await open(resolve(cwd, path));
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_FILE), 0, MAX_FILE, null);
      return buffer.toString('utf8', 0, bytesRead).replace(/[\r\n]+$/, '');
    } finally {
      await file.close();
    }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new UsageError(`The file of ${where} cannot be read: ${path} (${reason}).`, HOW_TO_MAKE);
  }
}
