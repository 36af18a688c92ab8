/** The requests that this package makes, by the vendor's names. VENDOR: names, methods and paths. */
export const OPERATIONS = {
  ListZones: { method: 'GET', path: '/zones' },
  ListRecords: { method: 'GET', path: '/zones/{zone}/records' },
  CreateRecord: { method: 'POST', path: '/zones/{zone}/records' },
  DeleteRecord: { method: 'DELETE', path: '/zones/{zone}/records/{record}' },
} as const;

export type Operation = keyof typeof OPERATIONS;

export function isWrite(operation: Operation): boolean {
  return OPERATIONS[operation].method !== 'GET';
}
