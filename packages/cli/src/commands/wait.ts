import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { CONFIG, DNS_FLAGS, FROM, TIMEOUT } from '../flags.js';
import { PROOF_TYPES, requestedRecords } from '../requested-records.js';
import { openVerifier } from '../session.js';
import { DEFAULT_WAIT_MS, resolveSettings } from '../settings.js';
import { awaitVisibility, expectationOf, visibilityDocument, visibilityLines } from '../visibility.js';

export const wait: Command = {
  usage: 'NAME TYPE VALUE | --from FILE.json',
  description: `Asks every address of every authoritative name server until all of them show the values. Needs no credentials, writes
nothing, and asks no resolver for the name itself. If a value is not visible in time, the exit code is 1.`,
  examples: [
    'domainproof wait _dnsauth.example.com TXT 202601020304abcdef --timeout 5m',
    'domainproof wait _x1.www.example.com CNAME x2.dcv.example.org --resolver 192.0.2.1:53 --json',
    'domainproof wait --from challenges.json --events',
  ],
  flags: [
    FROM,
    {
      name: 'zone',
      value: 'NAME',
      description: 'the zone that holds the names; they may then be relative to it',
    },
    TIMEOUT,
    ...DNS_FLAGS,
    CONFIG,
  ],

  async run(invocation) {
    const { positionals, flags, io, output } = invocation;
    const settings = await resolveSettings(flags, io);
    const records = await requestedRecords(positionals, flags.text('from'), PROOF_TYPES, settings, io);
    const verifier = await openVerifier(settings);
    const expectations = records.map(expectationOf);
    const timeoutMs = settings.timeoutMs ?? DEFAULT_WAIT_MS;
    const report = await awaitVisibility(verifier, expectations, timeoutMs, invocation);
    output.result(visibilityDocument(report), visibilityLines(report, output));
    return report.ok ? EXIT.done : EXIT.notVisible;
  },
};
