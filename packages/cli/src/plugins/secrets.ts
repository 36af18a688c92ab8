import { type Environment, type ProviderManifest, readSettings, redact } from '@domainproof/core';

type Options = Readonly<Record<string, unknown>>;

/** Options that are secret by their names, where no manifest tells. */
const SECRET_NAME = /secret|token|password|key/i;

/** Masking shorter texts would only tear words apart; no vendor's key is as short. */
const SHORTEST_SECRET = 8;

/** The text with every secret masked. */
export function masked(text: string, secrets: readonly string[]): string {
  return redact(
    text,
    secrets.filter((secret) => secret.length >= SHORTEST_SECRET),
  );
}

/**
 * Values of the secret settings, of the options or of the environment.
 *
 * @throws DnsError `AUTH_INVALID` if a file that the environment names cannot be read
 */
export function secretSettings(
  manifest: ProviderManifest,
  options: Options,
  environment: Environment,
): string[] {
  const settings = manifest.settings.filter(({ secret }) => secret);
  const found = readSettings({ ...manifest, settings }, options as Record<string, string>, environment);
  return Object.values<unknown>(found).filter((value) => typeof value === 'string');
}

/** Values of options that have the name of a secret, whatever the package says about them. */
export function secretsAmong(options: Options): string[] {
  return Object.entries(options).flatMap(([name, value]) =>
    SECRET_NAME.test(name) && typeof value === 'string' ? [value] : [],
  );
}
