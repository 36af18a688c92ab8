import type { RecordType } from '@domainproof/core';

/** What must be visible at one name. */
export interface Expectation {
  /** Full domain name, in any form that `toFqdn` of core takes. */
  name: string;
  /** TXT or CNAME; a lease of core can be given as it is. */
  type: RecordType;
  /** As `canonicalValue` of core takes it. A list: all of them must be there. A CNAME has one. */
  value: string | readonly string[];
  /** The zone that holds the record, if it is known: the search for its name servers then starts there. */
  zone?: string;
  /** `contains` (default): other values at the name do no harm. `exactSet`: there must be no other. */
  match?: 'contains' | 'exactSet';
  /** Where the record was written, for the finding `WRONG_PROVIDER`. */
  operator?: Operator;
}

/** Somebody who runs name servers. */
export interface Operator {
  /** For people: `Huawei Cloud`. */
  name: string;
  /** Host names of its servers, asked directly whether they have a record that the delegation does not lead to. */
  nameServers: readonly string[];
  /** What host names of its servers look like, absolute in lower case; without it only `nameServers` count as its own. */
  pattern?: RegExp;
}
