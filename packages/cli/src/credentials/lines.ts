import { showName } from '../output/record-text.js';
import type { Colour, Line } from '../output/styled.js';
import type { CredentialCheck } from './check.js';
import type { CheckedPermission } from './permission-states.js';

const COLOURS: Readonly<Record<CheckedPermission['state'], Colour>> = {
  granted: 'green',
  missing: 'red',
  untested: 'yellow',
};

/** One provider for people: the verdict, each permission, and what to do next. */
export function credentialLines(check: CredentialCheck, errorCodes: readonly string[]): Line[] {
  const { id, title, permissions } = check;
  const width = Math.max(0, ...permissions.map(({ action }) => action.length));
  return [
    [{ text: `${id} (${title}): ${verdictOf(check, errorCodes)}`, colour: 'bold' }],
    ...permissions.map(
      (permission): Line => [
        '  ',
        { text: permission.state.padEnd(8), colour: COLOURS[permission.state] },
        ` ${permission.access.padEnd(5)} ${permission.action.padEnd(width)}  ${permission.purpose}${refusalOf(permission)}`,
      ],
    ),
    ...adviceOf(check).map((advice) => `  ${advice}`),
  ];
}

function verdictOf({ permissions }: CredentialCheck, errorCodes: readonly string[]): string {
  const missing = permissions.filter(({ state }) => state === 'missing').length;
  if (missing > 0) return missing === 1 ? 'a permission is missing' : `${missing} permissions are missing`;
  if (errorCodes.length > 0) return `failed (${errorCodes.join(', ')})`;
  if (permissions.length === 0) return 'zones can be listed; the package names no permissions';
  return permissions.every(({ state }) => state === 'granted')
    ? 'everything that is needed is granted'
    : 'what was tried is granted';
}

function refusalOf({ vendorCode, requestId }: CheckedPermission): string {
  if (vendorCode === undefined) return '';
  return ` (${vendorCode}${requestId === undefined ? '' : `, request id ${requestId}`})`;
}

function adviceOf({ id, permissions, hasPolicy, zones, wrote, errors, left }: CredentialCheck): string[] {
  const isMissing = permissions.some(({ state }) => state === 'missing');
  const isUntested = permissions.some(({ state, access }) => state === 'untested' && access === 'write');
  const [zone] = zones;
  const advice: string[] = [];
  if (isMissing && hasPolicy)
    advice.push(`A policy that grants all of them: domainproof providers ${id} --policy`);
  if (zones.length === 0 && errors.length === 0 && !isMissing)
    advice.push('No zone was found to look into, so reading records was not tried.');
  if (isUntested && !wrote && !isMissing && errors.length === 0)
    advice.push(
      'Writing was not tested. To try it with TXT records that are taken away at once:',
      `  domainproof doctor --credentials --provider ${id} --try-write ${zone ? showName(zone) : 'ZONE'}`,
    );
  if (left.length > 0)
    advice.push(
      `Left behind, since it could not be taken away: ${left.map((lease) => `${showName(lease.name)} TXT ${lease.value}`).join(', ')}`,
      `With the permission granted: domainproof remove ${left.map((lease) => lease.id).join(' ')}`,
    );
  return advice;
}
