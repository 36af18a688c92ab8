import { resolve } from 'node:path';
import { DnsError, type Logger } from '@domainproof/core';
import { Flags } from '../arguments.js';
import type { Challenges } from '../challenges/challenges.js';
import { createChallenges } from '../challenges/create-challenges.js';
import { connect, openVerifier, type Vendors, vendorsOf } from '../connection.js';
import { UsageError } from '../errors.js';
import { installedProviders } from '../installed-providers.js';
import { masked } from '../plugins/secrets.js';
import { resolveSettings, type Settings } from '../settings.js';
import type { AcmeChallengesOptions } from './options.js';

/** Node's timers hold no more. */
const LONGEST_MS = 2_147_483_647;

const WARNINGS: Logger = {
  debug() {},
  info() {},
  warn: (message) => process.emitWarning(message, 'DomainproofWarning'),
};

/**
 * Challenges with the settings of the command line, but for what the options say.
 *
 * @throws DnsError `UNSUPPORTED` for settings that cannot be, and if no provider is configured; `INVALID_VALUE` for an option
 */
export async function openChallenges(options: AcmeChallengesOptions): Promise<Challenges> {
  const { timeoutMs } = options;
  if (timeoutMs !== undefined && !(Number.isInteger(timeoutMs) && timeoutMs > 0 && timeoutMs <= LONGEST_MS))
    throw new DnsError(
      'INVALID_VALUE',
      `The option "timeoutMs" is ${timeoutMs}, and takes whole milliseconds, at least 1.`,
    );
  try {
    const settings = await settingsWith(options);
    const { onEvent = () => {} } = options;
    let secrets: readonly string[] = [];
    const log = masking(options.log ?? WARNINGS, () => secrets);
    const vendors = await vendorsWith(options, settings, log);
    secrets = vendors.installed.flatMap((one) => one.secrets);
    const session = await connect(vendors, settings, { log, onApiCall() {}, onEvent });
    return createChallenges({
      ...session,
      openVerifier: () => openVerifier(settings),
      timeoutMs: settings.timeoutMs,
    });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new DnsError('UNSUPPORTED', error.message, { hint: error.hint });
  }
}

async function settingsWith(options: AcmeChallengesOptions): Promise<Settings> {
  const surroundings = { env: process.env, cwd: process.cwd() };
  const settings = await resolveSettings(new Flags(new Map()), surroundings);
  return {
    ...settings,
    // Routes of the config file lead to accounts of the config file.
    ...(options.providers && { config: { ...settings.config, zones: {} } }),
    ...(options.resolvers && { resolvers: options.resolvers }),
    ...(options.authoritativePort !== undefined && { authoritativePort: options.authoritativePort }),
    ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
    ...(options.journal !== undefined && { journal: resolve(options.journal) }),
  };
}

async function vendorsWith(
  { providers }: AcmeChallengesOptions,
  { config }: Settings,
  log: Logger,
): Promise<Vendors> {
  const listener = { log, onApiCall() {} };
  if (!providers) return vendorsOf(await installedProviders(config, process.env), listener);
  if (providers.length === 0)
    throw new UsageError('The option "providers" is an empty list.', 'Give at least one, or leave it out.');
  return {
    installed: [],
    providers,
    title: ({ id }) => id,
    call: (signal) => ({ signal, ...listener }),
  };
}

/** Packages that the config file names may log what they should not. */
function masking(log: Logger, secrets: () => readonly string[]): Logger {
  const mask = (text: string) => masked(text, secrets());
  return {
    debug: (message, fields) => log.debug(mask(message), fields),
    info: (message, fields) => log.info(mask(message), fields),
    warn: (message, fields) => log.warn(mask(message), fields),
  };
}
