import type { ProviderManifest } from '@domainproof/core';

/** The settings of this provider and the environment names that people already use for them. */
export const manifest: ProviderManifest = {
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
};
