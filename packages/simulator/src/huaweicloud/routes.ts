type PathIds = Pick<Route, 'zoneId' | 'recordSetId' | 'domainName'>;

/** One operation of the DNS API as this request reaches it. */
export interface Route {
  operation: Operation;
  /** `v2` knows no lines and no weights; both versions work on the same record sets. */
  version: 'v2' | 'v2.1';
  zoneId?: string;
  recordSetId?: string;
  domainName?: string;
}

export type Operation = (typeof TABLE)[number][2];

const BOTH = ['v2', 'v2.1'] as const;
const V2 = ['v2'] as const;
const V21 = ['v2.1'] as const;

/** Fixed words come before placeholders of the same shape. `:zone` and `:recordset` are ids, `:domain` is a name. */
const TABLE = [
  ['GET', 'zones', 'ListPublicZones', V2],
  ['GET', 'zones/:zone', 'ShowPublicZone', V2],
  ['GET', 'zones/:zone/nameservers', 'ShowZoneNameServers', V2],
  ['GET', 'public-zones/dns-servers/:domain', 'ShowDomainNameServers', V2],
  ['GET', 'quotamg/dns/quotas', 'ShowQuotas', V2],
  ['GET', 'system-lines', 'ListSystemLines', V21],
  ['GET', 'recordsets', 'ListTenantRecordSets', BOTH],
  ['PUT', 'recordsets/statuses', 'BatchSetRecordSetStatus', V21],
  ['PUT', 'recordsets/:recordset/statuses/set', 'SetRecordSetStatus', V21],
  ['POST', 'zones/:zone/recordsets/batch-create-task', 'BatchCreateTask', V21],
  ['GET', 'zones/:zone/recordsets/batch-create-task', 'ShowBatchCreateTask', V21],
  ['POST', 'zones/:zone/recordsets/batch/lines', 'BatchCreateLines', V21],
  ['GET', 'zones/:zone/recordsets', 'ListRecordSets', BOTH],
  ['POST', 'zones/:zone/recordsets', 'CreateRecordSet', BOTH],
  ['PUT', 'zones/:zone/recordsets', 'BatchUpdateRecordSets', V21],
  ['DELETE', 'zones/:zone/recordsets', 'BatchDeleteRecordSets', V21],
  ['GET', 'zones/:zone/recordsets/:recordset', 'ShowRecordSet', BOTH],
  ['PUT', 'zones/:zone/recordsets/:recordset', 'UpdateRecordSet', BOTH],
  ['DELETE', 'zones/:zone/recordsets/:recordset', 'DeleteRecordSet', BOTH],
] as const;

/** The route of a request; undefined: the gateway has no such API. */
export function findRoute(method: string, rawPath: string): Route | undefined {
  const [root, version, ...segments] = rawPath.replace(/\/$/, '').split('/');
  if (root !== '' || (version !== 'v2' && version !== 'v2.1')) return undefined;
  for (const [routeMethod, pattern, operation, versions] of TABLE) {
    if (routeMethod !== method || !(versions as readonly string[]).includes(version)) continue;
    const ids = matchSegments(pattern.split('/'), segments);
    if (ids !== undefined) return { operation, version, ...ids };
  }
  return undefined;
}

export function isWrite(operation: Operation): boolean {
  return !operation.startsWith('List') && !operation.startsWith('Show');
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): PathIds | undefined {
  if (pattern.length !== segments.length) return undefined;
  const ids: PathIds = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part === ':zone') ids.zoneId = segment;
    else if (part === ':recordset') ids.recordSetId = segment;
    else if (part === ':domain') ids.domainName = segment;
    else if (part !== segment) return undefined;
  }
  return ids;
}
