import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { UsageError } from '../errors.js';
import { checkConfig } from './check-config.js';
import type { Config, ConfigPath } from './config.js';
import { placed } from './mistake.js';

/**
 * Reads and checks a config file.
 *
 * @param file absolute
 * @throws UsageError that names file, line and column, and the field that is wrong
 */
export async function loadConfig(file: string): Promise<Config> {
  const text = (await readText(file)).replace(/^\ufeff/, '');
  const { read, placeOf } =
    extname(file) === '.json' ? await import('./json-file.js') : await import('./module-file.js');
  const content = await read(file, text);
  const place = async (path: ConfigPath) => {
    const found = await placeOf(path, text);
    return found ? `${file}:${found}` : file;
  };
  try {
    return { file, place, ...checkConfig(content, file) };
  } catch (error) {
    throw await placed(error, place);
  }
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`The config file ${file} cannot be read: ${error.code ?? error.message}.`);
  });
}
