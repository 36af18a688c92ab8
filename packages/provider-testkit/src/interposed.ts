import type { Call, DnsProvider } from '@domainproof/core';

export type Method =
  | 'findZones'
  | 'readRecordSet'
  | 'applyChange'
  | 'readRecordSets'
  | 'applyChanges'
  | 'isSettled';

export interface Hooks {
  /** Runs before the adapter is called; `nth` counts the calls of this method from 1, `index` those of all methods from 0. */
  before?(method: Method, nth: number, index: number, args: readonly unknown[]): void | Promise<void>;
  /** Runs when the adapter has answered, or failed. */
  after?(method: Method, nth: number, index: number): void | Promise<void>;
}

const METHODS = [
  'findZones',
  'readRecordSet',
  'applyChange',
  'readRecordSets',
  'applyChanges',
  'isSettled',
] as const;

/** The same provider with something happening before and after its calls. What it does not have stays absent. */
export function interposed(provider: DnsProvider, hooks: Hooks): DnsProvider {
  const counts = new Map<Method, number>();
  let index = -1;
  const methods = METHODS.filter((method) => provider[method] !== undefined).map((method) => {
    const original = provider[method] as (...args: unknown[]) => Promise<unknown>;
    return [
      method,
      async (...args: unknown[]) => {
        const nth = (counts.get(method) ?? 0) + 1;
        counts.set(method, nth);
        index += 1;
        const mine = index;
        await hooks.before?.(method, nth, mine, args);
        try {
          return await original.apply(provider, args);
        } finally {
          await hooks.after?.(method, nth, mine);
        }
      },
    ];
  });
  const { id, capabilities } = provider;
  return {
    ...Object.fromEntries(methods),
    id,
    capabilities,
    listZones: (call: Call) => provider.listZones(call),
  } as DnsProvider;
}
