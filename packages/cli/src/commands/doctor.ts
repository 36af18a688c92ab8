import { absoluteName, type Fqdn } from '@domainproof/core';
import type { Diagnosis } from '@domainproof/propagation-verifier';
import type { Command } from '../command.js';
import { diagnoseCredentials } from '../credentials/diagnose-credentials.js';
import { UsageError } from '../errors.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import {
  AUTHORITY_FLAGS,
  CONFIG,
  DNS_FLAGS,
  type Flag,
  JOURNAL,
  PERSPECTIVE_FLAGS,
  PLACE_FLAGS,
  REPORT,
  TIMEOUT,
} from '../flags.js';
import type { Io } from '../io.js';
import { diagnosisLines } from '../output/diagnosis-lines.js';
import { showName, showRecord } from '../output/record-text.js';
import { openPage } from '../page.js';
import { PROOF_TYPES, requestedRecords } from '../requested-records.js';
import { openVendors, openVerifier } from '../session.js';
import { resolveSettings, type Settings } from '../settings.js';
import { askVendor, withVendorSides } from '../vendor-side.js';
import { verificationOf } from '../verification.js';

/** Findings that say that the domain does not lead to where the record is. */
const NOT_DELEGATED = ['ZONE_NOT_SERVED', 'WRONG_PROVIDER'];

/** A record, or a name alone. */
type Asked = { name: Fqdn; zone?: string } & (
  | { type: string; value: string }
  | { type?: undefined; value?: undefined }
);

/** Flags that belong to `--credentials`. */
const CREDENTIAL_FLAGS: readonly Flag[] = [
  {
    name: 'try-write',
    value: 'ZONE',
    description: 'with --credentials: add TXT records of our own to this zone, and take them away at once',
  },
  PLACE_FLAGS[0]!,
  TIMEOUT,
  JOURNAL,
];

export const doctor: Command = {
  usage: 'NAME | NAME TYPE VALUE | --credentials [NAME]',
  description: `Says why a record is not visible, or for a name alone what is wrong with its zone and name servers: each finding with what it
rests on and what to do. Reads only. Needs no credentials; with them it also looks whether the accounts hold the record, and
serve it. Exit codes: 0 if the record is visible and nothing fatal is found (for a name alone: nothing fatal is found), 1 if not,
4 if the domain is not in the registry's zone, or is delegated to somebody else.
With --credentials: whether the credentials of each configured provider work, and which permission they lack. Reads only, so
it cannot tell of permissions to write, unless --try-write names a zone to try them in. A key that may add but not remove leaves its
record there; it is told then. Exit codes: 0 if nothing is missing, 3 if something is.`,
  examples: [
    'domainproof doctor example.com',
    'domainproof doctor _dnsauth.example.com TXT 202601020304abcdef --report doctor.html',
    'domainproof doctor _acme-challenge.example.net TXT token --ca letsencrypt.org --perspective all --json',
    'domainproof doctor --credentials',
    'domainproof doctor --credentials --provider alidns --try-write example.net',
  ],
  flags: [
    {
      name: 'zone',
      value: 'NAME',
      description: 'the zone that holds the name; the name may then be relative to it',
    },
    ...AUTHORITY_FLAGS,
    ...PERSPECTIVE_FLAGS,
    REPORT,
    ...DNS_FLAGS,
    { name: 'credentials', description: 'look at the credentials, and at no name' },
    ...CREDENTIAL_FLAGS,
    CONFIG,
  ],

  async run(invocation) {
    const { flags, io, output } = invocation;
    const startedAt = performance.now();
    const settings = await resolveSettings(flags, io);
    if (flags.has('credentials')) return diagnoseCredentials(invocation, settings);
    const stray = CREDENTIAL_FLAGS.find((flag) => flags.has(flag.name));
    if (stray) throw new UsageError(`--${stray.name} has a meaning beside --credentials only.`);
    const verification = verificationOf(flags);
    const page = await openPage(invocation);
    const subject = await subjectOf(invocation.positionals, settings, io);
    const vendors = await openVendors(invocation, settings);
    const verifier = await openVerifier(settings);

    output.progress('asking', subject.type === undefined ? showName(subject.name) : showRecord(subject));
    const sides = await Promise.all(
      vendors.providers.map((provider) =>
        askVendor(provider, vendors.title(provider), subject, vendors.call(io.signal)),
      ),
    );
    const seen = await verifier.diagnose(subject, {
      ...verification,
      operators: sides.map(({ operator }) => operator),
      signal: io.signal,
    });
    const diagnosis = withVendorSides(seen, sides);

    const code = exitCodeOf(diagnosis);
    const elapsedMs = Math.round(performance.now() - startedAt);
    const delegations = diagnosis.delegation ? [diagnosis.delegation] : [];
    // Before the result, as whoever reads that may close the pipe.
    const ended = await page.write({ command: 'doctor', elapsedMs, records: [diagnosis], delegations }, code);
    output.result({ ok: code === EXIT.done, ...diagnosis }, diagnosisLines(diagnosis, output.width));
    return ended;
  },
};

/** @throws UsageError for anything but one or three words; DnsError `INVALID_NAME`, `INVALID_VALUE`. */
async function subjectOf(words: readonly string[], settings: Settings, io: Io): Promise<Asked> {
  const { zone } = settings;
  const [name] = words;
  if (name === undefined || words.length === 2 || words.length > 3)
    throw new UsageError(
      `doctor takes a name, or a record as NAME TYPE VALUE; there are ${words.length} words.`,
      words.length > 3 ? 'A value with spaces in it needs quotes around it.' : undefined,
    );
  if (words.length === 1) return { name: absoluteName(name, zone), ...(zone !== undefined && { zone }) };
  const [record] = await requestedRecords(words, undefined, PROOF_TYPES, settings, io);
  const { name: full, type, value } = record!;
  return { name: absoluteName(full), type, value, ...(zone !== undefined && { zone }) };
}

/** A record that is visible, and that nothing fatal stands in the way of, or a name with nothing fatal. */
function exitCodeOf({ visible, findings }: Diagnosis): ExitCode {
  const fatal = findings.filter(({ severity }) => severity === 'fatal');
  if (fatal.some(({ code }) => NOT_DELEGATED.includes(code))) return EXIT.zone;
  return fatal.length === 0 && visible !== false ? EXIT.done : EXIT.notVisible;
}
