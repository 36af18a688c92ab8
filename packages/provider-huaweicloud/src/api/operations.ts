/**
 * The calls that this adapter makes: where each goes, the method of the vendor's `DnsClient` that does the same (its names
 * mislead: `updateRecordSets` writes one set, `showRecordSetByZone` lists). The manifest says which permission each takes.
 */
export const OPERATIONS = {
  ListPublicZones: {
    method: 'GET',
    path: '/v2/zones',
    clientMethod: 'listPublicZones',
  },
  ListRecordSets: {
    method: 'GET',
    path: '/v2.1/zones/{zone_id}/recordsets',
    clientMethod: 'showRecordSetByZone',
  },
  CreateRecordSet: {
    method: 'POST',
    path: '/v2.1/zones/{zone_id}/recordsets',
    clientMethod: 'createRecordSetWithLine',
  },
  UpdateRecordSet: {
    method: 'PUT',
    path: '/v2.1/zones/{zone_id}/recordsets/{recordset_id}',
    clientMethod: 'updateRecordSets',
  },
  DeleteRecordSet: {
    method: 'DELETE',
    path: '/v2.1/zones/{zone_id}/recordsets/{recordset_id}',
    clientMethod: 'deleteRecordSets',
  },
  BatchCreateTask: {
    method: 'POST',
    path: '/v2.1/zones/{zone_id}/recordsets/batch-create-task',
    clientMethod: 'batchCreateRecordSetsTask',
  },
  ShowBatchCreateTask: {
    method: 'GET',
    path: '/v2.1/zones/{zone_id}/recordsets/batch-create-task',
    clientMethod: 'showBatchCreateRecordSetsTask',
  },
  BatchUpdateRecordSets: {
    method: 'PUT',
    path: '/v2.1/zones/{zone_id}/recordsets',
    clientMethod: 'batchUpdateRecordSetWithLine',
  },
  BatchDeleteRecordSets: {
    method: 'DELETE',
    path: '/v2.1/zones/{zone_id}/recordsets',
    clientMethod: 'batchDeleteRecordSetWithLine',
  },
} as const;

export type Operation = keyof typeof OPERATIONS;

export function isWrite(operation: Operation): boolean {
  return OPERATIONS[operation].method !== 'GET';
}
