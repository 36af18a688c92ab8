import { DnsError, type DnsErrorCode, type DnsProvider } from '@domainproof/core';

/** Why an account of the config file cannot be used. No secret in it. */
export interface Broken {
  /** With the file, line and entry. */
  message: string;
  hint?: string;
  /** Of the error that the package itself gave. Default `UNSUPPORTED`. */
  code?: DnsErrorCode;
}

/**
 * Stands where a provider would be that cannot be used, and fails whatever it is asked: so the others go on, and a command that needs
 * this one ends with the cause.
 */
export function unusableProvider(id: string, { message, hint, code = 'UNSUPPORTED' }: Broken): DnsProvider {
  const fail = async (): Promise<never> => {
    throw new DnsError(code, message, { provider: id, retryable: false, ...(hint && { hint }) });
  };
  return {
    id,
    capabilities: {
      writes: 'value',
      types: ['TXT', 'CNAME'],
      limits: { ttl: { min: 1, max: 86_400, default: 300 }, txtBytes: 255, valuesPerSet: 1 },
      lines: true,
      zoneSearch: 'family',
      serialPerZone: false,
      batch: false,
      nameServerPatterns: [],
    },
    findZones: fail,
    // biome-ignore lint/correctness/useYield: it fails before the first zone.
    async *listZones() {
      await fail();
    },
    readRecordSet: fail,
    applyChange: fail,
  };
}
