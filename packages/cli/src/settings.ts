import { resolve } from 'node:path';
import type { Flags } from './arguments.js';
import { type Config, NO_CONFIG } from './config/config.js';
import { findConfigFile } from './config/find-file.js';
import { parseDuration } from './duration.js';
import { defaultJournal, flagOrTwin, givenResolvers, parsePort } from './environment.js';
import { UsageError } from './errors.js';
import type { Io } from './io.js';

/** How long `prove` and `wait` wait if nobody says, in milliseconds. */
export const DEFAULT_WAIT_MS = 600_000;

/** What flags, environment and config file say together: a flag beats its environment twin, and that beats the file. */
export interface Settings {
  config: Config;
  /** Ask this provider only. */
  provider?: string;
  zone?: string;
  line?: string;
  /** Seconds. */
  ttl?: number;
  /** Only if someone gave one. */
  timeoutMs?: number;
  /** Absolute path. */
  journal: string;
  /** Undefined: the system's. */
  resolvers?: readonly string[];
  /** Undefined: 53. */
  authoritativePort?: number;
}

/** @throws UsageError */
export async function resolveSettings(flags: Flags, io: Pick<Io, 'env' | 'cwd'>): Promise<Settings> {
  const config = await readConfig(findConfigFile(flags, io));
  const journal = flagOrTwin('journal', flags, io.env);
  const port = flagOrTwin('authoritative-port', flags, io.env);
  const timeout = flags.text('timeout');
  return {
    config,
    provider: flags.text('provider'),
    zone: flags.text('zone'),
    line: flags.text('line'),
    ttl: parseTtl(flags.text('ttl')),
    timeoutMs: timeout === undefined ? config.timeoutMs : parseDuration(timeout, '--timeout'),
    journal: journal ? resolve(io.cwd, journal.text) : (config.journal ?? defaultJournal(io.env)),
    resolvers: givenResolvers(flags, io.env) ?? config.resolvers,
    authoritativePort: port ? parsePort(port.text, port.where) : config.authoritativePort,
  };
}

/** What reads and checks it loads only if there is one. */
async function readConfig(file: string | undefined): Promise<Config> {
  if (file === undefined) return NO_CONFIG;
  const { loadConfig } = await import('./config/load-config.js');
  return loadConfig(file);
}

function parseTtl(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ttl = Number(text);
  if (!/^\d{1,10}$/.test(text) || ttl < 1 || ttl > 2 ** 31 - 1)
    throw new UsageError(`--ttl takes whole seconds, at least 1, not "${text}".`);
  return ttl;
}
