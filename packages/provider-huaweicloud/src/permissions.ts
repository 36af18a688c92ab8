import type { Permission, Policy } from '@domainproof/core';

/**
 * Actions of roles and policies. The vendor's table of them names the calls for single record sets; of the batch calls it
 * says nothing, so their actions are those of the same deed on one record set, and unconfirmed. Beside `dns:recordset:delete`
 * the table lists actions of website monitoring (`ces:…`); a record set without such a monitor is taken to need none of them.
 */
export const permissions: readonly Permission[] = [
  {
    action: 'dns:zone:list',
    access: 'read',
    operations: ['ListPublicZones'],
    purpose: 'to list the zones of the account, and to find the one that holds a name',
  },
  {
    action: 'dns:recordset:list',
    access: 'read',
    operations: ['ListRecordSets'],
    purpose: 'to read the record sets of a name',
  },
  {
    action: 'dns:recordset:get',
    access: 'read',
    operations: ['ShowBatchCreateTask'],
    purpose: 'to see the end of a batch (unconfirmed; without it the record sets themselves are looked at)',
  },
  {
    action: 'dns:recordset:create',
    access: 'write',
    operations: ['CreateRecordSet', 'BatchCreateTask'],
    purpose: 'to add the first value of a record set, one or many at once (unconfirmed for many)',
  },
  {
    action: 'dns:recordset:update',
    access: 'write',
    operations: ['UpdateRecordSet', 'BatchUpdateRecordSets'],
    purpose:
      'to add values beside others and to take them away again, one or many at once (unconfirmed for many)',
  },
  {
    action: 'dns:recordset:delete',
    access: 'write',
    operations: ['DeleteRecordSet', 'BatchDeleteRecordSets'],
    purpose: 'to remove the last value of a record set, one or many at once (unconfirmed for many)',
  },
];

/** `DNS.0013` may mean a frozen account too. */
export const permissionRefusals: readonly string[] = [
  'DNS.0013',
  'DNS.0030',
  'DNS.0031',
  'DNS.0037',
  'DNS.1802',
  'DNS.2002',
  'APIG.0302',
  'APIG.0304',
  'APIG.0306',
  'APIGW.0302',
  'APIGW.0304',
  'APIGW.0306',
];

export const policy: Policy = {
  where:
    'IAM console, Permissions, Policies/Roles, Create Custom Policy, JSON; then grant it to a user group for the project of the region whose host is called (cn-north-4 if none is set), or for all projects.',
  document: JSON.stringify(
    {
      Version: '1.1',
      Statement: [{ Effect: 'Allow', Action: permissions.map(({ action }) => action) }],
    },
    null,
    2,
  ),
};
