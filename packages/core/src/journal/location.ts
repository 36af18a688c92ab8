import { readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DnsError } from '../errors.js';

/**
 * Where a journal really lies, with all symbolic links followed, also one whose target is not there yet: everybody who means
 * the same file, by whatever path, has to use the same locks.
 *
 * @throws DnsError `UNSUPPORTED` for a directory, a device and other things that are no file
 */
export async function locate(file: string): Promise<string> {
  const real = await follow(resolve(file));
  const found = await stat(real).catch(ignoreMissing);
  if (found === undefined || found.isFile()) return real;
  throw new DnsError(
    'UNSUPPORTED',
    `The lease journal ${file} is ${found.isDirectory() ? 'a directory' : 'not a regular file'}.`,
    {
      hint: 'Name a file with --journal.',
    },
  );
}

async function follow(path: string): Promise<string> {
  const real = await realpath(path).catch(ignoreMissing);
  if (real !== undefined) return real;
  const target = await readlink(path).catch(() => undefined);
  if (target !== undefined) return follow(resolve(dirname(path), target));
  return join(await follow(dirname(path)), basename(path));
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
