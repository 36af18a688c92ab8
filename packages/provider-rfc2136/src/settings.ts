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

/** Explicit options first, the rest from one family of environment names. */
function gather(options: SettingOptions, environment: Environment): Found {
  const { server, port, keyName, keySecret, keyAlgorithm, keyFile } = options;
  const isKeyGiven = keySecret !== undefined || keyFile !== undefined;
  const given: Found = {
    ...(server && { server }),
    ...(port !== undefined && { port: String(port) }),
    ...(keyName && { keyName }),
    ...(keySecret && { keySecret }),
    ...(keyAlgorithm && { keyAlgorithm }),
    ...(keyFile && { keyFile }),
  };
  const families = FAMILIES.map((_, index) => fromFamily(index, environment));
  const family = families.find((found) => (server ? found.keySecret || found.keyFile : found.server)) ?? {};
  if (server) {
    // The port is that of the other server.
    delete family.server;
    delete family.port;
  }
  if (isKeyGiven)
    for (const part of ['keyName', 'keySecret', 'keyAlgorithm', 'keyFile'] as const) delete family[part];
  return { ...family, ...given };
}

function fromFamily(index: number, environment: Environment): Found {
  const names = FAMILIES[index]!;
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

function namesOfKey({ keyName, keySecret, keyFile }: Found): string {
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
  return names && names.length > 0 ? names.map(toFqdn) : undefined;
}
