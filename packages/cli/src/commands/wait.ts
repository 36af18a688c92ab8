import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import {
  AUTHORITY_FLAGS,
  CONFIG,
  DECISION_FLAGS,
  DNS_FLAGS,
  FROM,
  PERSPECTIVE_FLAGS,
  REPORT,
  TIMEOUT,
} from '../flags.js';
import { openPage } from '../page.js';
import { expectationsOf } from '../proving/expectations.js';
import { PROOF_TYPES, requestedRecords } from '../requested-records.js';
import { openVerifier } from '../session.js';
import { DEFAULT_WAIT_MS, resolveSettings } from '../settings.js';
import { verificationOf } from '../verification.js';
import { awaitVisibility, visibilityDocument, visibilityLines } from '../visibility.js';

export const wait: Command = {
  usage: 'NAME TYPE VALUE | --from FILE.json',
  description: `Asks every address of every authoritative name server until all of them show the values. Needs no credentials, writes
nothing, and asks no resolver for the name before every name server shows the value. If a value is not visible in time, or if
something stands in its way that waiting will not change, the exit code is 1.`,
  examples: [
    'domainproof wait _dnsauth.example.com TXT 202601020304abcdef --timeout 5m',
    'domainproof wait _x1.www.example.com CNAME x2.dcv.example.org --resolver 192.0.2.1:53 --json',
    'domainproof wait --from challenges.json --events',
    'domainproof wait _acme-challenge.example.net TXT token --perspective all --ca letsencrypt.org',
    'domainproof wait _dnsauth.example.com TXT token --keep-waiting --report visibility.html',
  ],
  flags: [
    FROM,
    {
      name: 'zone',
      value: 'NAME',
      description: 'the zone that holds the names; they may then be relative to it',
    },
    TIMEOUT,
    ...DECISION_FLAGS,
    ...PERSPECTIVE_FLAGS,
    ...AUTHORITY_FLAGS,
    REPORT,
    ...DNS_FLAGS,
    CONFIG,
  ],

  async run(invocation) {
    const { positionals, flags, io, output } = invocation;
    const settings = await resolveSettings(flags, io);
    const verification = verificationOf(flags);
    const page = await openPage(invocation);
    const records = await requestedRecords(positionals, flags.text('from'), PROOF_TYPES, settings, io);
    const verifier = await openVerifier(settings);
    const expectations = expectationsOf(records, flags.has('exact'));
    const timeoutMs = settings.timeoutMs ?? DEFAULT_WAIT_MS;
    const options = { ...verification, timeoutMs, stopEarly: !flags.has('keep-waiting') };
    const { report, delegations } = await awaitVisibility(verifier, expectations, options, invocation);
    const code = report.ok ? EXIT.done : EXIT.notVisible;
    // Before the result, as whoever reads that may close the pipe.
    const ended = await page.write({ command: 'wait', ...report, delegations }, code);
    output.result(visibilityDocument(report), visibilityLines(report, output, timeoutMs));
    return ended;
  },
};
