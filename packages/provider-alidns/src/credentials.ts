import { DnsError, type Environment, readSettings, type SettingField } from '@domainproof/core';
import { manifest } from './manifest.js';

export interface CredentialOptions {
  accessKeyId?: string;
  accessKeySecret?: string;
  securityToken?: string;
}

export interface Credentials {
  accessKeyId: string;
  accessKeySecret: string;
  securityToken?: string;
}

type Part = keyof Credentials;

const FIELDS = manifest.settings.filter(({ option }) => option !== 'endpoint');
const FAMILIES = Math.max(...FIELDS.map(({ environment }) => environment.length));

/**
 * The credentials of one source: the options, or the first family of environment names that has a key and its secret.
 * A half that the options leave out comes from the environment, but a token never does then: one of another key would
 * make the vendor refuse every call.
 *
 * @throws DnsError `AUTH_INVALID`
 */
export function readCredentials(options: CredentialOptions, environment: Environment): Credentials {
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
  return complete({ accessKeyId, accessKeySecret, securityToken: options.securityToken });
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

function complete(found: Partial<Credentials>): Credentials {
  const accessKeyId = found.accessKeyId?.trim();
  const accessKeySecret = found.accessKeySecret?.trim();
  const securityToken = found.securityToken?.trim() || undefined;
  if (!accessKeyId || !accessKeySecret)
    throw new DnsError('AUTH_INVALID', 'No AccessKey for Alibaba Cloud DNS was found.', {
      provider: manifest.id,
      hint: `Set an id and its secret of the same pair: ${pairs().join(', ')} (each also as NAME_FILE), or give accessKeyId and accessKeySecret. Temporary credentials take ${names('securityToken').join(' or ')} too.`,
    });
  for (const [part, value] of Object.entries({ accessKeyId, accessKeySecret, securityToken }))
    if (value !== undefined && !/^[\x21-\x7e]+$/.test(value))
      throw new DnsError(
        'AUTH_INVALID',
        `The ${part} holds a space, a line break or a character that is not ASCII.`,
        {
          provider: manifest.id,
          hint: 'Copy it again, without anything around it.',
        },
      );
  return { accessKeyId, accessKeySecret, securityToken };
}

function pairs(): string[] {
  return names('accessKeyId').map((id, index) => `${id} and ${names('accessKeySecret')[index]}`);
}

function names(option: Part): readonly string[] {
  return (FIELDS.find((field) => field.option === option) as SettingField).environment;
}
