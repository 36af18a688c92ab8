import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallLog } from '../call-log.js';
import type { CommitFault, FaultList } from '../faults.js';
import type { Exchange } from '../http/exchange.js';
import { Front, type RefusingFault } from '../http/front.js';
import type { Reply } from '../http/reply.js';
import type { TrafficSwitches } from '../http/traffic.js';
import type { PolicyDocument } from '../policy.js';
import type { PublishedZone, Publisher } from '../publication.js';
import type { SimulatedRecordSet, SimulatedZone } from '../scenario.js';
import { Access } from './access.js';
import { type BatchDeletion, Batches } from './batch.js';
import { Domains } from './domains.js';
import { ApiError, errorReply, json } from './errors.js';
import { type AlidnsAccount, Gate } from './gate.js';
import { actionOf, Parameters, versionOf } from './parameters.js';
import { RecordLists } from './record-lists.js';
import { Records } from './records.js';
import type { TypeKeyWord } from './search.js';
import { accountRecords, seedDomain } from './seed.js';
import { Store } from './store.js';
import type { StatusCase } from './views.js';

/** Behaviour of the simulated Alibaba Cloud account. */
export interface AlidnsSwitches extends TrafficSwitches {
  /** Whether the account's key is a temporary one (STS): requests must carry its security token, signed. Default false. */
  temporaryCredentials?: boolean;
  /** The RAM policy of the account's key, as JSON or what it says: everything that it does not allow gets `Forbidden.RAM`. Default: all is allowed. */
  policy?: PolicyDocument;
  /** Largest page, in items; a request for more gets this many. 1 to 500, default 500 (100 for domains). */
  pageLimit?: number;
  /** Largest page of `DescribeSubDomainRecords`, on which the vendor's documents disagree. Default 100. */
  subDomainPageLimit?: 100 | 500;
  /** What `PageSize` in an answer says: the size that was used, or the number of items that came. Default `used`. */
  answerPageSize?: 'used' | 'returned';
  /** How answers spell a record's status: `ENABLE` as seen, or `Enable` as documented. Default `ENABLE`. */
  statusCase?: StatusCase;
  /** Records that one domain may hold. Default 100000. */
  recordQuota?: number;
  /** Milliseconds for which a domain answers `LastOperationNotFinished` to writes after a write. Default 0: never. */
  operationMs?: number;
  /** Milliseconds for which a new record is missing in lists. Default 0. */
  listLagMs?: number;
  /**
   * What `TypeKeyWord` matches in a search without `SearchMode`: its own description says the whole type, that of the modes says
   * that key words match in part. Default `exact`.
   */
  typeKeyWord?: TypeKeyWord;
  /** What throttling answers say in `x-acs-retry-after`, in milliseconds. Default: they do not have the header. */
  retryAfterMs?: number;
  /** Milliseconds that a task of `OperateBatchDomain` takes. Default 0: done when it is answered. */
  batchMs?: number;
  /** Which fields of an item choose what `RR_DEL` deletes; the documents name RR and value only. Default `rr-value`. */
  batchDeletion?: BatchDeletion;
  /** What `UpdateDomainRecord` does with a TTL, line or priority that is left out; no document says. Default `kept`. */
  omittedOnUpdate?: 'kept' | 'default';
  /** The cloud's clock: milliseconds since 1970. Default `Date.now`. */
  now?: () => number;
}

export interface AlidnsOptions extends Omit<AlidnsSwitches, 'temporaryCredentials'> {
  account: AlidnsAccount;
  publisher: Publisher;
  faults: FaultList;
  calls: CallLog;
  /** Host names of the name servers that every domain gets. */
  nameServers: readonly string[];
}

type Action = (parameters: Parameters, isLost: boolean) => object;

const VERSION = '2015-01-09';
const MAX_BODY = 4 * 1024 * 1024;
const DOMAIN_PAGE = 100;

/** One Alibaba Cloud account with its DNS API. `handle` is the listener of an HTTP server. */
export function createAlidnsCloud(options: AlidnsOptions): {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** @throws Error for a domain that the account holds already, or a record that the service would refuse. */
  addZone(zone: SimulatedZone): PublishedZone;
  /** @throws Error for a domain that the account does not hold. */
  records(zone: string): SimulatedRecordSet[];
  close(): void;
} {
  const { now = Date.now, statusCase = 'ENABLE' } = options;
  const store = new Store(options.publisher, now);
  const { actions, close } = createActions(options, store, now);
  const front = new Front(
    createBackend(options, store, actions, now),
    options.faults,
    options.calls,
    options,
  );
  return {
    handle: (request, response) => front.handle(request, response),
    addZone: (zone) => seedDomain(store, options.publisher, zone),
    records: (zone) => accountRecords(store, zone, statusCase),
    close: () => {
      close();
      front.close();
    },
  };
}

