import {
  abortError,
  ancestors,
  type CallOptions,
  type DesiredRecord,
  type DnsClient,
  type Fqdn,
  isDnsError,
  isWithin,
  type Lease,
  toFqdn,
} from '@domainproof/core';
import type { Delegation, Operator, Report, Verifier } from '@domainproof/propagation-verifier';
import type { Command } from '../command.js';
import { withZoneFindings, zonesDelegatedElsewhere } from '../delegation-check.js';
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
import { nameLeftovers, withLeftovers } from '../leftovers.js';
import { operatorOf, serversOfZone } from '../operator.js';
import { Outcomes } from '../outcomes.js';
import { openPage } from '../page.js';
import { PROOF_TYPES, requestedRecords } from '../requested-records.js';
import { openSession, openVerifier, type Session } from '../session.js';
import { DEFAULT_WAIT_MS, resolveSettings } from '../settings.js';
import { verificationOf } from '../verification.js';
import {
  awaitVisibility,
  expectationsOf,
  resolverUnreachable,
  visibilityDocument,
  visibilityLines,
} from '../visibility.js';

/** The longest time that writing may take, in milliseconds; a shorter `--timeout` holds for it too. */
const WRITE_MS = 120_000;

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
      const { written, failure } = await write(records, session, outcomes, {
        signal: io.signal,
        timeoutMs: Math.min(timeoutMs, WRITE_MS),
      });
      // Before the wait: whoever sees it may act at once.
      const failed = failure === undefined ? undefined : output.tellFailure(failure);
      const leases = written.map(({ lease }) => lease);
      const elsewhere = zonesDelegatedElsewhere(leases, delegations, session.providers);
      for (const { message, remedy } of elsewhere.values()) output.warn(`${message} ${remedy}`);
      const operators = await operatorsOf(leases, elsewhere, session, io.signal);
      const expectations = expectationsOf(
        written.map(({ record }) => record),
        flags.has('exact'),
      ).map((expectation, index) => ({
        ...expectation,
        zone: leases[index]!.zone,
        operator: operators[index],
      }));
      const options = { ...verification, timeoutMs, stopEarly: !flags.has('keep-waiting') };
      const seen = await awaitVisibility(verifier, expectations, options, invocation);
      const report = withZoneFindings(seen.report, elsewhere);
      const document = visibilityDocument(report, leases);
      const code = failed?.exitCode ?? (report.ok ? EXIT.done : EXIT.notVisible);
      const all = [...seen.delegations, ...delegations];
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

/** A record with its lease. */
interface Written {
  record: DesiredRecord;
  lease: Lease;
}

/**
 * Writes the records. Where some fail and others are written, the others go on.
 *
 * @returns the written records in their order, and why the rest is not there
 * @throws what the engine failed with, if nothing is written
 */
async function write(
  records: readonly DesiredRecord[],
  { client, journal }: Session,
  outcomes: Outcomes,
  options: CallOptions,
): Promise<{ written: Written[]; failure?: unknown }> {
  try {
    const leases = await client.ensureAll(records, options);
    return { written: records.map((record, index) => ({ record, lease: leases[index]! })) };
  } catch (error) {
    const failure = outcomes.failure(records, error);
    const written = records.flatMap((record) => {
      const lease = outcomes.lease(record);
      return lease ? [{ record, lease }] : [];
    });
    if (written.length === 0 || options.signal?.aborted) throw failure;
    const failed = records.filter((record) => !outcomes.lease(record));
    return { written, failure: await nameLeftovers(journal, failed, failure) };
  }
}

/**
 * Looks up who serves the names before anything is written: a dead resolver or an unregistered domain leaves nothing behind.
 * One name of each zone is enough.
 *
 * @returns the delegations, or the report to end with if no resolver answers
 * @throws DnsError `ZONE_NOT_FOUND`
 */
async function findDelegations(
  verifier: Verifier,
  client: DnsClient,
  records: readonly DesiredRecord[],
  signal: AbortSignal,
): Promise<readonly Delegation[] | Report> {
  const startedAt = performance.now();
  // Registries delegate at two labels or below, so names that differ there lie in different zones and are looked up side by side.
  const families = new Map<string, Map<Fqdn, DesiredRecord>>();
  for (const record of records) {
    const name = toFqdn(record.name);
    const family = ancestors(name).at(-2) ?? name;
    families.set(family, (families.get(family) ?? new Map()).set(name, record));
  }
  try {
    const found = await Promise.all(
      [...families.values()].map(async (names) => {
        const delegations: Delegation[] = [];
        for (const [name, record] of names)
          if (!delegations.some(({ zone }) => isWithin(name, zone)))
            delegations.push(await findDelegation(verifier, client, record, signal));
        return delegations;
      }),
    );
    return found.flat();
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    if (!isDnsError(error, 'TIMEOUT')) throw error;
    return resolverUnreachable(expectationsOf(records), error, Math.round(performance.now() - startedAt));
  }
}

async function findDelegation(
  verifier: Verifier,
  client: DnsClient,
  record: DesiredRecord,
  signal: AbortSignal,
): Promise<Delegation> {
  try {
    return await verifier.delegation(record.name, { zone: record.zone, signal });
  } catch (error) {
    if (!isDnsError(error, 'ZONE_NOT_FOUND') || record.zone !== undefined) throw error;
    // A private resolver may know the hosted zone, and nothing of the names above it.
    const { changes } = await client.plan([record], { signal });
    return verifier.delegation(record.name, { zone: changes[0]?.zone, signal });
  }
}

/**
 * The operator of the provider that each lease was written at. Which servers it runs is asked only where the delegation leads
 * elsewhere: only those are asked besides.
 */
function operatorsOf(
  leases: readonly Lease[],
  elsewhere: ReadonlyMap<string, unknown>,
  { providers, title, call }: Session,
  signal: AbortSignal,
): Promise<Operator[]> {
  const known = new Map<string, Promise<Operator>>();
  const find = async (id: string, zone: Fqdn) => {
    const provider = providers.find((candidate) => candidate.id === id)!;
    const servers = elsewhere.has(zone) ? await serversOfZone(provider, zone, call(signal)) : [];
    return operatorOf(provider, title(provider), servers);
  };
  const finding = leases.map(({ provider, zone }) => {
    const key = `${provider} ${zone}`;
    const operator = known.get(key) ?? find(provider, zone);
    known.set(key, operator);
    return operator;
  });
  return Promise.all(finding);
}

function howToRemove(leases: readonly Lease[]): string {
  const ids = [...new Set(leases.filter(({ created }) => created).map(({ id }) => id))];
  return ids.length > 0
    ? `When the certificate is issued: domainproof remove ${ids.join(' ')}`
    : 'All values were there before; there is nothing to remove.';
}
