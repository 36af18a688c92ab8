import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { UsageError } from '../errors.js';
import { checkConfig } from './check-config.js';
import type { Config, ConfigPath } from './config.js';
import { parseJson, placeInJson } from './json-file.js';
import { placed } from './mistake.js';
import { placeInSource, readModule } from './module-file.js';

/**
 * Reads and checks a config file.
 *
 * @param file absolute
 * @throws UsageError that names file, line and column, and the field that is wrong
 */
export async function loadConfig(file: string): Promise<Config> {
  const isJson = extname(file) === '.json';
  const text = (await readText(file)).replace(/^\ufeff/, '');
  const content = isJson ? await parseJson(text, file) : await readModule(file);
  const place = async (path: ConfigPath) => {
    const found = isJson ? await placeInJson(text, path) : placeInSource(text, path);
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
