import type { Permission, Policy } from '@domainproof/core';

/** The vendor names a RAM action after the call that it allows. */
function toCall(operation: string, access: Permission['access'], purpose: string): Permission {
  return { action: `alidns:${operation}`, access, operations: [operation], purpose };
}

/** Calls whose actions the vendor allows for all resources only ("All Resource"). */
const OF_THE_ACCOUNT: readonly Permission[] = [
  toCall(
    'DescribeDomains',
    'read',
    'to list the domains of the account, and to find the one that holds a name',
  ),
  toCall('OperateBatchDomain', 'write', 'to add and remove five values or more at once'),
  toCall('DescribeBatchResultCount', 'read', 'to see that a batch has ended'),
  toCall('DescribeBatchResultDetail', 'read', 'to see what a batch did with each record'),
];

/** Calls whose actions can be limited to domains. */
const OF_A_DOMAIN: readonly Permission[] = [
  toCall('DescribeDomainRecords', 'read', 'to read the records of a name'),
  toCall('AddDomainRecord', 'write', 'to add a value'),
  toCall('DeleteDomainRecord', 'write', 'to remove a value'),
];

export const permissions: readonly Permission[] = [...OF_THE_ACCOUNT, ...OF_A_DOMAIN];

/** `NoPermission` is how other products of the vendor spell it. */
export const permissionRefusals: readonly string[] = ['Forbidden.RAM', 'NoPermission'];

/** A domain that is bound to a paid edition needs the right on its instance as well. */
const DOMAINS = ['acs:alidns:*:*:domain/*', 'acs:alidns:*:*:instance/*'];

export const policy: Policy = {
  where:
    'RAM console, Permissions, Policies, Create Policy, JSON; then grant it to the RAM user. To allow one domain only, put its name in place of the * in domain/*.',
  document: JSON.stringify(
    {
      Version: '1',
      Statement: [
        { Effect: 'Allow', Action: OF_THE_ACCOUNT.map(({ action }) => action), Resource: '*' },
        { Effect: 'Allow', Action: OF_A_DOMAIN.map(({ action }) => action), Resource: DOMAINS },
      ],
    },
    null,
    2,
  ),
};
