import { readFileSync } from 'node:fs';
import { DnsError } from './errors.js';
import type { ProviderManifest, SettingField } from './manifest.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings of a provider: explicit options first, then the environment, then `NAME_FILE` files (one final line break dropped).
 * Fields that are set nowhere are left out. Secrets that were read stay in the returned object only.
 *
 * @throws DnsError `AUTH_INVALID` if a `NAME_FILE` cannot be read.
 */
export function readSettings<Option extends string>(
  manifest: ProviderManifest,
  options: Partial<Record<Option, string | undefined>>,
  environment: Environment,
): Partial<Record<Option, string>> {
  const found: Partial<Record<string, string>> = {};
  for (const field of manifest.settings) {
    const value = options[field.option as Option] ?? fromEnvironment(field, environment);
    if (value) found[field.option] = value;
  }
  return found as Partial<Record<Option, string>>;
}

/**
 * The required fields that neither options nor environment set; none if an alternative stands in for them.
 * Empty: the provider is configured.
 */
export function missingSettings(
  manifest: ProviderManifest,
  options: Readonly<Record<string, unknown>>,
  environment: Environment,
): SettingField[] {
  const isSet = (name: string) => environment[name] !== undefined && environment[name] !== '';
  if (manifest.alternatives?.some((alternative) => alternative.environment.every(isSet))) return [];
  return manifest.settings.filter(
    (field) => field.required && !options[field.option] && !environmentName(field, environment),
  );
}

/** The environment variable that sets a field, `NAME` or `NAME_FILE`, or undefined. */
export function environmentName(field: SettingField, environment: Environment): string | undefined {
  return field.environment
    .flatMap((name) => [name, `${name}_FILE`])
    .find((name) => environment[name] !== undefined && environment[name] !== '');
}

function fromEnvironment(field: SettingField, environment: Environment): string | undefined {
  const name = environmentName(field, environment);
  if (name === undefined) return undefined;
  const value = environment[name] as string;
  if (field.environment.includes(name)) return value;
  try {
    return readFileSync(value, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new DnsError('AUTH_INVALID', `The file that ${name} names cannot be read: ${value}`, {
      hint: `Check the path and its permissions; ${field.description.toLowerCase()} is read from it.`,
      cause,
    });
  }
}
