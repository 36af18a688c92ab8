import {
  type ApiCallEvent,
  type DnsProvider,
  type Fqdn,
  isDnsError,
  type Journal,
  type Lease,
} from '@domainproof/core';
import type { InstalledProvider } from '../installed-providers.js';
import type { Vendors } from '../session.js';
import { type CheckedPermission, isRefusal, permissionStates } from './permission-states.js';
import { tryReads } from './try-reads.js';
import { tryWrites } from './try-writes.js';

/** What is to be found out about the credentials of one provider. */
export interface CredentialQuestion {
  /** Look at the zone that holds it. Undefined: at those that the account holds. */
  name?: Fqdn;
  /** Write into this zone, if the account holds it. Undefined: nothing is written. */
  writeZone?: Fqdn;
  journal: Journal;
  signal: AbortSignal;
}

/** What was found out. */
export interface CredentialCheck {
  id: string;
  title: string;
  hasPolicy: boolean;
  permissions: readonly CheckedPermission[];
  /** Names of zones that were found, at most ten. */
  zones: readonly Fqdn[];
  /** Whether writing was tried; it is not where reading fails, since what is written could not be taken away. */
  wrote: boolean;
  /** Errors other than a missing permission: a wrong key, a frozen account, no connection. */
  errors: readonly unknown[];
  /** Values of ours that could not be taken away again. */
  left: readonly Lease[];
}

/** Tries the credentials of one provider. Rejects only with what is no error of a provider. */
export async function checkCredentials(
  { provider, title, manifest }: InstalledProvider & { provider: DnsProvider },
  { name, writeZone, journal, signal }: CredentialQuestion,
  vendors: Pick<Vendors, 'call'>,
): Promise<CredentialCheck> {
  const events: ApiCallEvent[] = [];
  const plain = vendors.call(signal);
  const call = {
    ...plain,
    onApiCall(event: ApiCallEvent) {
      events.push(event);
      plain.onApiCall(event);
    },
  };
  const refuses = (error: unknown) => isDnsError(error) && isRefusal(manifest, error.code, error.vendorCode);
  const isMissing = () => permissionStates(manifest, events).some(({ state }) => state === 'missing');

  const found: Pick<CredentialCheck, 'zones' | 'wrote' | 'left'> & { errors: unknown[] } = {
    zones: [],
    wrote: false,
    errors: [],
    left: [],
  };
  try {
    const zones = await tryReads(provider, writeZone ?? name, call, refuses);
    found.zones = zones.map((zone) => zone.name);
    const target = zones.find((zone) => zone.name === writeZone);
    if (target && !isMissing()) {
      found.wrote = true;
      const { errors, left } = await tryWrites(provider, target, journal, call, refuses);
      found.errors.push(...errors);
      found.left = left;
    }
  } catch (error) {
    if (!isDnsError(error)) throw error;
    found.errors.push(error);
  }
  return {
    id: provider.id,
    title,
    hasPolicy: manifest?.policy !== undefined,
    permissions: permissionStates(manifest, events),
    ...found,
  };
}
