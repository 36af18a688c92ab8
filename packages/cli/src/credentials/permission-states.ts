import type { ApiCallEvent, DnsErrorCode, Permission, ProviderManifest } from '@domainproof/core';

/** A permission, and what the calls that need it were answered. */
export interface CheckedPermission extends Permission {
  /** `untested`: no call that needs it was made, or none was answered in a way that tells. */
  state: 'granted' | 'missing' | 'untested';
  /** Of the refusal, if it is missing. */
  vendorCode?: string;
  requestId?: string;
}

/**
 * What the calls say of each permission. One call that was let through outweighs those that were not: a policy may allow some
 * of the zones only.
 */
export function permissionStates(
  manifest: ProviderManifest | undefined,
  events: readonly ApiCallEvent[],
): CheckedPermission[] {
  return (manifest?.permissions ?? []).map((permission) => {
    const own = events.filter(({ operation }) => permission.operations.includes(operation));
    if (own.some(({ outcome }) => outcome === 'ok')) return { ...permission, state: 'granted' };
    const refusal = own.find(({ outcome, vendorCode }) => isRefusal(manifest, outcome, vendorCode));
    if (!refusal) return { ...permission, state: 'untested' };
    const { vendorCode, requestId } = refusal;
    return {
      ...permission,
      state: 'missing',
      ...(vendorCode !== undefined && { vendorCode }),
      ...(requestId !== undefined && { requestId }),
    };
  });
}

/** Whether a call that was `FORBIDDEN` lacks a permission, and does not meet a frozen account or a locked domain. */
export function isRefusal(
  manifest: ProviderManifest | undefined,
  code: 'ok' | DnsErrorCode,
  vendorCode: string | undefined,
): boolean {
  const { permissions = [], permissionRefusals } = manifest ?? {};
  if (code !== 'FORBIDDEN' || permissions.length === 0) return false;
  return !permissionRefusals || vendorCode === undefined || permissionRefusals.includes(vendorCode);
}
