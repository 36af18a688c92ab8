import {
  abortError,
  ancestors,
  type DesiredRecord,
  type DnsClient,
  type Fqdn,
  isDnsError,
  isWithin,
  type Lease,
  toFqdn,
} from '@domainproof/core';
import type { Delegation, Report, Verifier } from '@domainproof/propagation-verifier';
import type { Command, Invocation } from '../command.js';
import { withZoneFindings, zonesDelegatedElsewhere } from '../delegation-check.js';
import { EXIT } from '../exit-codes.js';
import { CONFIG, DNS_FLAGS, FROM, JOURNAL, PLACE_FLAGS, TIMEOUT, TTL } from '../flags.js';
import { withLeftovers } from '../leftovers.js';
import { PROOF_TYPES, requestedRecords } from '../requested-records.js';
import { openSession, openVerifier } from '../session.js';
import { DEFAULT_WAIT_MS, resolveSettings } from '../settings.js';
import {
  awaitVisibility,
  expectationOf,
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
anything is written. A record that is not visible in time stays, and the exit code is 1.`,
  examples: [
    'domainproof prove _dnsauth.example.com TXT 202601020304abcdef',
    'domainproof prove _acme-challenge.example.net TXT token --timeout 5m --json',
    'domainproof prove --from challenges.json',
  ],
  flags: [FROM, ...PLACE_FLAGS, TTL, TIMEOUT, ...DNS_FLAGS, JOURNAL, CONFIG],

  async run(invocation) {
    const { positionals, flags, io, output } = invocation;
    const settings = await resolveSettings(flags, io);
    const records = await requestedRecords(positionals, flags.text('from'), PROOF_TYPES, settings, io);
    const { client, journal, providers } = await openSession(invocation, settings);
    const verifier = await openVerifier(settings);

    const delegations = await findDelegations(verifier, client, records, io.signal);
    if ('ok' in delegations) {
      output.result(visibilityDocument(delegations), visibilityLines(delegations, output));
      return EXIT.notVisible;
    }
    const timeoutMs = settings.timeoutMs ?? DEFAULT_WAIT_MS;
    return withLeftovers(journal, records, async () => {
      const leases = await client.ensureAll(records, {
        signal: io.signal,
        timeoutMs: Math.min(timeoutMs, WRITE_MS),
      });
      const elsewhere = zonesDelegatedElsewhere(leases, delegations, providers);
      for (const { message, remedy } of elsewhere.values()) output.warn(`${message} ${remedy}`);
      const seen = await waitFor(verifier, records, leases, timeoutMs, invocation);
      const report = withZoneFindings(seen, elsewhere);
      output.result(visibilityDocument(report, leases), [
        ...visibilityLines(report, output),
        howToRemove(leases),
      ]);
      return report.ok ? EXIT.done : EXIT.notVisible;
    });
  },
};

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
    return resolverUnreachable(records.map(expectationOf), error, Math.round(performance.now() - startedAt));
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

function waitFor(
  verifier: Verifier,
  records: readonly DesiredRecord[],
  leases: readonly Lease[],
  timeoutMs: number,
  invocation: Invocation,
): Promise<Report> {
  const expectations = records.map((record, index) => ({
    ...expectationOf(record),
    zone: leases[index]!.zone,
  }));
  return awaitVisibility(verifier, expectations, timeoutMs, invocation);
}

function howToRemove(leases: readonly Lease[]): string {
  const ids = [...new Set(leases.filter(({ created }) => created).map(({ id }) => id))];
  return ids.length > 0
    ? `When the certificate is issued: domainproof remove ${ids.join(' ')}`
    : 'All values were there before; there is nothing to remove.';
}
