/**
 * What is used of a ready `DnsClient` of `@huaweicloud/huaweicloud-sdk-dns` (services/dns/v2 of the vendor's SDK for
 * Node.js). Requests are plain objects with the API's own field names (`zone_id`), which the vendor's client takes beside
 * its request classes. The batch methods are missing from older releases; without them records are written one by one.
 */
export interface DnsClient {
  listPublicZones(request?: object): Promise<unknown>;
  /** Lists the record sets of one zone, whatever its name says. */
  showRecordSetByZone(request?: object): Promise<unknown>;
  createRecordSetWithLine(request?: object): Promise<unknown>;
  /** Writes one record set, line aware; its sibling `updateRecordSet` is of the older API. */
  updateRecordSets(request?: object): Promise<unknown>;
  /** Deletes one record set, line aware. */
  deleteRecordSets(request?: object): Promise<unknown>;
  batchCreateRecordSetsTask?(request?: object): Promise<unknown>;
  showBatchCreateRecordSetsTask?(request?: object): Promise<unknown>;
  batchUpdateRecordSetWithLine?(request?: object): Promise<unknown>;
  batchDeleteRecordSetWithLine?(request?: object): Promise<unknown>;
}

/** Whether the client has the methods that batches take. */
export function hasBatches(client: DnsClient): boolean {
  return Boolean(
    client.batchCreateRecordSetsTask &&
      client.showBatchCreateRecordSetsTask &&
      client.batchUpdateRecordSetWithLine &&
      client.batchDeleteRecordSetWithLine,
  );
}
