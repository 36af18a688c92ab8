import type { Exchange } from '../http/exchange.js';
import { headerValue } from '../http/exchange.js';
import { invalidParameter, missing } from './errors.js';

/** The parameters of a request: query and form body count alike, the first of a name wins. */
export class Parameters {
  readonly #values: ReadonlyMap<string, string>;

  constructor({ query, form }: Pick<Exchange, 'query' | 'form'>) {
    this.#values = new Map([...query, ...form].reverse());
  }

  /** An empty parameter counts as absent: clients send one for a value that they lack. */
  optional(name: string): string | undefined {
    const value = this.#values.get(name);
    return value === '' ? undefined : value;
  }

  /** @throws ApiError `Missing…`. */
  required(name: string): string {
    const value = this.optional(name);
    if (value === undefined) throw missing(name);
    return value;
  }

  /** @throws ApiError `InvalidParameter` for what is not a whole number. */
  number(name: string): number | undefined {
    const value = this.optional(name);
    if (value === undefined) return undefined;
    if (!/^\d{1,15}$/.test(value)) throw invalidParameter(name);
    return Number(value);
  }

  /** `Name.1.Field`, `Name.2.Field`, … as one map of fields each, in their order. */
  list(name: string): ReadonlyMap<string, string>[] {
    const items = new Map<number, Map<string, string>>();
    const pattern = new RegExp(`^${name}\\.(\\d{1,5})\\.(\\w+)$`);
    for (const [key, value] of this.#values) {
      const [, index, field] = pattern.exec(key) ?? [];
      if (index === undefined || field === undefined || value === '') continue;
      const item = items.get(Number(index)) ?? new Map<string, string>();
      items.set(Number(index), item.set(field, value));
    }
    return [...items].sort(([left], [right]) => left - right).map(([, item]) => item);
  }
}

/** The action is a header with the newer signature and a parameter with the older one. */
export function actionOf(exchange: Exchange): string {
  return headerValue(exchange.headers, 'x-acs-action') ?? new Parameters(exchange).optional('Action') ?? '';
}

export function versionOf(exchange: Exchange): string {
  return headerValue(exchange.headers, 'x-acs-version') ?? new Parameters(exchange).optional('Version') ?? '';
}
