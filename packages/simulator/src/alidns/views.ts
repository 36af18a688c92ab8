import { DEFAULT_LINE, SUPPORT_LINES } from './lines.js';
import { toUnicode } from './names.js';
import { type DnsRecord, type Domain, minTtl } from './store.js';

/** How the service spells a record's status: documented as `Enable`, seen as `ENABLE`. */
export type StatusCase = 'ENABLE' | 'Enable';

const AVAILABLE_TTLS = [1, 60, 120, 600, 1800, 3600, 43200, 86400];

export function recordView(record: DnsRecord, statusCase: StatusCase) {
  const { priority, remark } = record;
  return {
    DomainName: toUnicode(record.domain.name),
    RecordId: record.id,
    RR: record.rr,
    Type: record.type,
    Value: record.value,
    TTL: record.ttl,
    Line: record.line,
    ...(priority === undefined ? {} : { Priority: priority }),
    Status: statusWord(record.enabled, statusCase),
    Locked: false,
    Weight: 1,
    LbaStatus: false,
    ...(remark === '' ? {} : { Remark: remark }),
    CreateTimestamp: record.createdAt,
    UpdateTimestamp: record.updatedAt,
  };
}

export function statusWord(enabled: boolean, statusCase: StatusCase): string {
  const word = enabled ? 'Enable' : 'Disable';
  return statusCase === 'Enable' ? word : word.toUpperCase();
}

export function domainView(domain: Domain, nameServers: readonly string[]) {
  const isFree = domain.edition === 'free';
  return {
    DomainId: domain.id,
    DomainName: toUnicode(domain.name),
    PunyCode: domain.name,
    AliDomain: false,
    DnsServers: { DnsServer: nameServers },
    VersionCode: isFree ? 'mianfei' : 'version_enterprise_advanced',
    VersionName: isFree ? 'Alibaba Cloud DNS' : 'Enterprise Ultimate Edition',
    ...(isFree
      ? {}
      : { InstanceId: `dns-sim-${domain.id.slice(-8)}`, InstanceExpired: domain.edition === 'expired' }),
    RecordCount: domain.records.size,
    GroupId: 'defaultGroup',
    GroupName: 'Default Group',
    CreateTime: new Date(domain.createdAt).toISOString().slice(0, 16).concat('Z'),
    CreateTimestamp: domain.createdAt,
  };
}

/** Lines and TTLs are told only to those who ask for details. */
export function domainInfoView(domain: Domain, nameServers: readonly string[], detailed: boolean) {
  const smallest = minTtl(domain.edition);
  return {
    ...domainView(domain, nameServers),
    SubDomain: domain.name.split('.').length > 2,
    InBlackHole: false,
    InClean: false,
    MinTtl: smallest,
    LineType: 'region',
    ...(detailed
      ? {
          AvailableTtls: {
            AvailableTtl: AVAILABLE_TTLS.filter((ttl) => ttl >= smallest).map(String),
          },
          RecordLines: { RecordLine: lineViews() },
        }
      : {}),
  };
}

export function lineViews() {
  return SUPPORT_LINES.map(({ code, fatherCode }) => ({
    LineCode: code,
    LineName: code === DEFAULT_LINE ? '默认' : code,
    LineDisplayName: code === DEFAULT_LINE ? '默认' : code,
    ...(fatherCode === '' ? {} : { FatherCode: fatherCode }),
  }));
}
