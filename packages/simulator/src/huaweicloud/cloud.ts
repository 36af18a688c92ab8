import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallLog } from '../call-log.js';
import type { CommitFault, FaultList } from '../faults.js';
import { type Exchange, headerValue } from '../http/exchange.js';
import { Front, type RefusingFault } from '../http/front.js';
import type { Reply } from '../http/reply.js';
import type { TrafficSwitches } from '../http/traffic.js';
import type { PolicyDocument } from '../policy.js';
import type { PublishedZone, Publisher } from '../publication.js';
import type { SimulatedRecordSet, SimulatedZone } from '../scenario.js';
import { Access } from './access.js';
import { Batches } from './batch.js';
import type { DuplicateRule } from './conflicts.js';
import { errorReply, GatewayError, json, ServiceError } from './errors.js';
import { Gate, type HuaweicloudAccount } from './gate.js';
import { Lists } from './lists.js';
import { toQuery } from './paging.js';
import { notSteady, RecordSets } from './record-sets.js';
import { findRoute, isWrite, type Route } from './routes.js';
import { accountRecords, seedZone } from './seed.js';
import { newId, Store } from './store.js';
import { parseBody } from './validation.js';
import { Views } from './views.js';

/** Behaviour of the simulated Huawei Cloud account. */
export interface HuaweicloudSwitches extends TrafficSwitches {
  /** Whether the account's key is a temporary one: requests must carry its security token, signed. Default false. */
  temporaryCredentials?: boolean;
  /** The IAM policy (version 1.1) of the account's key, as JSON or what it says: everything that it does not allow gets `DNS.1802`. Default: all is allowed. */
  policy?: PolicyDocument;
  /** Milliseconds for which a write stays `PENDING_…`. Default 0: steady when the request has been answered. */
  settleMs?: number;
  /** Largest page, in items; a request for more gets this many. 1 to 500, default 500. */
  pageLimit?: number;
  /** What creating a set of a name, type and line that is there already answers. Default `DNS.0312`. */
  duplicates?: DuplicateRule;
  /** Record sets that the account may hold. Default 100000; a real account starts with 500. */
  recordSetQuota?: number;
  /** Whether a set can be deleted while it is `PENDING_…`; no document says. Default false: `DNS.0314`. */
  deleteWhilePending?: boolean;
  /** HTTP status of `DNS.0314` (the set is not steady), on which the vendor's documents disagree. Default 409. */
  busyStatus?: 409 | 400;
  /** What an `X-Project-Id` that is not the account's gets; no document says. `refused`: 403 `APIGW.0310`. Default `ignored`. */
  wrongProject?: 'ignored' | 'refused';
  /** Whether the key is locked for five minutes after the sixth authentication failure in a row. Default true. */
  lockOut?: boolean;
  /** The cloud's clock: milliseconds since 1970. Default `Date.now`. */
  now?: () => number;
}

export interface HuaweicloudOptions extends Omit<HuaweicloudSwitches, 'temporaryCredentials'> {
  account: HuaweicloudAccount;
  publisher: Publisher;
  faults: FaultList;
  calls: CallLog;
  /** Host names of the name servers that every zone gets. */
  nameServers: readonly string[];
}

/** The gateway takes 12 MB. */
const MAX_BODY = 12 * 1024 * 1024;
/** Zones of a real account; shown, not enforced. */
const ZONE_QUOTA = 50;

/** One Huawei Cloud account with its DNS API. `handle` is the listener of an HTTP server. */
export function createHuaweiCloud(options: HuaweicloudOptions): {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** @throws Error for a zone that the account holds already, or a record that the service would refuse. */
  addZone(zone: SimulatedZone): PublishedZone;
  /** @throws Error for a zone that the account does not hold. */
  records(zone: string): SimulatedRecordSet[];
  close(): void;
} {
  const now = options.now ?? Date.now;
  const store = new Store(options.publisher, options.settleMs ?? 0, now);
  const front = new Front(createBackend(options, store, now), options.faults, options.calls, options);
  return {
    handle: (request, response) => front.handle(request, response),
    addZone: (zone) => seedZone(store, options.publisher, zone, options.nameServers, now()),
    records: (zone) => accountRecords(store, zone),
    close: () => {
      store.close();
      front.close();
    },
  };
}

