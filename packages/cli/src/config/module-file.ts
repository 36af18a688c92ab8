import { execFile } from 'node:child_process';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { UsageError } from '../errors.js';
import type { ConfigPath } from './config.js';

const TYPESCRIPT = ['.ts', '.mts', '.cts'];

/** Imports a module of the user's, also one in TypeScript, which Node 20 cannot. */
export async function importModule(file: string): Promise<Record<string, unknown>> {
  if (!TYPESCRIPT.includes(extname(file))) return importNatively(pathToFileURL(file).href);
  const { createJiti } = await import('jiti');
  // No cache on disk: it would lie in the common temporary folder, where others could change the code.
  const jiti = createJiti(file, {
    fsCache: false,
    // So that a config file finds `defineConfig` also where the program is installed globally only.
    virtualModules: { domainproof: await import('./define-config.js') },
  });
  const module = await jiti.import<Record<string, unknown>>(file);
  // What Node does with a CommonJS module.
  return extname(file) === '.cts' && !('default' in module) ? { default: module } : module;
}

/** Node's own `import()`. Of one outside of a text the build for CommonJS makes a `require`, which takes no module with a top-level `await`. */
function importNatively(url: string): Promise<Record<string, unknown>> {
  // tsup puts in what it builds.
  const isCommonJs = process.env.BUILT_AS === 'commonjs';
  return isCommonJs ? new Function('url', 'return import(url)')(url) : import(url);
}

/** @throws UsageError with line and column, as far as they are known */
export async function read(file: string): Promise<unknown> {
  let module: Record<string, unknown>;
  try {
    module = await importModule(file);
  } catch (error) {
    const { place, reason } = await troubleOf(error, file);
    const lacksUs = /Cannot find (package|module) 'domainproof'/.test(reason);
    throw new UsageError(
      `${place}: the config file cannot be loaded: ${withoutNames(error, reason)}`,
      lacksUs
        ? 'Install domainproof beside the config file, or export the object without defineConfig, or call the file domainproof.config.ts.'
        : undefined,
    );
  }
  if (!('default' in module))
    throw new UsageError(
      `${file}: the config file has no default export.`,
      'Write: export default { providers: [ … ] };',
    );
  const { default: content } = module;
  if (typeof content === 'function' || content instanceof Promise)
    throw new UsageError(
      `${file}: the default export of the config file is a ${typeof content === 'function' ? 'function' : 'promise'}, and must be the object itself.`,
      'A module may use await at its top level.',
    );
  return content;
}

/** `LINE:COLUMN` of a field whose name stands in the source exactly once, so that it can be no other one. */
export function placeOf(path: ConfigPath, source: string): string | undefined {
  const name = path.findLast((part) => typeof part === 'string');
  if (typeof name !== 'string' || typeof path.at(-1) === 'number') return undefined;
  const lines = source.split('\n');
  const word = new RegExp(`(?<![\\w$])${name.replace(/[^\w]/g, '\\$&')}(?![\\w$])`, 'g');
  const found = lines.flatMap((text, index) =>
    [...text.matchAll(word)].map((match) => ({ line: index + 1, column: match.index + 1, text })),
  );
  const [only] = found;
  if (!only || found.length > 1) return undefined;
  const isField = /^['"]?\s*:/.test(only.text.slice(only.column - 1 + name.length));
  return isField ? `${only.line}:${only.column}` : undefined;
}

/** Where and why a module could not be loaded. */
export async function troubleOf(error: unknown, file: string): Promise<{ place: string; reason: string }> {
  if (!(error instanceof Error)) return { place: file, reason: `it throws ${typeof error}` };
  const parsed = /^ParseError: ([\s\S]*?)\s*\n\s*(.+):(\d+):(\d+)$/.exec(error.message);
  // jiti counts columns from 0.
  if (parsed)
    return {
      place: `${parsed[2]}:${parsed[3]}:${Number(parsed[4]) + 1}`,
      reason: oneLine(parsed[1] as string),
    };
  const reason = oneLine(error.message);
  const line = error instanceof SyntaxError ? await syntaxErrorIn(file) : placeInStack(error, file);
  return { place: line ? `${file}:${line}` : file, reason };
}

/** Node tells the place of a syntax error only to standard error, so it is asked once more; nothing runs. */
async function syntaxErrorIn(file: string): Promise<string | undefined> {
  const check = promisify(execFile)(process.execPath, ['--check', file], { env: {} });
  const stderr = await check.then(
    () => '',
    (error: { stderr?: string }) => error.stderr ?? '',
  );
  const found = /^.*:(\d+)\n.*\n( *)\^/.exec(stderr);
  return found ? `${found[1]}:${(found[2] as string).length + 1}` : undefined;
}

/** A secret without quotes around it is a name to Node, which repeats it. */
function withoutNames(error: unknown, reason: string): string {
  if (error instanceof ReferenceError && reason.endsWith(' is not defined.'))
    return 'a name is used there that is not defined; a text needs quotes.';
  return error instanceof SyntaxError ? reason.replace(/^(Unexpected [a-z]+) '.*$/, '$1.') : reason;
}

function placeInStack(error: Error, file: string): string | undefined {
  const spelled = [file, pathToFileURL(file).href];
  for (const frame of error.stack?.split('\n') ?? [])
    for (const name of spelled) {
      const at = frame.indexOf(`${name}:`);
      const found = at < 0 ? null : /^\d+:\d+/.exec(frame.slice(at + name.length + 1));
      if (found) return found[0];
    }
  return undefined;
}

function oneLine(message: string): string {
  return (message.split('\n')[0] as string).trim().replace(/\.?$/, '.');
}
