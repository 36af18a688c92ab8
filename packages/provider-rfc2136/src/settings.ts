import { DnsError, type Environment, type Fqdn, readSettings, toFqdn } from '@domainproof/core';
import { environmentNames, FAMILIES, type Setting } from './environment-names.js';
import { DEFAULT_ALGORITHM, tsigKey } from './key.js';
import { readKeyFile } from './key-file.js';
import { manifest } from './manifest.js';
import { parseServer, type ServerAddress } from './server-address.js';
import type { TsigKey } from './tsig.js';

export interface SettingOptions {
  /** The primary name server: `host`, `host:port` or `[2001:db8::1]:port`. */
  server?: string;
  /** If `server` names none. Default 53. */
  port?: number | string;
  /** Name of the TSIG key, as the server knows it. */
  keyName?: string;
  /** Secret of the TSIG key in Base64. */
  keySecret?: string;
  /** `hmac-sha256` (default), `hmac-sha512`, `hmac-sha384`, `hmac-sha224` or `hmac-sha1`. */
  keyAlgorithm?: string;
  /** Path of a key file as BIND's `tsig-keygen` prints it. If it holds several keys, `keyName` names the one. */
  keyFile?: string;
  /**
   * True: requests are not signed, for a server that goes by the address of the client. Everybody on the way can read and
   * forge them then.
   */
  unsigned?: boolean;
  /** Names of the zones, if only these are to be used, or to be listed: the protocol cannot list zones. */
  zones?: string | readonly string[];
}

export interface Settings {
  server: ServerAddress;
  /** Undefined: requests are not signed. */
  key: TsigKey | undefined;
  /** Undefined: whatever zone the server holds. */
  zones: readonly Fqdn[] | undefined;
}

/**
 * What options and environment say. Nothing is read before this is called.
 *
 * @throws DnsError `AUTH_INVALID` without a server or a usable key; `UNSUPPORTED` for a server or an option that is none;
 * `INVALID_NAME` for a zone
 */
export function resolveSettings(options: SettingOptions, environment: Environment): Settings {
  const found = gather(options, environment);
  if (typeof (options.unsigned ?? false) !== 'boolean')
    throw new DnsError('UNSUPPORTED', 'The option unsigned must be true or false.', {
      provider: manifest.id,
    });
  if (!found.server)
    throw new DnsError('AUTH_INVALID', 'No name server for dynamic update is named.', {
      provider: manifest.id,
      hint: `Give server, or set ${environmentNames('server').join(' or ')}.`,
    });
  return {
    server: parseServer(found.server, found.port),
    key: options.unsigned ? noKey(options) : keyOf(found),
    zones: zonesOf(options.zones ?? found.zones),
  };
}

type Found = Partial<Record<Setting, string>>;

const KEY_PARTS = ['keyName', 'keySecret', 'keyAlgorithm', 'keyFile'] as const;

/** Explicit options first, the rest from one family of environment names. */
function gather(options: SettingOptions, environment: Environment): Found {
  const given = givenTexts(options);
  const { server } = given;
  const isSet = (name: string | undefined) => Boolean(environment[name ?? ''] || environment[`${name}_FILE`]);
  const names = FAMILIES.find((family) =>
    server ? isSet(family.keySecret) || isSet(family.keyFile) : isSet(family.server),
  );
  const family = names ? fromFamily(names, environment) : {};
  // They belong to the server of the family.
  if (server) for (const part of ['server', 'port', 'zones'] as const) delete family[part];
  if (given.keySecret || given.keyFile) for (const part of KEY_PARTS) delete family[part];
  return { ...family, ...given };
}

/** A config file may hold anything. */
function givenTexts(options: SettingOptions): Found {
  const given: Found = {};
  for (const option of ['server', 'port', ...KEY_PARTS] as const) {
    const value: unknown = options[option];
    if (value === undefined || value === '') continue;
    if (typeof value !== 'string' && !(option === 'port' && typeof value === 'number'))
      throw new DnsError('UNSUPPORTED', `The option ${option} must be a text.`, { provider: manifest.id });
    given[option] = String(value);
  }
  return given;
}

function fromFamily(names: (typeof FAMILIES)[number], environment: Environment): Found {
  const settings = manifest.settings.map((field) => ({
    ...field,
    environment: [names[field.option as Setting] ?? []].flat(),
  }));
  return readSettings<Setting>({ ...manifest, settings }, {}, environment);
}

function keyOf({ keyName, keySecret, keyAlgorithm = DEFAULT_ALGORITHM, keyFile }: Found): TsigKey {
  if (keyFile && keySecret)
    throw new DnsError('AUTH_INVALID', 'A TSIG key file and a TSIG secret were given together.', {
      provider: manifest.id,
      hint: 'The file holds a secret of its own: give either one or the other.',
    });
  if (keyFile) return tsigKey(readKeyFile(keyFile.trim(), keyName?.trim()), `in ${keyFile}`);
  if (keyName && keySecret)
    return tsigKey(
      { name: keyName.trim(), secret: keySecret.trim(), algorithm: keyAlgorithm.trim() },
      'from the settings',
    );
  throw new DnsError('AUTH_INVALID', 'No TSIG key for dynamic update was found.', {
    provider: manifest.id,
    hint: `Give keyName and keySecret, or keyFile; or set ${FAMILIES.map(namesOfKey).join(', or ')} (each also as NAME_FILE). A server that goes by the client's address alone takes unsigned: true.`,
  });
}

function namesOfKey({ keyName, keySecret, keyFile }: Omit<Found, 'zones'>): string {
  const pair = keyName && keySecret ? `${keyName} and ${keySecret}` : undefined;
  return [pair, keyFile].filter((names) => names !== undefined).join(', or ');
}

function noKey(options: SettingOptions): undefined {
  if (options.keyName || options.keySecret || options.keyFile)
    throw new DnsError('UNSUPPORTED', 'A TSIG key was given together with unsigned: true.', {
      provider: manifest.id,
      hint: 'Leave unsigned away, and requests are signed with the key.',
    });
  return undefined;
}

function zonesOf(zones: string | readonly string[] | undefined): Fqdn[] | undefined {
  const names = typeof zones === 'string' ? zones.split(/[\s,]+/).filter((name) => name !== '') : zones;
  if (names === undefined || names.length === 0) return undefined;
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names.map(toFqdn);
  throw new DnsError('UNSUPPORTED', 'The option zones must be a list of names.', { provider: manifest.id });
}
