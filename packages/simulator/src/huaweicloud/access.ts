import { Policy, type PolicyDocument } from '../policy.js';
import { ServiceError } from './errors.js';
import type { Operation } from './routes.js';

/**
 * The action of each call, from the vendor's table of roles and policies. It leaves the batch calls out: these take what the
 * same deed on one record set takes. `undefined`: no permission is looked at.
 */
const ACTIONS: Readonly<Record<Operation, string | undefined>> = {
  ListPublicZones: 'dns:zone:list',
  ShowPublicZone: 'dns:zone:get',
  ShowZoneNameServers: 'dns:zone:get',
  ShowDomainNameServers: 'dns:zone:get',
  ShowQuotas: 'dns:quota:list',
  ListSystemLines: undefined,
  ListTenantRecordSets: 'dns:recordset:list',
  ListRecordSets: 'dns:recordset:list',
  ShowRecordSet: 'dns:recordset:get',
  CreateRecordSet: 'dns:recordset:create',
  UpdateRecordSet: 'dns:recordset:update',
  DeleteRecordSet: 'dns:recordset:delete',
  SetRecordSetStatus: 'dns:recordset:setStatus',
  BatchSetRecordSetStatus: 'dns:recordset:setStatus',
  BatchCreateLines: 'dns:recordset:create',
  BatchCreateTask: 'dns:recordset:create',
  ShowBatchCreateTask: 'dns:recordset:get',
  BatchUpdateRecordSets: 'dns:recordset:update',
  BatchDeleteRecordSets: 'dns:recordset:delete',
};

/** What an IAM user may do. */
export class Access {
  readonly #policy: Policy | undefined;

  /**
   * @param document undefined: everything is allowed
   * @throws TypeError for a document that is no IAM policy of version 1.1
   */
  constructor(document: PolicyDocument | undefined) {
    this.#policy = document === undefined ? undefined : new Policy(document, '1.1');
  }

  /** @throws ServiceError `DNS.1802`, which names the action */
  check(operation: Operation): void {
    const action = ACTIONS[operation];
    if (!this.#policy || action === undefined || this.#policy.allows(action)) return;
    throw new ServiceError('DNS.1802', `Policy doesn't allow ${action} to be performed.`);
  }
}