/** Every action by its name. Domains themselves cannot be added or removed: the simulated key may manage records only. */
function createActions(options: AlidnsOptions, store: Store, now: () => number) {
  const { pageLimit = 500, answerPageSize = 'used', statusCase = 'ENABLE' } = options;
  const paging = { limit: pageLimit, answerPageSize };
  const domains = new Domains(store, options.nameServers, {
    ...paging,
    limit: Math.min(pageLimit, DOMAIN_PAGE),
  });
  const { recordQuota = 100_000, operationMs = 0, omittedOnUpdate = 'kept' } = options;
  const records = new Records(store, domains, { recordQuota, operationMs, omittedOnUpdate, statusCase }, now);
  const { subDomainPageLimit = 100, listLagMs = 0, typeKeyWord = 'exact' } = options;
  const listRules = { paging, subDomainPageLimit, listLagMs, typeKeyWord, statusCase };
  const lists = new RecordLists(domains, listRules, now);
  const { batchMs = 0, batchDeletion = 'rr-value' } = options;
  const batches = new Batches(store, domains, records, batchMs, batchDeletion, paging);
  const forbidden: Action = () => {
    throw new ApiError('Forbidden.RAM');
  };
  const reads: Record<string, Action> = {
    DescribeDomains: (parameters) => domains.describeDomains(parameters),
    DescribeDomainInfo: (parameters) => domains.describeDomainInfo(parameters),
    DescribeDomainNs: (parameters) => domains.describeDomainNs(parameters),
    DescribeSupportLines: (parameters) => domains.describeSupportLines(parameters),
    GetMainDomainName: (parameters) => domains.getMainDomainName(parameters),
    DescribeDomainRecords: (parameters) => lists.describeDomainRecords(parameters),
    DescribeSubDomainRecords: (parameters) => lists.describeSubDomainRecords(parameters),
    DescribeDomainRecordInfo: (parameters) => lists.describeDomainRecordInfo(records.find(parameters)),
    DescribeBatchResultCount: (parameters) => batches.describeCount(parameters),
    DescribeBatchResultDetail: (parameters) => batches.describeDetail(parameters),
  };
  const writes: Record<string, Action> = {
    AddDomainRecord: (parameters, isLost) => records.add(parameters, isLost),
    UpdateDomainRecord: (parameters, isLost) => records.update(parameters, isLost),
    DeleteDomainRecord: (parameters, isLost) => records.delete(parameters, isLost),
    DeleteSubDomainRecords: (parameters, isLost) => records.deleteSubDomain(parameters, isLost),
    SetDomainRecordStatus: (parameters, isLost) => records.setStatus(parameters, isLost),
    UpdateDomainRecordRemark: (parameters, isLost) => records.updateRemark(parameters, isLost),
    OperateBatchDomain: (parameters, isLost) => batches.start(parameters, isLost),
    AddDomain: forbidden,
    DeleteDomain: forbidden,
  };
  const actions = new Map<string, { act: Action; isWrite: boolean }>();
  for (const [name, act] of Object.entries(reads)) actions.set(name, { act, isWrite: false });
  for (const [name, act] of Object.entries(writes)) actions.set(name, { act, isWrite: true });
  return { actions, close: () => batches.close() };
}

function createBackend(
  options: AlidnsOptions,
  store: Store,
  actions: ReadonlyMap<string, { act: Action; isWrite: boolean }>,
  now: () => number,
) {
  const gate = new Gate(options.account, now);
  const access = new Access(options.policy, store);
  const find = (exchange: Exchange) => {
    const exists =
      exchange.rawPath === '/' &&
      (exchange.method === 'GET' || exchange.method === 'POST') &&
      versionOf(exchange) === VERSION;
    return exists ? actions.get(actionOf(exchange)) : undefined;
  };
  return {
    cloud: 'alidns' as const,
    maxBody: MAX_BODY,
    now,
    newRequestId: () => randomUUID().toUpperCase(),
    identify(exchange: Exchange) {
      const action = find(exchange);
      return action === undefined
        ? { operation: 'Unknown', isWrite: false }
        : { operation: actionOf(exchange), isWrite: action.isWrite };
    },
    authenticate(exchange: Exchange) {
      if (find(exchange) === undefined) throw new ApiError('InvalidAction.NotFound');
      gate.check(exchange);
      access.check(actionOf(exchange), new Parameters(exchange));
    },
    run(exchange: Exchange, requestId: string, fault: CommitFault | undefined): Reply {
      // `authenticate` has refused what is no action.
      const body = find(exchange)!.act(new Parameters(exchange), fault === 'lost-write');
      return json(200, body, requestId);
    },
    refuse: errorReply,
    unreadable(error: { reason: string; message: string }, requestId: string): Reply {
      const refusal = errorReply(new ApiError('InvalidParameter', error.message), requestId);
      return error.reason === 'too-large' ? { ...refusal, status: 413 } : refusal;
    },
    fail: (kind: RefusingFault, requestId: string) => failure(kind, requestId, options.retryAfterMs),
  };
}

const FAILURES = {
  throttle: 'Throttling.User',
  'service-throttle': 'Throttling',
  'internal-error': 'InternalError',
  unavailable: 'ServiceUnavailable',
  busy: 'LastOperationNotFinished',
} as const;

function failure(kind: RefusingFault, requestId: string, retryAfterMs: number | undefined): Reply {
  if (kind !== 'unavailable-html') {
    const reply = errorReply(new ApiError(FAILURES[kind]), requestId);
    if (retryAfterMs === undefined || !FAILURES[kind].startsWith('Throttling')) return reply;
    return { ...reply, headers: { ...reply.headers, 'x-acs-retry-after': String(retryAfterMs) } };
  }
  return {
    status: 502,
    contentType: 'text/html',
    headers: {},
    body: '<html><head><title>502 Bad Gateway</title></head><body></body></html>',
  };
}
