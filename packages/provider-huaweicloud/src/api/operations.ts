/** The calls that this adapter makes, with the IAM permission that each takes. */
export const OPERATIONS = {
  ListPublicZones: { method: 'GET', permission: 'dns:zone:list' },
  ListRecordSets: { method: 'GET', permission: 'dns:recordset:list' },
  CreateRecordSet: { method: 'POST', permission: 'dns:recordset:create' },
  UpdateRecordSet: { method: 'PUT', permission: 'dns:recordset:update' },
  DeleteRecordSet: { method: 'DELETE', permission: 'dns:recordset:delete' },
} as const;

export type Operation = keyof typeof OPERATIONS;

export function isWrite(operation: Operation): boolean {
  return OPERATIONS[operation].method !== 'GET';
}
