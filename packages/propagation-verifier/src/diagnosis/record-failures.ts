import { type FailureFacts, facts } from './failure-facts.js';

/** What can be wrong with a record. */
export const RECORD_FAILURES = {
  // The record, as the servers have it.
  NOT_VISIBLE_YET: facts(
    'warning',
    'may pass',
    'No server has the record yet, and nothing else explains that.',
    'Wait longer. If no server ever shows it, check that the record was added under exactly this name, in the zone that these servers serve.',
  ),
  STALE_SECONDARY: facts(
    'warning',
    'may pass',
    'Some servers have the record and others do not.',
    'Wait until the others have the new zone. If they stay behind, ask their operator to look at the zone transfers.',
  ),
  ANYCAST_INCONSISTENT: facts(
    'warning',
    'may pass',
    'One address answers differently from question to question: several machines stand behind it, and not all are up to date.',
    'Wait until all give the same answer, and start the validation only then.',
  ),
  OLD_VALUE_ONLY: facts(
    'warning',
    'may pass',
    'Other values stand at the name, and not the one asked for.',
    'Wait for the update; if the value stays, compare it with the one asked for, and remove a record left from an earlier request.',
  ),
  EXTRA_VALUES: facts(
    'info',
    'may pass',
    'The value is there, with others beside it.',
    'ACME takes it as it is; some certificate services want a single value: remove those that are left from earlier requests.',
  ),
  WILDCARD: facts(
    'warning',
    'may pass',
    'The answer comes from a wildcard record; a record for exactly this name is missing.',
    'Add the record for exactly this name: it then takes precedence over the wildcard.',
  ),

  // The record, entered wrongly. It stays so until somebody enters it anew.
  DOUBLED_NAME: facts(
    'fatal',
    'ends the wait if it stays',
    'The record stands at a name that ends in the zone twice.',
    'The console adds the zone to what is entered: enter only the part before it.',
  ),
  WRONG_NAME: facts(
    // May pass: one token may be asked for at several names, of which one is there sooner.
    'warning',
    'may pass',
    'The value stands at a similar name, and not at the one asked for.',
    'Add the record under exactly the name asked for.',
  ),
  QUOTED: facts(
    'fatal',
    'ends the wait if it stays',
    'The value was entered with quotation marks, and they are part of it.',
    'Enter the value without quotation marks.',
  ),
  WHITESPACE: facts(
    'fatal',
    'ends the wait if it stays',
    'The value has spaces, line ends or invisible characters around it or in it.',
    'Enter the value again without them; copy it as plain text.',
  ),
  CASE: facts(
    'fatal',
    'ends the wait if it stays',
    'The value differs in upper and lower case only.',
    'Enter the value with its letters as they were given.',
  ),
  ESCAPED: facts(
    'fatal',
    'ends the wait if it stays',
    'The value was entered in an encoded form (percent signs or backslashes).',
    'Enter the value as plain text, not as it stands in a URL or in JSON.',
  ),
  NAME_IN_VALUE: facts(
    'fatal',
    'ends the wait if it stays',
    'The value was entered with the name of the record or a label before it.',
    'Enter only what stands after the name as the value.',
  ),
  SPLIT_STRINGS: facts(
    'fatal',
    'ends the wait if it stays',
    'The value was cut into parts that do not join to it: in wrong order, with spaces between, or as several records.',
    'Enter it as one value in one record; the provider cuts long ones itself.',
  ),
  TYPE_MISMATCH: facts(
    'fatal',
    'ends the wait if it stays',
    'The value stands in a record of another type, or a CNAME target has the zone added to it.',
    'Add a record of the type asked for, with the value as it was given, and remove the other.',
  ),

  // CNAMEs on the way.
  CNAME_AT_NAME: facts(
    'warning',
    'ends the wait if it stays',
    'A CNAME stands at the name, and hides a TXT there.',
    'Remove the CNAME, or add the TXT at the name that it leads to.',
  ),
  CNAME_DANGLING: facts(
    'fatal',
    'ends the wait if it stays',
    'A chain of CNAMEs leads to a name that no zone holds.',
    'Correct the last CNAME, or remove the first.',
  ),
  CNAME_LOOP: facts(
    'fatal',
    'ends the wait if it stays',
    'A chain of CNAMEs comes back to itself.',
    'Remove one of these CNAMEs.',
  ),
  CNAME_LONG: facts(
    'fatal',
    'ends the wait if it stays',
    'A chain of CNAMEs is longer than certificate authorities follow.',
    'Point the first CNAME to the last name of the chain.',
  ),
} as const satisfies Readonly<Record<string, FailureFacts>>;
