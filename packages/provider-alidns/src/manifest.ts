import type { ProviderManifest } from '@domainproof/core';

/**
 * Names in the same position of the three credential lists belong together (official SDKs; lego and Terraform; acme.sh):
 * a secret or a token is never used with the key of another family.
 */
export const manifest: ProviderManifest = {
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
};
