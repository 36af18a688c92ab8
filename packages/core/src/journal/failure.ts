import { DnsError } from '../errors.js';

const SPACE = 'Free some space on that disk';
const RIGHTS = 'Give this user the right to read and write the file and its directory';

/** System error codes, what they mean here, and what to do. */
const CAUSES: Readonly<Record<string, readonly [why: string, what: string]>> = {
  ENOSPC: ['the disk is full', SPACE],
  EDQUOT: ['the disk quota is used up', SPACE],
  EFBIG: ['a limit on the size of files is reached', 'Raise that limit (ulimit -f)'],
  EACCES: ['access is denied', RIGHTS],
  EPERM: ['the operation is not permitted', RIGHTS],
  EROFS: ['the file system is read-only', 'Make it writable'],
  EISDIR: ['it is a directory', 'Remove it'],
  ENOTDIR: ['a part of its path is no directory', 'Correct the path'],
  EEXIST: ['a part of its path is no directory', 'Correct the path'],
  ELOOP: ['its symbolic links go in a circle', 'Correct the links'],
};

/** Runs `work`; what the system refuses becomes a `DnsError` `UNSUPPORTED` that says why and what to do. */
export async function usingFile<T>(subject: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DnsError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const [why, what] = CAUSES[code ?? ''] ?? [message, 'Check the path, its permissions and the free space'];
    throw new DnsError('UNSUPPORTED', `${subject} cannot be used: ${why}${code ? ` (${code})` : ''}.`, {
      hint: `${what}, or name another journal with --journal.`,
      cause: error,
    });
  }
}
