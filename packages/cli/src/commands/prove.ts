import type { Lease } from '@domainproof/core';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import {
  AUTHORITY_FLAGS,
  CONFIG,
  DECISION_FLAGS,
  DNS_FLAGS,
  FROM,
  JOURNAL,
  PERSPECTIVE_FLAGS,
  PLACE_FLAGS,
  REPORT,
  TIMEOUT,
  TTL,
} from '../flags.js';
import { withLeftovers } from '../leftovers.js';
import { Outcomes } from '../outcomes.js';
import { openPage } from '../page.js';
import { awaitWritten } from '../proving/await-written.js';
import { findDelegations } from '../proving/delegations.js';
import { WRITE_MS, writeRecords } from '../proving/write-records.js';
import { PROOF_TYPES, requestedRecords } from '../requested-records.js';
import { openSession, openVerifier } from '../session.js';
import { DEFAULT_WAIT_MS, resolveSettings } from '../settings.js';
import { verificationOf } from '../verification.js';
import { visibilityDocument, visibilityLines } from '../visibility.js';

export const prove: Command = {
  usage: 'NAME TYPE VALUE | --from FILE.json',
  description: `Writes TXT or CNAME records at the cloud that hosts them, then asks every address of every authoritative name server
until all of them show the values. Values of others at the same name stay. The domain's delegation is looked up before
anything is written. A record that is not visible in time, or that waiting cannot make visible, stays, and the exit code is 1.
Of many records, those that can be written are proved also if others fail; a failure then decides the exit code.`,
  examples: [
    'domainproof prove _dnsauth.example.com TXT 202601020304abcdef',
    'domainproof prove _acme-challenge.example.net TXT token --timeout 5m --json',
    'domainproof prove --from challenges.json --report visibility.html',
    'domainproof prove _acme-challenge.example.net TXT token --perspective cloudflare --perspective google --quorum all',
  ],
  flags: [
    FROM,
    ...PLACE_FLAGS,
    TTL,
    TIMEOUT,
    ...DECISION_FLAGS,
    ...PERSPECTIVE_FLAGS,
    ...AUTHORITY_FLAGS,
    REPORT,
    ...DNS_FLAGS,
    JOURNAL,
    CONFIG,
  ],

  async run(invocation) {
    const { positionals, flags, io, output } = invocation;
    const settings = await resolveSettings(flags, io);
    const verification = verificationOf(flags);
    const page = await openPage(invocation);
    const records = await requestedRecords(positionals, flags.text('from'), PROOF_TYPES, settings, io);
    const outcomes = new Outcomes();
    const session = await openSession(invocation, settings, (event) => outcomes.apply(event));
    const { client, journal } = session;
    const verifier = await openVerifier(settings);
    const timeoutMs = settings.timeoutMs ?? DEFAULT_WAIT_MS;

    const delegations = await findDelegations(verifier, client, records, io.signal);
    if ('ok' in delegations) {
      const { records: reported, elapsedMs } = delegations;
      const content = { command: 'prove', elapsedMs, records: reported, delegations: [] } as const;
      const ended = await page.write(content, EXIT.notVisible);
      output.result(visibilityDocument(delegations), visibilityLines(delegations, output, timeoutMs));
      return ended;
    }
    return withLeftovers(journal, records, async () => {
      const { written, failure } = await writeRecords(records, session, outcomes, {
        signal: io.signal,
        timeoutMs: Math.min(timeoutMs, WRITE_MS),
      });
      // Before the wait: whoever sees it may act at once.
      const failed = failure === undefined ? undefined : output.tellFailure(failure);
      const leases = written.map(({ lease }) => lease);
      const { report, delegations: all } = await awaitWritten(
        written,
        delegations,
        { session, verifier },
        { ...verification, timeoutMs, stopEarly: !flags.has('keep-waiting'), isExact: flags.has('exact') },
        invocation,
      );
      const document = visibilityDocument(report, leases);
      const code = failed?.exitCode ?? (report.ok ? EXIT.done : EXIT.notVisible);
      const failures = failed ? (failed.errors ?? [failed.json]) : [];
      // Before the result, as whoever reads that may close the pipe.
      const ended = await page.write({ command: 'prove', ...report, delegations: all, failures }, code);
      output.result(
        failed
          ? { ...document, ok: false, error: failed.json, ...(failed.errors && { errors: failed.errors }) }
          : document,
        [...visibilityLines(report, output, timeoutMs), howToRemove(leases)],
      );
      return ended;
    });
  },
};

function howToRemove(leases: readonly Lease[]): string {
  const ids = [...new Set(leases.filter(({ created }) => created).map(({ id }) => id))];
  return ids.length > 0
    ? `When the certificate is issued: domainproof remove ${ids.join(' ')}`
    : 'All values were there before; there is nothing to remove.';
}
