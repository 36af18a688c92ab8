import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallLog } from '../call-log.js';
import type { CommitFault, FaultList } from '../faults.js';
import { type Exchange, headerValue } from '../http/exchange.js';
import { Front, type RefusingFault } from '../http/front.js';
import type { Reply } from '../http/reply.js';
import type { PublishedZone, Publisher } from '../publication.js';
import type { SimulatedRecordSet, SimulatedZone } from '../scenario.js';
import { Batches } from './batch.js';
import { ApiError, errorReply, json } from './errors.js';
import { type AlidnsAccount, Gate } from './gate.js';
import { Lists } from './lists.js';
import { actionOf, Parameters } from './parameters.js';
import { recordWithId } from './records.js';
import { accountRecords, seedDomain } from './seed.js';
import { Store } from './store.js';
import { Writes } from './writes.js';

/** Behaviour of the simulated Alibaba Cloud account. */
export interface AlidnsSwitches {
  /** Largest page, in items; a request for more gets this many. Default 500; some actions have less by themselves. */
  pageLimit?: number;
  /** How `Status` is written: the documents say `Enable`, real answers `ENABLE`. Default `ENABLE`. */
  statusCase?: 'ENABLE' | 'Enable';
  /** The cloud's clock: milliseconds since 1970. Default `Date.now`. */
  now?: () => number;
}

export interface AlidnsOptions extends AlidnsSwitches {
  account: AlidnsAccount;
  publisher: Publisher;
  faults: FaultList;
  calls: CallLog;
  /** Host names of the name servers that every domain gets. */
  nameServers: readonly string[];
}

const MAX_BODY = 1024 * 1024;
const VERSION = '2015-01-09';

type Action = (parameters: Parameters, fault: CommitFault | undefined) => Record<string, unknown>;

/** One Alibaba Cloud account with its DNS API. `handle` is the listener of an HTTP server. */
export function createAlidnsCloud(options: AlidnsOptions): {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** @throws Error for a domain that the account holds already, or a record that the service would refuse. */
  addZone(zone: SimulatedZone): PublishedZone;
  /** @throws Error for a domain that the account does not hold. */
  records(zone: string): SimulatedRecordSet[];
  close(): void;
} {
  const now = options.now ?? Date.now;
  const store = new Store(options.publisher);
  const front = new Front(createBackend(options, store, now), options.faults, options.calls);
  return {
    handle: (request, response) => front.handle(request, response),
    addZone: (zone) => seedDomain(store, options.publisher, zone, now()),
    records: (zone) => accountRecords(store, zone),
    close: () => front.close(),
  };
}

function createActions(store: Store, lists: Lists, now: () => number) {
  const writes = new Writes(store, now);
  const batches = new Batches(store, writes);
  const read: Record<string, Action> = {
    DescribeDomains: (parameters) => lists.domains(parameters),
    DescribeDomainInfo: (parameters) => lists.domainInfo(parameters),
    DescribeDomainNs: (parameters) => lists.domainNs(parameters),
    DescribeSupportLines: () => lists.supportLines(),
    DescribeDomainRecords: (parameters) => lists.records(parameters),
    DescribeSubDomainRecords: (parameters) => lists.subDomainRecords(parameters),
    DescribeDomainRecordInfo: (parameters) =>
      lists.record(recordWithId(store, parameters.required('RecordId'))),
    DescribeBatchResultCount: (parameters) => batches.count(parameters),
    DescribeBatchResultDetail: (parameters) => batches.detail(parameters),
  };
  const write: Record<string, Action> = {
    AddDomainRecord: (parameters, fault) => ({ RecordId: writes.add(parameters, fault) }),
    UpdateDomainRecord: (parameters, fault) => ({ RecordId: writes.update(parameters, fault) }),
    DeleteDomainRecord: (parameters, fault) => ({ RecordId: writes.delete(parameters, fault) }),
    DeleteSubDomainRecords: (parameters, fault) => {
      // The vendor gives this count as a text.
      const count = String(writes.deleteSubDomain(parameters, fault));
      return { RR: parameters.get('RR'), TotalCount: count };
    },
    SetDomainRecordStatus: (parameters, fault) => writes.setStatus(parameters, fault),
    UpdateDomainRecordRemark: (parameters, fault) => writes.remark(parameters, fault),
    OperateBatchDomain: (parameters, fault) => batches.start(parameters, fault),
  };
  return { read, write };
}

function createBackend(options: AlidnsOptions, store: Store, now: () => number) {
  const gate = new Gate(options.account, now);
  const lists = new Lists(
    store,
    options.nameServers,
    options.pageLimit ?? 500,
    options.statusCase ?? 'ENABLE',
  );
  const { read, write } = createActions(store, lists, now);
  const find = (action: string): Action | undefined =>
    Object.hasOwn(read, action) ? read[action] : Object.hasOwn(write, action) ? write[action] : undefined;

  return {
    cloud: 'alidns' as const,
    maxBody: MAX_BODY,
    now,
    newRequestId: () => randomUUID().toUpperCase(),
    identify(exchange: Exchange) {
      const action = actionOf(exchange, new Parameters(exchange));
      return { operation: find(action) ? action : 'Unknown', isWrite: Object.hasOwn(write, action) };
    },
    authenticate(exchange: Exchange) {
      gate.check(exchange, new Parameters(exchange));
    },
    run(exchange: Exchange, requestId: string, fault: CommitFault | undefined): Reply {
      const parameters = new Parameters(exchange);
      const version = headerValue(exchange.headers, 'x-acs-version') ?? parameters.get('Version');
      const action = find(actionOf(exchange, parameters));
      if (!action || version !== VERSION || exchange.rawPath !== '/')
        throw new ApiError(
          'InvalidAction.NotFound',
          'Specified api is not found, please check your url and method.',
        );
      return json(200, action(parameters, fault), requestId);
    },
    refuse: errorReply,
    unreadable(error: { reason: string; message: string }, requestId: string) {
      const code = error.reason === 'too-large' ? 'RequestEntityTooLarge' : 'InvalidParameter';
      return errorReply(new ApiError(code, error.message), requestId);
    },
    fail,
  };
}

function fail(kind: RefusingFault, requestId: string): Reply {
  switch (kind) {
    case 'throttle':
      return errorReply(
        new ApiError('Throttling.User', 'Request was denied due to user flow control.'),
        requestId,
      );
    case 'service-throttle':
      return errorReply(
        new ApiError('Throttling', 'Request was denied due to request throttling.'),
        requestId,
      );
    case 'internal-error':
      return errorReply(
        new ApiError('InternalError', 'The request processing has failed due to some unknown error.'),
        requestId,
      );
    case 'busy':
      return errorReply(
        new ApiError('LastOperationNotFinished', 'The last operation is not finished.'),
        requestId,
      );
    case 'unavailable-html':
      return {
        status: 502,
        contentType: 'text/html',
        headers: { 'x-acs-request-id': requestId },
        body: '<html><head><title>502 Bad Gateway</title></head><body></body></html>',
      };
  }
}
