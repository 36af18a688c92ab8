import { DnsError, type Environment, readSettings, type SettingField } from '@domainproof/core';
import { CredentialChain } from './credential-chain.js';
import { manifest } from './manifest.js';

export interface CredentialOptions {
  accessKeyId?: string;
  accessKeySecret?: string;
  securityToken?: string;
  /**
   * `default-chain`: where neither options nor environment hold an AccessKey, every source of the vendor's default chain is
   * asked, the RAM role of the ECS instance too, even if nothing points to it; outside of Alibaba Cloud that costs
   * seconds. Not given: only the sources that an environment variable or a profile file points to.
   */
  credentials?: 'default-chain';
}

export interface Credentials {
  accessKeyId: string;
  accessKeySecret: string;
  securityToken?: string;
  /** Where they came from, if nobody gave them as such. */
  source?: string;
}

export interface CredentialSource {
  /**
   * The same object for as long as the credentials stay the same.
   *
   * @throws DnsError `AUTH_INVALID`; `AUTH_EXPIRED` if a source says that what it needs has ended
   */
  get(): Promise<Credentials>;
  /** The vendor has refused them: sources are asked anew next time. */
  forget(): void;
}

type Part = 'accessKeyId' | 'accessKeySecret' | 'securityToken';
const PARTS: readonly Part[] = ['accessKeyId', 'accessKeySecret', 'securityToken'];

const FIELDS = manifest.settings.filter(({ option }) => (PARTS as readonly string[]).includes(option));
const FAMILIES = Math.max(...FIELDS.map(({ environment }) => environment.length));

/** The credentials of one source: the options, the environment, or the vendor's chain. Nothing is looked up before `get`. */
export function credentialSource(options: CredentialOptions, environment: Environment): CredentialSource {
  let given: Credentials | undefined;
  let chain: CredentialChain | undefined;
  let last: Credentials | undefined;
  return {
    async get() {
      given ??= givenCredentials(options, environment);
      if (given) return given;
      chain ??= new CredentialChain(environment, options.credentials === 'default-chain');
      if (chain.isEmpty) {
        chain = undefined;
        throw noCredentials();
      }
      const found = checked(
        await chain.get().catch((error) => {
          chain = undefined;
          throw error;
        }),
      );
      if (!isSame(last, found)) last = found;
      return last as Credentials;
    },
    forget() {
      chain = undefined;
    },
  };
}

/**
 * The options, or the first family of environment names that has a key and its secret. A half that the options leave out
 * comes from the environment, but a token never does then: one of another key would make the vendor refuse every call.
 *
 * @throws DnsError `AUTH_INVALID`
 */
function givenCredentials(options: CredentialOptions, environment: Environment): Credentials | undefined {
  if (!options.accessKeyId && !options.accessKeySecret) {
    if (options.securityToken)
      throw new DnsError(
        'AUTH_INVALID',
        'A securityToken was given without the AccessKey that it belongs to.',
        {
          provider: manifest.id,
          hint: 'Give accessKeyId and accessKeySecret beside it, or leave all three to the environment.',
        },
      );
    return complete(fromEnvironment(environment));
  }
  const { accessKeyId, accessKeySecret } = readSettings<Part>(
    { ...manifest, settings: FIELDS.filter(({ option }) => option !== 'securityToken') },
    { accessKeyId: options.accessKeyId, accessKeySecret: options.accessKeySecret },
    environment,
  );
  const found = complete({ accessKeyId, accessKeySecret, securityToken: options.securityToken });
  if (!found) throw noCredentials();
  return found;
}

function fromEnvironment(environment: Environment): Partial<Credentials> {
  for (let family = 0; family < FAMILIES; family += 1) {
    const settings = FIELDS.map((field) => ({
      ...field,
      environment: field.environment.slice(family, family + 1),
    }));
    const found = readSettings<Part>({ ...manifest, settings }, {}, environment);
    if (found.accessKeyId && found.accessKeySecret) return found;
  }
  return {};
}

function complete(found: Partial<Credentials>): Credentials | undefined {
  const accessKeyId = found.accessKeyId?.trim();
  const accessKeySecret = found.accessKeySecret?.trim();
  const securityToken = found.securityToken?.trim() || undefined;
  if (!accessKeyId || !accessKeySecret) return undefined;
  return checked({ accessKeyId, accessKeySecret, securityToken });
}

/** @throws DnsError `AUTH_INVALID` for what no request header can carry */
function checked(credentials: Credentials): Credentials {
  for (const part of PARTS)
    if (!/^[\x21-\x7e]+$/.test(credentials[part] ?? '-'))
      throw new DnsError(
        'AUTH_INVALID',
        `The ${part} holds a space, a line break or a character that is not ASCII.`,
        {
          provider: manifest.id,
          hint: 'Copy it again, without anything around it.',
        },
      );
  return credentials;
}

function isSame(left: Credentials | undefined, right: Credentials): boolean {
  return left !== undefined && PARTS.every((part) => left[part] === right[part]);
}

function noCredentials(): DnsError {
  const others = (manifest.alternatives ?? []).map(({ environment }) => environment.join(' with '));
  return new DnsError('AUTH_INVALID', 'No AccessKey for Alibaba Cloud DNS was found.', {
    provider: manifest.id,
    hint: `Set an id and its secret of the same pair: ${pairs().join(', ')} (each also as NAME_FILE), or give accessKeyId and accessKeySecret. Temporary credentials take ${names('securityToken').join(' or ')} too. Other sources: ${others.join(', ')}.`,
  });
}

function pairs(): string[] {
  return names('accessKeyId').map((id, index) => `${id} and ${names('accessKeySecret')[index]}`);
}

function names(option: Part): readonly string[] {
  return (FIELDS.find((field) => field.option === option) as SettingField).environment;
}
