/**
 * The calls that this adapter makes: where each goes, the method of the vendor's `DnsClient` that does the same (its names
 * mislead: `updateRecordSets` writes one set, `showRecordSetByZone` lists), and the IAM permission that it takes.
 */
export const OPERATIONS = {
  ListPublicZones: {
    method: 'GET',
    path: '/v2/zones',
    clientMethod: 'listPublicZones',
    permission: 'dns:zone:list',
  },
  ListRecordSets: {
    method: 'GET',
    path: '/v2.1/zones/{zone_id}/recordsets',
    clientMethod: 'showRecordSetByZone',
    permission: 'dns:recordset:list',
  },
  CreateRecordSet: {
    method: 'POST',
    path: '/v2.1/zones/{zone_id}/recordsets',
    clientMethod: 'createRecordSetWithLine',
    permission: 'dns:recordset:create',
  },
  UpdateRecordSet: {
    method: 'PUT',
    path: '/v2.1/zones/{zone_id}/recordsets/{recordset_id}',
    clientMethod: 'updateRecordSets',
    permission: 'dns:recordset:update',
  },
  DeleteRecordSet: {
    method: 'DELETE',
    path: '/v2.1/zones/{zone_id}/recordsets/{recordset_id}',
    clientMethod: 'deleteRecordSets',
    permission: 'dns:recordset:delete',
  },
  BatchCreateTask: {
    method: 'POST',
    path: '/v2.1/zones/{zone_id}/recordsets/batch-create-task',
    clientMethod: 'batchCreateRecordSetsTask',
    permission: 'dns:recordset:create',
  },
  ShowBatchCreateTask: {
    method: 'GET',
    path: '/v2.1/zones/{zone_id}/recordsets/batch-create-task',
    clientMethod: 'showBatchCreateRecordSetsTask',
    permission: 'dns:recordset:get',
  },
  BatchUpdateRecordSets: {
    method: 'PUT',
    path: '/v2.1/zones/{zone_id}/recordsets',
    clientMethod: 'batchUpdateRecordSetWithLine',
    permission: 'dns:recordset:update',
  },
  BatchDeleteRecordSets: {
    method: 'DELETE',
    path: '/v2.1/zones/{zone_id}/recordsets',
    clientMethod: 'batchDeleteRecordSetWithLine',
    permission: 'dns:recordset:delete',
  },
} as const;

export type Operation = keyof typeof OPERATIONS;

export function isWrite(operation: Operation): boolean {
  return OPERATIONS[operation].method !== 'GET';
}
