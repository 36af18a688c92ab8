import type { ProviderManifest } from '@domainproof/core';
import { capabilities } from './capabilities.js';
import { environmentNames } from './environment-names.js';
import { TYPES } from './wire/codes.js';

/** Without a key in it: each server is told of a key that it has already. */
const POLICY = `# BIND, named.conf: every name below the zone, these two types only
zone "example.com" {
  type primary;
  file "/var/lib/bind/db.example.com";
  update-policy { grant proof.example.com. wildcard *.example.com. TXT CNAME; };
};

# Knot DNS, knot.conf
acl:
  - id: proof
    key: proof.example.com.
    action: update
    update-type: [TXT, CNAME]
zone:
  - domain: example.com
    acl: proof

# PowerDNS, with dnsupdate=yes and allow-dnsupdate-from=192.0.2.0/24 in pdns.conf: the whole zone, it does not tell types apart
pdnsutil set-meta example.com TSIG-ALLOW-DNSUPDATE proof.example.com
`;

export const manifest: ProviderManifest = {
  id: 'rfc2136',
  title: 'Dynamic update (RFC 2136)',
  package: '@domainproof/provider-rfc2136',
  settings: [
    {
      option: 'server',
      description: 'The primary name server: host, host:port or [address]:port',
      required: true,
      secret: false,
      environment: environmentNames('server'),
    },
    {
      option: 'port',
      description: 'The port of the server, if it is not in the server; 53 if not given',
      required: false,
      secret: false,
      types: ['string', 'number'],
      environment: environmentNames('port'),
    },
    {
      option: 'keyName',
      description: 'The name of the TSIG key',
      required: false,
      secret: false,
      environment: environmentNames('keyName'),
    },
    {
      option: 'keySecret',
      description: 'The secret of the TSIG key in Base64',
      required: false,
      secret: true,
      environment: environmentNames('keySecret'),
    },
    {
      option: 'keyAlgorithm',
      description: 'The algorithm of the TSIG key; hmac-sha256 if not given',
      required: false,
      secret: false,
      environment: environmentNames('keyAlgorithm'),
    },
    {
      option: 'keyFile',
      description: 'A key file as tsig-keygen prints it, in place of name, secret and algorithm',
      required: false,
      secret: false,
      isPath: true,
      environment: environmentNames('keyFile'),
    },
    {
      option: 'zones',
      description: 'The zones to use, if not whatever the server holds; separated by commas',
      required: false,
      secret: false,
      types: ['string', 'array'],
      environment: environmentNames('zones'),
    },
  ],
  options: [
    {
      option: 'unsigned',
      description: "true: requests are not signed, for a server that goes by the client's address",
      types: ['boolean'],
    },
    {
      option: 'timeoutMs',
      description: 'Milliseconds for one request, connecting included; 10,000 if not given',
      types: ['number'],
    },
  ],
  permissions: [
    {
      action: 'query',
      access: 'read',
      operations: ['SOA', 'ANY', ...TYPES].map((type) => `Query ${type}`),
      purpose: 'Find the zone, and read the values that are there',
    },
    {
      action: 'update',
      access: 'write',
      operations: ['Check', 'Update'],
      purpose: 'Add and delete single records of the types TXT and CNAME',
    },
  ],
  policy: {
    where: 'The configuration of the server: named.conf, knot.conf, or the metadata of the zone in PowerDNS',
    document: POLICY,
  },
  limits: capabilities.limits,
  nameServerPatterns: capabilities.nameServerPatterns,
  checked: [
    { what: 'Messages, prerequisites and responses', source: 'RFC 2136', checkedOn: '2026-11-24' },
    { what: 'TSIG and its algorithms', source: 'RFC 8945', checkedOn: '2026-11-24' },
  ],
};
