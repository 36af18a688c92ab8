import type { ProviderManifest } from '@domainproof/core';
import { permissionRefusals, permissions, policy } from './permissions.js';

/** Limits are those of public zones, from the vendor's "Record set types and configuration rules" and its API reference. */
export const manifest: Required<ProviderManifest> = {
  id: 'huaweicloud',
  title: 'Huawei Cloud DNS',
  package: '@domainproof/provider-huaweicloud',
  settings: [
    {
      option: 'accessKeyId',
      description: 'The access key (AK)',
      required: true,
      secret: true,
      environment: ['HUAWEICLOUD_SDK_AK', 'HUAWEICLOUD_ACCESS_KEY_ID', 'CLOUD_SDK_AK', 'HW_ACCESS_KEY'],
    },
    {
      option: 'secretAccessKey',
      description: 'The secret key (SK) of the access key',
      required: true,
      secret: true,
      environment: ['HUAWEICLOUD_SDK_SK', 'HUAWEICLOUD_SECRET_ACCESS_KEY', 'CLOUD_SDK_SK', 'HW_SECRET_KEY'],
    },
    {
      option: 'securityToken',
      description: 'The security token that belongs to a temporary access key',
      required: false,
      secret: true,
      environment: ['HUAWEICLOUD_SDK_SECURITY_TOKEN', 'HW_SECURITY_TOKEN'],
    },
    {
      option: 'projectId',
      description: 'A project id, sent only if it is set; public zones are normally found without one',
      required: false,
      secret: false,
      environment: ['HUAWEICLOUD_SDK_PROJECT_ID', 'HW_PROJECT_ID'],
    },
    {
      option: 'region',
      description: 'The region whose host is called; public zones are the same at every one',
      required: false,
      secret: false,
      environment: ['HUAWEICLOUD_REGION', 'HW_REGION_NAME'],
    },
    {
      option: 'endpoint',
      description: 'The API host, or a URL of http or https without a path',
      required: false,
      secret: false,
      environment: ['DOMAINPROOF_HUAWEICLOUD_ENDPOINT'],
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
  ],
  alternatives: [],
  permissions,
  permissionRefusals,
  policy,
  limits: {
    ttl: { min: 1, max: 2_147_483_647, default: 300 },
    // "At most 4096 characters" is taken as that of the API's form: 17 character strings with quotes and the spaces between.
    txtBytes: 4045,
    txtForbidden: {
      characters: '"\\',
      reason: 'a TXT value cannot hold a double quote or a backslash there.',
    },
    valuesPerSet: 50,
  },
  nameServerPatterns: [/(^|\.)huaweicloud-dns\.(com|cn|net|org)$/i, /(^|\.)hwclouds-dns\.(com|net)$/i],
  checked: [
    {
      what: 'Permissions: the actions of roles and policies for zones',
      source: 'https://support.huaweicloud.com/api-dns/dns_api_70002.html',
      checkedOn: '2026-11-24',
    },
    {
      what: 'Permissions: the actions of roles and policies for record sets; those of the batch calls are unconfirmed',
      source: 'https://support.huaweicloud.com/api-dns/dns_api_70003.html',
      checkedOn: '2026-11-24',
    },
    {
      what: 'Permissions: public zones are global, and their permissions are granted for each project',
      source: 'https://support.huaweicloud.com/intl/en-us/productdesc-dns/dns_pd_0002.html',
      checkedOn: '2026-11-24',
    },
    {
      what: 'Permissions: a batch of creations needs none where identity policies are used',
      source: 'https://support.huaweicloud.com/api-dns/BatchCreateRecordSetsTask.html',
      checkedOn: '2026-11-24',
    },
    {
      what: 'Limits',
      source: 'Huawei Cloud DNS documentation, "Record set types and configuration rules" (June 2025)',
      checkedOn: '2026-11-24',
    },
    {
      what: 'Name servers; hwclouds-dns is an older brand, seen in delegations only',
      source: 'Huawei Cloud DNS documentation, "What are Huawei Cloud DNS name servers"',
      checkedOn: '2026-11-24',
    },
  ],
};
