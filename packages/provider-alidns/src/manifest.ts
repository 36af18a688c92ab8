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
};
