import { DnsError, isDnsError } from './errors.js';
import type { Call, DnsProvider } from './provider.js';

/** Ids of leases begin with it, and are told from domain names by having no dot. */
const ACCOUNT_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/i;

/** Whether an account may be called so: up to 63 letters, digits, hyphens and underscores, the first a letter or digit. */
export function isAccountName(name: string): boolean {
  return ACCOUNT_NAME.test(name);
}

/**
 * One of several accounts at the same vendor. Leases, errors and API events carry the account's name in the place of the
 * provider's id, so another process with the same name releases them through the same account.
 *
 * @throws DnsError `UNSUPPORTED` for a name that is none (see `isAccountName`)
 */
export function namedAccount(provider: DnsProvider, name: string): DnsProvider {
  if (!isAccountName(name))
    throw new DnsError('UNSUPPORTED', `"${name}" is no name for an account.`, {
      hint: 'Up to 63 letters, digits, hyphens and underscores; the first one a letter or a digit.',
    });
  if (name === provider.id) return provider;

  const asAccount = (error: unknown) => {
    if (!isDnsError(error)) return error;
    return new DnsError(error.code, `${name}: ${error.message}`, { ...error, provider: name, cause: error });
  };
  const named = async <T>(call: Call, work: (call: Call) => Promise<T>): Promise<T> => {
    try {
      return await work({ ...call, onApiCall: (event) => call.onApiCall({ ...event, provider: name }) });
    } catch (error) {
      throw asAccount(error);
    }
  };

  const { readRecordSets, applyChanges, isSettled, explain } = provider;
  return {
    id: name,
    get capabilities() {
      return provider.capabilities;
    },
    findZones: (zone, call) => named(call, (inner) => provider.findZones(zone, inner)),
    async *listZones(call) {
      try {
        yield* provider.listZones({
          ...call,
          onApiCall: (event) => call.onApiCall({ ...event, provider: name }),
        });
      } catch (error) {
        throw asAccount(error);
      }
    },
    readRecordSet: (zone, key, call) => named(call, (inner) => provider.readRecordSet(zone, key, inner)),
    applyChange: (zone, current, change, call) =>
      named(call, (inner) => provider.applyChange(zone, current, change, inner)),
    // The engine looks which of these are there.
    ...(readRecordSets && {
      readRecordSets: (zone, keys, call) =>
        named(call, (inner) => readRecordSets.call(provider, zone, keys, inner)),
    }),
    ...(applyChanges && {
      applyChanges: (zone, changes, call) =>
        named(call, async (inner) =>
          (await applyChanges.call(provider, zone, changes, inner)).map((one) =>
            isDnsError(one) ? (asAccount(one) as DnsError) : one,
          ),
        ),
    }),
    ...(isSettled && {
      isSettled: (zone, receipt, call) =>
        named(call, (inner) => isSettled.call(provider, zone, receipt, inner)),
    }),
    ...(explain && {
      explain: (zone, key, call) => named(call, (inner) => explain.call(provider, zone, key, inner)),
    }),
  };
}