function createBackend(options: HuaweicloudOptions, store: Store, now: () => number) {
  const { duplicates = 'DNS.0312', recordSetQuota = 100_000, busyStatus = 409 } = options;
  const { lockOut = true, wrongProject = 'ignored' } = options;
  const { projectId } = options.account;
  const gate = new Gate(options.account, now, { lockOut, wrongProject });
  const access = new Access(options.policy);
  const { deleteWhilePending = false } = options;
  const sets = new RecordSets(store, { duplicates, recordSetQuota, deleteWhilePending }, now);
  const batches = new Batches(store, sets, now);
  const lists = new Lists(store, options.pageLimit ?? 500);

  /** Status and body of a request that may be carried out. */
  const perform = (
    route: Route,
    exchange: Exchange,
    fault: CommitFault | undefined,
  ): [status: number, body: unknown] => {
    const { operation, version, zoneId, recordSetId, domainName } = route;
    const views = new Views(projectId, `http://${headerValue(exchange.headers, 'host') ?? 'localhost'}`);
    const body = () => parseBody(exchange.body);
    const view = (set: Parameters<Views['recordSet']>[0]) => views.recordSet(set, version);
    const many = (list: Parameters<Views['recordSet']>[0][]) =>
      views.list(
        'recordsets',
        exchange.rawPath,
        '',
        { items: list, totalCount: list.length, next: undefined },
        view,
      );
    switch (operation) {
      case 'ListPublicZones':
        return [200, lists.zones(exchange, views)];
      case 'ShowPublicZone':
        return [200, views.zone(sets.zone(zoneId))];
      case 'ShowZoneNameServers': {
        sets.zone(zoneId);
        const servers = options.nameServers.map((host, index) => ({
          hostname: host.endsWith('.') ? host : `${host}.`,
          priority: index + 1,
        }));
        return [200, { nameservers: servers }];
      }
      case 'ShowDomainNameServers':
        return [200, views.domainNameServers(sets.zoneNamed(domainName), options.nameServers)];
      case 'ShowQuotas': {
        const quotas = [
          { quota_key: 'zone', quota_limit: ZONE_QUOTA, used: store.zones.size, unit: 'count' },
          { quota_key: 'record_set', quota_limit: recordSetQuota, used: store.countSets(), unit: 'count' },
        ];
        return [200, { quotas }];
      }
      case 'ListSystemLines':
        return [200, lists.systemLines(exchange)];
      case 'ListTenantRecordSets':
        return [200, lists.recordSets(store.allSets(), exchange, route, views)];
      case 'ListRecordSets':
        return [200, lists.recordSets(sets.zone(zoneId).sets.values(), exchange, route, views)];
      case 'ShowRecordSet':
        return [200, view(sets.find(sets.zone(zoneId), recordSetId))];
      case 'CreateRecordSet':
        return [202, view(sets.create(sets.writableZone(zoneId), body(), version, fault))];
      case 'UpdateRecordSet':
        return [
          202,
          view(sets.update(sets.find(sets.writableZone(zoneId), recordSetId), body(), version, fault)),
        ];
      case 'DeleteRecordSet':
        return [202, view(sets.delete(sets.find(sets.writableZone(zoneId), recordSetId), fault))];
      case 'BatchSetRecordSetStatus':
        return [202, many(sets.setStatuses(body(), fault))];
      case 'SetRecordSetStatus':
        return [202, view(sets.setStatus(recordSetId, body(), fault))];
      case 'BatchDeleteRecordSets':
        return [202, many(batches.delete(sets.writableZone(zoneId), body(), fault))];
      case 'BatchUpdateRecordSets':
        return [202, many(batches.update(sets.writableZone(zoneId), body(), fault))];
      case 'BatchCreateLines':
        return [202, many(batches.createLines(sets.writableZone(zoneId), body(), fault))];
      case 'BatchCreateTask':
        return [202, batches.startCreate(sets.writableZone(zoneId), body(), fault)];
      case 'ShowBatchCreateTask':
        return [200, batches.showCreate(sets.zone(zoneId), toQuery(exchange.query))];
    }
  };

  const routeOf = ({ method, rawPath }: Exchange) => findRoute(method, rawPath);

  return {
    cloud: 'huaweicloud' as const,
    maxBody: MAX_BODY,
    now,
    newRequestId: newId,
    identify(exchange: Exchange) {
      const route = routeOf(exchange);
      return route === undefined
        ? { operation: 'Unknown', isWrite: false }
        : { operation: route.operation, isWrite: isWrite(route.operation) };
    },
    authenticate(exchange: Exchange) {
      const route = routeOf(exchange);
      if (route === undefined)
        throw new GatewayError(
          'APIGW.0101',
          'The API does not exist or has not been published in the environment',
        );
      gate.check(exchange);
      access.check(route.operation);
    },
    run(exchange: Exchange, requestId: string, fault: CommitFault | undefined): Reply {
      try {
        // `authenticate` has refused what has no route.
        const [status, body] = perform(routeOf(exchange)!, exchange, fault);
        return json(status, body, requestId);
      } finally {
        store.settleDue();
      }
    },
    refuse: (error: unknown, requestId: string) => errorReply(error, requestId, busyStatus),
    unreadable(error: { reason: string; message: string }, requestId: string) {
      const code = error.reason === 'too-large' ? 'APIGW.0201' : 'APIGW.0602';
      return errorReply(new GatewayError(code, error.message), requestId, busyStatus);
    },
    fail: (kind: RefusingFault, requestId: string) => failure(kind, requestId, busyStatus),
  };
}

function failure(kind: RefusingFault, requestId: string, busyStatus: number): Reply {
  switch (kind) {
    case 'throttle': {
      const why =
        'The throttling threshold has been reached: policy user over ratelimit,limit:200,time:5 minute';
      return errorReply(new GatewayError('APIGW.0308', why), requestId, busyStatus);
    }
    case 'service-throttle':
      return errorReply(new ServiceError('DNS.0014', 'Flow control was triggered.'), requestId, busyStatus);
    case 'internal-error':
      return errorReply(new ServiceError('DNS.0000', 'Internal service error.'), requestId, busyStatus);
    case 'unavailable':
      return errorReply(new GatewayError('APIGW.0613', 'IAM is unavailable'), requestId, busyStatus);
    case 'busy':
      return errorReply(notSteady(), requestId, busyStatus);
    case 'unavailable-html':
      return {
        status: 503,
        contentType: 'text/html',
        headers: { 'x-request-id': requestId },
        body: '<html><head><title>503 Service Temporarily Unavailable</title></head><body></body></html>',
      };
  }
}
