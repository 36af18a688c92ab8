import { UsageError } from '../errors.js';
import type { Config, ConfigPath } from './config.js';

/** Something wrong in the config file. Where it stands there is found out only when it is told. */
export class ConfigMistake extends Error {
  override readonly name = 'ConfigMistake';
  readonly path: ConfigPath;
  readonly hint?: string;

  /** @param message A sentence that names the field. */
  constructor(path: ConfigPath, message: string, hint?: string) {
    super(message);
    this.path = path;
    this.hint = hint;
  }
}

/** The error that people see: with file, line and column. Other errors are returned as they are. */
export async function placed(error: unknown, place: Config['place']): Promise<unknown> {
  if (!(error instanceof ConfigMistake)) return error;
  return new UsageError(`${await place(error.path)}: ${error.message}`, error.hint);
}

/** `providers[1].options.accessKeyId`, `zones["example.com"]`. */
export function pathText(path: ConfigPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[A-Za-z_$][\w$-]*$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
