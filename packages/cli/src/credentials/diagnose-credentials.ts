import { abortError, absoluteName, DnsError, type DnsProvider, type Fqdn } from '@domainproof/core';
import type { Invocation } from '../command.js';
import { LeftoverError, UsageError } from '../errors.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { AUTHORITY_FLAGS, DNS_FLAGS, PERSPECTIVE_FLAGS, REPORT } from '../flags.js';
import type { InstalledProvider } from '../installed-providers.js';
import { showName } from '../output/record-text.js';
import { unusableProvider } from '../plugins/unusable.js';
import { openSession } from '../session.js';
import type { Settings } from '../settings.js';
import { type CredentialCheck, checkCredentials } from './check.js';
import { credentialLines } from './lines.js';

/** Milliseconds for all the calls to all the providers; a write has to settle. */
const CHECK_MS = 180_000;

/** Flags that are about a name in DNS. */
const ABOUT_NAMES = [...AUTHORITY_FLAGS, ...PERSPECTIVE_FLAGS, REPORT, ...DNS_FLAGS];

/**
 * `doctor --credentials`: whether the credentials of each configured provider work, and which permission is missing.
 *
 * @throws UsageError, or DnsError `ZONE_NOT_FOUND` if no account holds the zone of `--try-write`
 */
export async function diagnoseCredentials(invocation: Invocation, settings: Settings): Promise<ExitCode> {
  const { io, output, flags } = invocation;
  const name = nameOf(invocation, settings.zone);
  const zoneText = flags.text('try-write');
  const writeZone = zoneText === undefined ? undefined : absoluteName(zoneText);
  const { installed, journal, call } = await openSession(invocation, settings);
  const deadline = AbortSignal.timeout(settings.timeoutMs ?? CHECK_MS);
  // A combined signal does not hold its sources: without a listener of its own, the timer goes with the garbage.
  deadline.addEventListener('abort', () => {}, { once: true });
  const signal = AbortSignal.any([io.signal, deadline]);

  const asked = installed.flatMap(withProvider).filter(({ id }) => (settings.provider ?? id) === id);
  const question = { ...(name && { name }), ...(writeZone && { writeZone }), journal, signal };
  const checks = await Promise.all(asked.map((provider) => checkCredentials(provider, question, { call })));
  if (io.signal.aborted) throw interruption(checks, io.signal);
  const told = checks.map((check) => ({
    check,
    failures: check.errors.map((error) => output.tellFailure(error)),
  }));
  const codes = told.map(({ check, failures }) => exitCodeOf(check, failures));
  const documents = told.map(({ check, failures }) => {
    const { id, title, permissions, left } = check;
    const [first] = failures;
    return {
      id,
      title,
      ok: exitCodeOf(check, failures) === EXIT.done,
      permissions,
      ...(first && { error: first.json }),
      ...(left.length > 0 && { leases: left }),
    };
  });
  if (writeZone && codes.every((code) => code === EXIT.done) && !checks.some(({ wrote }) => wrote))
    throw notHeld(writeZone);
  output.result(
    { ok: documents.every(({ ok }) => ok), providers: documents },
    told.flatMap(({ check, failures }) =>
      credentialLines(
        check,
        failures.map(({ json }) => json.code),
      ),
    ),
  );
  return (
    codes.find((code) => code === EXIT.credentials) ?? codes.find((code) => code !== EXIT.done) ?? EXIT.done
  );
}

function exitCodeOf(
  { permissions }: Pick<CredentialCheck, 'permissions'>,
  [failure]: readonly { exitCode: ExitCode }[],
): ExitCode {
  if (permissions.some(({ state }) => state === 'missing')) return EXIT.credentials;
  return failure?.exitCode ?? EXIT.done;
}

function nameOf({ positionals, flags }: Invocation, zone: string | undefined): Fqdn | undefined {
  const given = ABOUT_NAMES.find((flag) => flags.has(flag.name));
  if (given) throw new UsageError(`--${given.name} has no meaning beside --credentials.`);
  const [word, ...others] = positionals;
  if (others.length > 0)
    throw new UsageError(
      `doctor --credentials takes one name at most; there are ${positionals.length} words.`,
    );
  const text = word ?? zone;
  return text === undefined ? undefined : absoluteName(text, word === undefined ? undefined : zone);
}

/** An account whose package is broken is asked too, and answers with what is wrong. */
function withProvider(installed: InstalledProvider): (InstalledProvider & { provider: DnsProvider })[] {
  const { id, broken } = installed;
  const provider = broken ? unusableProvider(id, broken) : installed.provider;
  return provider ? [{ ...installed, provider }] : [];
}

/** What ended the command, with the leases of what it could not take away any more. */
function interruption(checks: readonly CredentialCheck[], signal: AbortSignal): unknown {
  const left = checks.flatMap((check) => check.left);
  const [error = abortError(signal)] = checks.flatMap(({ errors }) => errors);
  return left.length > 0 ? new LeftoverError(error, left) : error;
}

function notHeld(zone: Fqdn): DnsError {
  return new DnsError(
    'ZONE_NOT_FOUND',
    `No account holds a zone ${showName(zone)}, so nothing was written.`,
    {
      hint: '--try-write takes the name of a zone, not of a record; domainproof zones lists them.',
    },
  );
}
