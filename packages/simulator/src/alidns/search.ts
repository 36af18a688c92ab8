import { invalidParameter } from './errors.js';
import { toUnicode } from './names.js';
import type { Parameters } from './parameters.js';
import type { DnsRecord, Domain } from './store.js';

type Test = (text: string) => boolean;

/** How a type key word is compared without a search mode. */
export type TypeKeyWord = 'exact' | 'contains';

/**
 * The filter of `DescribeDomainRecords`. `LIKE` and `EXACT` look at `KeyWord` alone; `ADVANCED` takes RR and value in part
 * and the type exactly; `COMBINATION` takes all three exactly; without a mode, every key word counts, the type as
 * `typeKeyWord` says and the others in part. `Type`, `Line` and `Status` are exact with every mode.
 *
 * @throws ApiError `InvalidParameter`.
 */
export function recordFilter(
  parameters: Parameters,
  typeKeyWord: TypeKeyWord,
): (record: DnsRecord) => boolean {
  const mode = searchMode(parameters, ['LIKE', 'EXACT', 'ADVANCED', 'COMBINATION']);
  const keyWordOnly = mode === 'LIKE' || mode === 'EXACT';
  const test = (name: string, exact: boolean) => textTest(parameters.optional(name), exact);
  const exact = mode === 'COMBINATION';
  const [rr, type, value] = keyWordOnly
    ? [anything, anything, anything]
    : [
        test('RRKeyWord', exact),
        test('TypeKeyWord', mode !== undefined || typeKeyWord === 'exact'),
        test('ValueKeyWord', exact),
      ];
  const usesKeyWord = keyWordOnly || mode === undefined;
  const keyWord = usesKeyWord ? test('KeyWord', mode === 'EXACT') : anything;
  const fixed = fixedFilter(parameters);
  return (record) =>
    fixed(record) &&
    rr(record.rr) &&
    type(record.type) &&
    value(record.value) &&
    (keyWord(record.rr) || keyWord(record.value));
}

/** The filters that are exact whatever the mode. */
export function fixedFilter(parameters: Parameters): (record: DnsRecord) => boolean {
  const type = textTest(parameters.optional('Type'), true);
  const line = textTest(parameters.optional('Line'), true);
  const status = parameters.optional('Status')?.toLowerCase();
  if (status !== undefined && status !== 'enable' && status !== 'disable') throw invalidParameter('Status');
  return (record) =>
    type(record.type) &&
    line(record.line) &&
    (status === undefined || record.enabled === (status === 'enable'));
}

/** The filter of `DescribeDomains`: `KeyWord` in part, or the whole name with `EXACT`. */
export function domainFilter(parameters: Parameters): (domain: Domain) => boolean {
  const mode = searchMode(parameters, ['LIKE', 'EXACT']);
  const keyWord = textTest(parameters.optional('KeyWord'), mode === 'EXACT');
  return ({ name }) => keyWord(name) || keyWord(toUnicode(name));
}

function searchMode(parameters: Parameters, modes: readonly string[]): string | undefined {
  const mode = parameters.optional('SearchMode')?.toUpperCase();
  if (mode !== undefined && !modes.includes(mode)) throw invalidParameter('SearchMode');
  return mode;
}

function textTest(wanted: string | undefined, exact: boolean): Test {
  if (wanted === undefined) return anything;
  const lower = wanted.toLowerCase();
  return exact ? (text) => text.toLowerCase() === lower : (text) => text.toLowerCase().includes(lower);
}

function anything(): boolean {
  return true;
}
