/** A TSIG key as servers, tools and adapters are given it. */
export interface TsigKey {
  /** Without final dot. */
  name: string;
  algorithm: 'hmac-sha256' | 'hmac-sha512';
  /** Base64. */
  secret: string;
}

/** The key of the adapter under test. It may change TXT and CNAME records, where a server can tell types apart. */
export const OURS: TsigKey = {
  name: 'domainproof-key',
  algorithm: 'hmac-sha256',
  secret: 'dGhlIGtleSBvZiB0aGUgYWRhcHRlciwgaW4gdGVzdHM=',
};

/** As `OURS`, with the stronger algorithm. */
export const OURS_SHA512: TsigKey = {
  name: 'domainproof-key-sha512',
  algorithm: 'hmac-sha512',
  secret: 'dGhlIGxvbmdlciBrZXkgb2YgdGhlIGFkYXB0ZXIsIGluIHRlc3RzIGFuZCBub3doZXJlIGVsc2UuLi4uLg==',
};

/** The key of somebody else, who may change everything. */
export const THEIRS: TsigKey = {
  name: 'colleague-key',
  algorithm: 'hmac-sha256',
  secret: 'dGhlIGtleSBvZiB0aGUgY29sbGVhZ3VlLCBpbiB0ZXN0cw==',
};

/** A key that every server knows and that may change nothing. */
export const POWERLESS: TsigKey = {
  name: 'powerless-key',
  algorithm: 'hmac-sha256',
  secret: 'dGhlIGtleSB0aGF0IG1heSBjaGFuZ2Ugbm90aGluZyEhISE=',
};

/** The name of `OURS` with a secret that no server has. */
export const WRONG_SECRET: TsigKey = {
  ...OURS,
  secret: 'd3Jvbmcgc2VjcmV0IG9mIHRoZSB0ZXN0LCByZWZ1c2VkISE=',
};

/** What servers are configured with. */
export const KNOWN_KEYS: readonly TsigKey[] = [OURS, OURS_SHA512, THEIRS, POWERLESS];
/** Those of them that may change a zone's TXT and CNAME records. */
export const ADAPTER_KEYS: readonly TsigKey[] = [OURS, OURS_SHA512];
