import type { ProviderManifest } from '@domainproof/core';

/**
 * What this package says about itself. The tables of the README, `domainproof providers` and the checks of a config file are
 * made from it. VENDOR: every field.
 */
export const manifest = {
  id: 'example-cloud',
  title: 'Example Cloud',
  package: 'domainproof-provider-example-cloud',
  settings: [
    {
      option: 'token',
      description: 'An API token that may read zones and write records',
      required: true,
      secret: true,
      environment: ['EXAMPLE_CLOUD_TOKEN'],
    },
    {
      option: 'endpoint',
      description: 'Where the API is, if not at https://api.dnshost.invalid/v1',
      required: false,
      secret: false,
      environment: ['EXAMPLE_CLOUD_ENDPOINT'],
    },
  ],
  permissions: [
    {
      action: 'zones:read',
      access: 'read',
      operations: ['ListZones'],
      purpose: 'finds the zone that a name lies in',
    },
    {
      action: 'records:read',
      access: 'read',
      operations: ['ListRecords'],
      purpose: 'sees what is there before something is written',
    },
    {
      action: 'records:write',
      access: 'write',
      operations: ['CreateRecord', 'DeleteRecord'],
      purpose: 'adds a value, and takes it away',
    },
  ],
  policy: {
    where: 'Console, API tokens, New token, Scopes',
    document: '{ "scopes": ["zones:read", "records:read", "records:write"] }',
  },
  limits: {
    ttl: { min: 60, max: 86_400, default: 300 },
    txtBytes: 1_024,
    valuesPerSet: 50,
  },
  nameServerPatterns: [/^ns\d+\.dnshost\.invalid$/i],
  // One row for each fact that was looked up:
  // { what: 'Limits', source: 'API reference, "Create a record"', checkedOn: '2026-11-24' }
  checked: [],
} satisfies ProviderManifest;
