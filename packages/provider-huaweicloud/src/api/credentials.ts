import { DnsError } from '@domainproof/core';
import { manifest } from '../manifest.js';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  securityToken?: string;
  projectId?: string;
}

/**
 * All of these end up in headers or in the signature, so a stray line break from a copied file is told here, by the
 * setting's name and without its value.
 *
 * @throws DnsError `AUTH_INVALID`
 */
export function checkCredentials(settings: Partial<Credentials>): Credentials {
  const { accessKeyId, secretAccessKey, securityToken, projectId } = settings;
  const all = { accessKeyId, secretAccessKey, securityToken, projectId };
  for (const [option, value] of Object.entries(all))
    if (value !== undefined && !/^[\x21-\x7e]+$/.test(value))
      throw invalid(
        `The setting ${option} holds a space, a line break or another character that cannot be part of it.`,
        `Check how ${namesOf(option)} was filled; a copied line break is the usual cause.`,
      );
  if (!accessKeyId) throw missing('accessKeyId');
  if (!secretAccessKey) throw missing('secretAccessKey');
  return { accessKeyId, secretAccessKey, securityToken, projectId };
}

function missing(option: string): DnsError {
  return invalid(
    `No ${option} is set for Huawei Cloud DNS.`,
    `Give the option ${option}, or set ${namesOf(option)}.`,
  );
}

function namesOf(option: string): string {
  const field = manifest.settings.find((candidate) => candidate.option === option);
  return field?.environment[0] ?? option;
}

function invalid(message: string, hint: string): DnsError {
  return new DnsError('AUTH_INVALID', message, { provider: manifest.id, hint });
}
