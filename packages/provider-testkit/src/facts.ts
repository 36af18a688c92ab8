import type { Capabilities } from '@domainproof/core';
import type { FaultKind } from './world.js';

/**
 * What is true of the backend, whatever an adapter for it says. A fact decides which of two behaviours a test asserts; no test
 * is left out because of one. Facts that depend on how the world is set up (page sizes, edition) are those of the world.
 */
export interface BackendFacts {
  /**
   * The backend's smallest write. `value`: one value by itself. `replace`: the whole record set. `atomic`: single values,
   * kept apart by the server.
   */
  writes: Capabilities['writes'];
  /** Seconds, in `world.zone`. `default`: what a record gets if nobody asks for a TTL. */
  ttl: { min: number; max: number; default: number };
  /** Most values that one record set holds. */
  valuesPerSet: number;
  txt: {
    /** Longest value in bytes of UTF-8, all its character strings together. */
    bytes: number;
    /** Characters that the backend refuses or changes: `"\\` for example. Empty: it takes all of ASCII's printable ones. */
    forbidden: string;
    /** Whether the backend holds a TXT record with one empty character string. */
    empty: boolean;
  };
  /** Two or more of the backend's line codes beside the default one; empty if it has no lines. */
  lines: readonly string[];
  /** Most entries that the backend gives on one page. Absent: it gives everything at once. Small ones make the tests fast. */
  pageSize?: { zones: number; records: number };
  /** Whether a write is answered first and served later (`PENDING_CREATE`, a task). Then a world plays `setup.settleMs`. */
  settlesLater: boolean;
  /** What `world.fail` can play. The more, the more is tested; `hang` and `reset` take no more than a proxy in front. */
  faults: readonly FaultKind[];
  /** Most requests that a new process may make. */
  calls: {
    /** `ensure` and `release` of one value. */
    addAndRemove: number;
    /** `ensureAll` and `releaseAll` of two values at one name. */
    apexAndWildcard: number;
  };
}
