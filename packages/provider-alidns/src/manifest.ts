import type { ProviderManifest } from '@domainproof/core';
import { permissionRefusals, permissions, policy } from './permissions.js';

/**
 * Names in the same position of the three credential lists belong together (official SDKs; lego and Terraform; acme.sh):
 * a secret or a token is never used with the key of another family.
 */
export const manifest: Required<ProviderManifest> = {
  id: 'alidns',
  title: 'Alibaba Cloud DNS',
  package: '@domainproof/provider-alidns',
  settings: [
    {
      option: 'accessKeyId',
      description: 'The AccessKey id of a RAM user or of temporary credentials',
      required: true,
      secret: true,
      environment: ['ALIBABA_CLOUD_ACCESS_KEY_ID', 'ALICLOUD_ACCESS_KEY', 'Ali_Key'],
    },
    {
      option: 'accessKeySecret',
      description: 'The AccessKey secret that belongs to the id',
      required: true,
      secret: true,
      environment: ['ALIBABA_CLOUD_ACCESS_KEY_SECRET', 'ALICLOUD_SECRET_KEY', 'Ali_Secret'],
    },
    {
      option: 'securityToken',
      description: 'The STS security token, with temporary credentials',
      required: false,
      secret: true,
      environment: ['ALIBABA_CLOUD_SECURITY_TOKEN', 'ALICLOUD_SECURITY_TOKEN'],
    },
    {
      option: 'endpoint',
      description: 'The API endpoint: a host name, or a URL without a path; alidns.aliyuncs.com if not given',
      required: false,
      secret: false,
      environment: ['DOMAINPROOF_ALIDNS_ENDPOINT'],
    },
  ],
  options: [
    {
      option: 'client',
      description:
        "A ready client of the vendor's own package; only a config file that is a module can hold it",
      types: ['object'],
      standsIn: true,
    },
    { option: 'timeoutMs', description: 'Milliseconds for one request', types: ['number'] },
    {
      option: 'credentials',
      description: "`default-chain`: every source of the vendor's default chain is asked",
      types: ['string'],
      standsIn: true,
    },
  ],
  // Sources of the vendor's default credential chain; the names are those of its SDKs, and ALICLOUD_RAM_ROLE is lego's.
  alternatives: [
    {
      description: 'A RAM role taken with an OIDC token',
      environment: [
        'ALIBABA_CLOUD_ROLE_ARN',
        'ALIBABA_CLOUD_OIDC_PROVIDER_ARN',
        'ALIBABA_CLOUD_OIDC_TOKEN_FILE',
      ],
    },
    {
      description: "A profile of the vendor's command line or of the credentials file",
      environment: ['ALIBABA_CLOUD_PROFILE'],
    },
    {
      description: "A credentials file in the form of the vendor's SDKs",
      environment: ['ALIBABA_CLOUD_CREDENTIALS_FILE'],
    },
    { description: 'The RAM role of the ECS instance', environment: ['ALIBABA_CLOUD_ECS_METADATA'] },
    { description: 'The RAM role of the ECS instance', environment: ['ALICLOUD_RAM_ROLE'] },
    {
      description: 'A URI that answers with temporary credentials',
      environment: ['ALIBABA_CLOUD_CREDENTIALS_URI'],
    },
  ],
  permissions,
  permissionRefusals,
  policy,
  limits: {
    ttl: { min: 1, max: 86_400, default: 600 },
    // The documents of private zones say so; none was found that says it of public ones.
    txtBytes: 512,
    txtForbidden: {
      characters: '"\\',
      reason: 'the service drops double quotes and changes backslashes, and the value would never match.',
    },
    // Records with the same host record, type and line (vendor's error QuotaExceeded.Record).
    valuesPerSet: 90,
  },
  nameServerPatterns: [/^dns\d{1,2}\.hichina\.com$/i, /^(ns|vip)\d+\.alidns\.com$/i],
  checked: [
    {
      what: 'Permissions: names of the actions, and which of them can be limited to a domain',
      source: 'https://www.alibabacloud.com/help/en/dns/ram-authorization',
      checkedOn: '2026-11-24',
    },
    {
      what: 'Permissions: a domain that is bound to a paid edition needs the instance as well',
      source: 'https://www.alibabacloud.com/help/en/dns/permission-management',
      checkedOn: '2026-11-24',
    },
    {
      what: 'Limits of the TTL',
      source: 'Alibaba Cloud DNS documentation, "TTL" (November 2025)',
      checkedOn: '2026-11-24',
    },
    {
      what: 'Length and characters of a TXT value: those of private zones; for public zones no document was found',
      source: 'Alibaba Cloud DNS documentation of private zones',
      checkedOn: '2026-11-24',
    },
    {
      what: 'Name servers',
      source: 'Alibaba Cloud DNS documentation, "DNS servers"',
      checkedOn: '2026-11-24',
    },
  ],
};
