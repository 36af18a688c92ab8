import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../errors.js';
import type { NewFile } from './template.js';

/**
 * Writes the files into a folder, which is made if it is not there. What is there already is never written over.
 *
 * @throws UsageError if the folder has something in it, is a file, or cannot be written
 */
export async function writeFiles(folder: string, files: readonly NewFile[]): Promise<void> {
  await checkEmpty(folder);
  try {
    for (const { path, content } of files) {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content, { flag: 'wx' });
    }
  } catch (error) {
    throw new UsageError(`${folder} cannot be written: ${reasonOf(error)}.`);
  }
}

async function checkEmpty(folder: string): Promise<void> {
  let found: string[];
  try {
    found = await readdir(folder);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === 'ENOENT') return;
    throw new UsageError(
      reason === 'ENOTDIR' ? `${folder} is a file.` : `${folder} cannot be read: ${reason}.`,
      'Give another folder with --dir.',
    );
  }
  if (found.length > 0)
    throw new UsageError(
      `${folder} is not empty (${found.sort()[0]}${found.length > 1 ? ', …' : ''}).`,
      'Nothing was written. Give another folder with --dir.',
    );
}

function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
