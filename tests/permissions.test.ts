import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Permission } from '@domainproof/core';
import type { Simulator } from '@domainproof/simulator';
import { afterEach, describe, expect, test } from 'vitest';
import { root } from './packages.js';
import { type Cloud, doEverything, MANIFESTS, startAccount, ZONE } from './permission-scenario.js';

const program = join(root, 'packages', 'cli', 'dist', 'bin.cjs');
const CLOUDS = ['alidns', 'huaweicloud'] as const;

/** Without these the records are written and looked at one by one. */
const OF_BATCHES_ONLY: Readonly<Record<Cloud, readonly string[]>> = {
  alidns: [
    'alidns:OperateBatchDomain',
    'alidns:DescribeBatchResultCount',
    'alidns:DescribeBatchResultDetail',
  ],
  huaweicloud: ['dns:recordset:get'],
};

/** None until a test starts one. */
let simulator: Simulator | undefined;
afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
});

/** What is wrong with a list of permissions, given the calls that were made. */
function flaws(permissions: readonly Permission[], made: ReadonlySet<string>): string[] {
  const holders = (operation: string) =>
    permissions.filter(({ operations }) => operations.includes(operation)).map(({ action }) => action);
  return [
    ...[...made]
      .map((operation) => ({ operation, actions: holders(operation) }))
      .flatMap(({ operation, actions }) =>
        actions.length === 1 ? [] : [`${operation} is covered by ${actions.join(' and ') || 'nothing'}`],
      ),
    ...permissions.flatMap(({ action, operations }) =>
      operations
        .filter((operation) => !made.has(operation))
        .map((operation) => `${action}: ${operation} is never called`),
    ),
  ];
}

function policyWithout(cloud: Cloud, action: string): object {
  const policy = JSON.parse(MANIFESTS[cloud].policy.document);
  const Statement = policy.Statement.map((statement: { Action: string[] }) => ({
    ...statement,
    Action: statement.Action.filter((one) => one !== action),
  })).filter(({ Action }: { Action: string[] }) => Action.length > 0);
  return { ...policy, Statement };
}

async function domainproof(...argv: string[]): Promise<{ code: number; stdout: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'permissions-'));
  const env = { PATH: process.env.PATH, HOME: folder, ...simulator?.env };
  try {
    return await new Promise((resolve) => {
      execFile(process.execPath, [program, ...argv], { env }, (error, stdout) =>
        resolve({ code: error ? Number(error.code) : 0, stdout }),
      );
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.each(CLOUDS)('the permissions of %s', (cloud) => {
  const { permissions, permissionRefusals, policy } = MANIFESTS[cloud];

  test('cover every call that is made exactly once, and none that is not made', async () => {
    simulator = await startAccount(cloud);
    const { events, failures } = await doEverything(cloud, simulator);
    expect(failures.map(({ code }) => code)).toEqual(['RECORD_CONFLICT']);
    const seen = simulator.calls.map(({ operation }) => operation);
    expect(events.map(({ operation }) => operation)).toEqual(seen);
    const made = new Set(seen);
    expect(flaws(permissions, made)).toEqual([]);
    for (const left of permissions.keys())
      expect(flaws(permissions.toSpliced(left, 1), made), permissions[left]?.action).not.toEqual([]);
    for (const { operations, access } of permissions)
      for (const { operation, write } of events)
        if (operations.includes(operation))
          expect([operation, write]).toEqual([operation, access === 'write']);
  });

  test('are those that the policy grants', () => {
    const { Statement } = JSON.parse(policy.document) as { Statement: { Action: string[] }[] };
    expect(Statement.flatMap(({ Action }) => Action).sort()).toEqual(
      permissions.map(({ action }) => action).sort(),
    );
    expect(policy.where).not.toBe('');
  });

  test('are enough for the command line: the printed policy lets everything through', async () => {
    const printed = await domainproof('providers', cloud, '--policy');
    simulator = await startAccount(cloud, printed.stdout);
    const { failures } = await doEverything(cloud, simulator);
    expect(failures.map(({ code }) => code)).toEqual(['RECORD_CONFLICT']);
    const name = `_dnsauth.${ZONE}`;
    expect(await domainproof('prove', name, 'TXT', 'token', '--quiet')).toMatchObject({ code: 0 });
    expect(await domainproof('doctor', name, 'TXT', 'token', '--json')).toMatchObject({ code: 0 });
    expect(await domainproof('zones', '--json')).toMatchObject({ code: 0 });
    expect(await domainproof('remove', name, 'TXT', 'token')).toMatchObject({ code: 0 });
    expect(simulator.calls.filter(({ vendorCode = '' }) => permissionRefusals.includes(vendorCode))).toEqual(
      [],
    );
  });

  test.each(permissions)(
    'are all needed: without $action its calls, and no others, are FORBIDDEN',
    async ({ action, operations }) => {
      simulator = await startAccount(cloud, policyWithout(cloud, action));
      const { events, failures } = await doEverything(cloud, simulator);
      const refused = events.filter(({ outcome }) => outcome === 'FORBIDDEN');
      expect(refused.length).toBeGreaterThan(0);
      for (const { operation, vendorCode = '' } of refused) {
        expect(operations).toContain(operation);
        expect(permissionRefusals).toContain(vendorCode);
      }
      const forbidden = failures.filter(({ code }) => code === 'FORBIDDEN');
      if (OF_BATCHES_ONLY[cloud].includes(action)) {
        expect(forbidden).toEqual([]);
        return;
      }
      expect(forbidden.length).toBeGreaterThan(0);
      for (const { hint, operation } of forbidden) {
        expect(hint).toContain(action);
        expect(operations).toContain(operation);
      }
    },
  );
});

describe('a RAM policy that is narrowed as its instruction says', () => {
  const narrowed = () => MANIFESTS.alidns.policy.document.replace('domain/*', `domain/${ZONE}`);

  test('is enough for that domain', async () => {
    simulator = await startAccount('alidns', narrowed());
    const { failures } = await doEverything('alidns', simulator);
    expect(failures.map(({ code }) => code)).toEqual(['RECORD_CONFLICT']);
  });

  test('and for no other one', async () => {
    simulator = await startAccount('alidns', narrowed());
    const other = await domainproof('add', `_dnsauth.my1-${ZONE}`, 'TXT', 'token', '--json');
    expect(other.code).toBe(3);
    expect(JSON.parse(other.stdout).error).toMatchObject({ code: 'FORBIDDEN', vendorCode: 'Forbidden.RAM' });
  });

  test('needs the instance of a paid edition', async () => {
    const { Statement, ...rest } = JSON.parse(narrowed());
    Statement[1].Resource = [`acs:alidns:*:*:domain/${ZONE}`];
    simulator = await startAccount('alidns', { ...rest, Statement });
    const { failures } = await doEverything('alidns', simulator);
    expect(failures.filter(({ code }) => code === 'FORBIDDEN').length).toBeGreaterThan(0);
  });
});
