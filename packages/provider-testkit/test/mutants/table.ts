import type { SetAdapter } from '../reference/set-adapter.js';
import type { ValueAdapter } from '../reference/value-adapter.js';
import * as set from './set-mutants.js';
import * as value from './value-mutants.js';

/** One defect of a known adapter, made again on purpose, and the tests that have to notice it. */
export interface Mutant {
  /** Number in the list of defects that were found in adapters of well-known tools. */
  defect: number;
  /** What is done wrong. */
  what: string;
  Adapter: (typeof ValueAdapter | typeof SetAdapter) & (new (...args: never[]) => ValueAdapter | SetAdapter);
  /** Each of them fails. Others may fail too. */
  killedBy: readonly string[];
}

export const mutants: readonly Mutant[] = [
  {
    defect: 1,
    what: 'the test for PENDING is inverted, so nothing is waited for',
    Adapter: set.TakesPendingForServed,
    killedBy: [
      'does not call a write settled before it is served',
      'ensures a value by waiting until it is served',
    ],
  },
  {
    defect: 2,
    what: 'removing a value deletes the whole set',
    Adapter: set.DeletesTheWholeSet,
    killedBy: [
      'takes out exactly the given values, and tells which were not there',
      'lets two values live at one name, and takes each away by itself',
    ],
  },
  {
    defect: 2,
    what: 'the id of the record is in memory only',
    Adapter: set.KeepsItsIdsInMemory,
    killedBy: ["releases in a new process that has nothing but the lease's JSON"],
  },
  {
    defect: 3,
    what: 'zones are listed without paging',
    Adapter: set.ReadsOnePageOfItsZones,
    killedBy: [
      'finds a zone behind pages of zones with nearly the same name',
      'lists the zones of every page, each once',
    ],
  },
  {
    defect: 3,
    what: 'a read-modify-write without a lock is said to be atomic',
    Adapter: set.ClaimsToBeAtomic,
    killedBy: [
      'says of its backend what is true of it',
      'keeps every value of clients that write to one set at the same time',
    ],
  },
  {
    defect: 3,
    what: 'the signal is ignored',
    Adapter: set.IgnoresTheSignal,
    killedBy: [
      'makes no request when the signal has fired already',
      'leaves a backend that does not answer, whichever request it is, when the signal fires',
    ],
  },
  {
    defect: 4,
    what: 'cleaning up deletes every TXT at the name',
    Adapter: value.DeletesEveryValueAtTheName,
    killedBy: [
      'takes out exactly the given values, and tells which were not there',
      'leaves the values of others at the same name, of every type',
    ],
  },
  {
    defect: 4,
    what: 'one page of all records is read, without a search',
    Adapter: value.ReadsOnePageUnfiltered,
    killedBy: [
      'reads exactly the asked name behind pages of names that contain it',
      'leaves its neighbours when its own record lies behind pages of them',
    ],
  },
  {
    defect: 4,
    what: 'one small page of zones is read',
    Adapter: value.ReadsOnePageOfZones,
    killedBy: [
      'finds a zone behind pages of zones with nearly the same name',
      'lists the zones of every page, each once',
    ],
  },
  {
    defect: 5,
    what: 'an error while the zone is looked for means "no zone"',
    Adapter: value.TakesAFailedListingForNoZone,
    killedBy: [
      'takes the answer "reset" to a listing for an error, and never for "no zone"',
      'takes the answer "throttle" to a listing for an error, and never for "no zone"',
    ],
  },
  {
    defect: 5,
    what: 'an error while the zone is looked for means "go up one label"',
    Adapter: value.GoesUpOneLabelOnAnError,
    killedBy: ['takes the answer "reset" to a listing for an error, and never for "no zone"'],
  },
  {
    defect: 6,
    what: 'a resolver is asked for the challenge name before the write',
    Adapter: value.AsksAResolverFirst,
    killedBy: ['asks no resolver for the name that is to be written'],
  },
  {
    defect: 7,
    what: 'a new set is posted whatever is there',
    Adapter: set.AlwaysCreates,
    killedBy: [
      'tells which of the values to be added were there',
      'lets two values live at one name, and takes each away by itself',
    ],
  },
  {
    defect: 7,
    what: 'the match of the value is computed and ignored',
    Adapter: set.DeletesThoughTheValueIsAbsent,
    killedBy: ['takes out values that are all gone without touching the others'],
  },
  {
    defect: 7,
    what: 'removing what is gone is an error',
    Adapter: set.FailsToRemoveWhatIsGone,
    killedBy: ['takes values out of a set that is not there, as if they had been absent'],
  },
  {
    defect: 7,
    what: 'records are read without paging',
    Adapter: set.ReadsOnePageOfSets,
    killedBy: ['reads exactly the asked name behind pages of names that contain it'],
  },
  {
    defect: 7,
    what: 'TXT values are given in quotes',
    Adapter: set.GivesTextsInQuotes,
    killedBy: ['gives a TXT value raw and never quoted'],
  },
  {
    defect: 7,
    what: 'an empty TXT is a crash',
    Adapter: set.CrashesOnAnEmptyText,
    killedBy: ['lives with an empty TXT of someone else'],
  },
  {
    defect: 8,
    what: 'the first page of a search for records is all that is read',
    Adapter: value.ReadsOnePageOfRecords,
    killedBy: ['reads exactly the asked name behind pages of names that contain it'],
  },
  {
    defect: 8,
    what: 'adding a value replaces those of others',
    Adapter: value.ReplacesTheValuesOfOthers,
    killedBy: [
      'lets two values live at one name, and takes each away by itself',
      'leaves the values of others at the same name, of every type',
    ],
  },
  {
    defect: 8,
    what: 'min and max of the TTL are swapped',
    Adapter: value.SwapsLeastAndMost,
    killedBy: [
      'writes the default TTL if none is asked for',
      'writes the shortest and the longest TTL that the zone takes',
    ],
  },
  {
    defect: 9,
    what: 'the first of several is taken for all: its success',
    Adapter: value.TakesTheFirstOfABatchForAll,
    killedBy: ['tells of each change of a batch what was there already'],
  },
  {
    defect: 9,
    what: 'the first of several is taken for all: that it is served',
    Adapter: set.TakesTheFirstSettledForAll,
    killedBy: ['tells of each change of a batch by itself whether it is served'],
  },
  {
    defect: 9,
    what: 'a passing error ends everything',
    Adapter: value.MakesAPassingErrorPermanent,
    killedBy: [
      'recovers from "reset", whichever request it hits',
      'recovers from "throttle", whichever request it hits',
    ],
  },
  {
    defect: 10,
    what: 'a fixed wait that no signal ends',
    Adapter: value.WaitsWhateverTheSignalSays,
    killedBy: ['can be interrupted when each request has been answered'],
  },
  {
    defect: 11,
    what: 'everything that a contains-search hits is deleted before the write',
    Adapter: set.DeletesEverySetThatTheSearchHits,
    killedBy: ['leaves the records at names that contain the name, or lie below it'],
  },
  {
    defect: 11,
    what: 'zones are matched without a label boundary',
    Adapter: value.MatchesZonesInsideALabel,
    killedBy: ['is not led astray by a longer zone that only ends in the same letters'],
  },
  {
    defect: 11,
    what: 'the first zone is given alone, and not the longest',
    Adapter: value.GivesTheFirstZoneAlone,
    killedBy: [
      'finds every zone that a name lies in, and not the first one only',
      'writes into the longest zone that the name lies in',
    ],
  },
  {
    defect: 12,
    what: 'a contains-search for the host record is taken for the set',
    Adapter: value.TakesTheSearchForTheSet,
    killedBy: [
      'reads the names around a name as others',
      'reads exactly the asked name behind pages of names that contain it',
    ],
  },
  {
    defect: 12,
    what: 'removing hits other names, of the first page',
    Adapter: value.DeletesWhateverTheSearchHits,
    killedBy: [
      'leaves the records at names that contain the name, or lie below it',
      'leaves its neighbours when its own record lies behind pages of them',
    ],
  },
  {
    defect: 13,
    what: 'sets that are on their way are overlooked, and the second value conflicts',
    Adapter: set.OverlooksPendingSets,
    killedBy: [
      'does not call a write settled before it is served',
      'adds to a set, and takes from it, while it is on its way',
    ],
  },
  {
    defect: 13,
    what: 'the set is deleted without a look',
    Adapter: set.DeletesTheSetUnseen,
    killedBy: ['lets two values live at one name, and takes each away by itself'],
  },
  {
    defect: 13,
    what: 'a TTL of one second is written',
    Adapter: set.WritesATtlOfOne,
    killedBy: ['writes the default TTL if none is asked for'],
  },
  {
    defect: 14,
    what: 'the strings of a TXT are joined with a space',
    Adapter: value.JoinsStringsWithASpace,
    killedBy: [
      'joins the character strings of a TXT value without a space',
      'writes a long TXT value in character strings that join to it exactly',
    ],
  },
];

/** The table as the README shows it. */
export function mutantTable(): string {
  const rows = mutants.map(
    ({ defect, what, killedBy }) => `| ${defect} | ${what} | ${killedBy.join('; ')} |`,
  );
  return ['| defect | mutant | killed by |', '| --- | --- | --- |', ...rows].join('\n');
}
