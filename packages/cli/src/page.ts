import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import type { Invocation } from './command.js';
import { UsageError } from './errors.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import type { PageContent } from './report/content.js';

/** The page of `--report`. */
export interface Page {
  /**
   * Writes the page if there is to be one. A page that cannot be written is told.
   *
   * @returns the exit code of the command: the one given, or 2 if all else went well and the page could not be written
   */
  write(content: PageContent, code: ExitCode): Promise<ExitCode>;
}

/** @throws UsageError if the file of `--report` cannot be written, before anything is asked or waited for. */
export async function openPage({ flags, io, output }: Invocation): Promise<Page> {
  const path = flags.text('report');
  if (path === undefined) return { write: async (_, code) => code };
  const file = resolve(io.cwd, path);
  await checkPlace(file);
  return {
    async write(content, code) {
      const { renderPage } = await import('./report/render.js');
      const html = renderPage(content, code, { version: packageJson.version, at: new Date() });
      try {
        await replaceFile(file, html);
        output.progress('report', file);
        return code;
      } catch (error) {
        output.tellFailure(notWritable(file, error as Error));
        return code === EXIT.done ? EXIT.usage : code;
      }
    },
  };
}

async function checkPlace(file: string): Promise<void> {
  const there = await stat(file).catch(() => undefined);
  if (there?.isDirectory()) throw notWritable(file, new Error('it is a folder'));
  const folder = dirname(file);
  try {
    if (!(await stat(folder)).isDirectory()) throw new Error(`${folder} is no folder`);
    await access(folder, constants.W_OK);
  } catch (error) {
    throw notWritable(file, error as Error);
  }
}

/** Whoever reads the file sees the old page or the new one, never a part. */
async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, text, { flag: 'wx' });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function notWritable(file: string, error: Error): UsageError {
  const { code } = error as NodeJS.ErrnoException;
  const reason = code === 'ENOENT' ? `the folder ${dirname(file)} does not exist` : (code ?? error.message);
  return new UsageError(`The file of --report cannot be written: ${file} (${reason}).`);
}
