import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DesiredRecord, fileJournal, type Lease } from '@domainproof/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bind } from '../packages/provider-rfc2136/test/servers/bind.js';
import { heldIn, put } from '../packages/provider-rfc2136/test/servers/foreign.js';
import { OURS } from '../packages/provider-rfc2136/test/servers/keys.js';
import { knot } from '../packages/provider-rfc2136/test/servers/knot.js';
import { ADDRESS } from '../packages/provider-rfc2136/test/servers/loopback.js';
import {
  isInstalled,
  type NameServer,
  startNameServer,
} from '../packages/provider-rfc2136/test/servers/name-server.js';
import { powerdns } from '../packages/provider-rfc2136/test/servers/powerdns.js';
import { transfer } from '../packages/provider-rfc2136/test/servers/questions.js';

const PROCESSES = 50;
const VALUES_EACH = 20;
const NAMES = 25;
const DEADLINE_MS = 300_000;
const zone = 'example.com';
const worker = new URL('workers/many.mjs', import.meta.url);
const names = Array.from({ length: NAMES }, (_, index) => `_dnsauth.h${index}.${zone}`);
const foreign = (name: string) => [`foreign value at ${name}`, 'another one'];

let folder: string;
let files: string[];
let workers: ChildProcess[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'many-processes-'));
  // A journal each, as on machines of their own: nothing but the server keeps their writes apart.
  files = Array.from({ length: PROCESSES }, (_, index) => join(folder, `leases-${index}.jsonl`));
  const env = {
    PATH: process.env.PATH,
    RFC2136_TSIG_KEY: OURS.name,
    RFC2136_TSIG_SECRET: OURS.secret,
    RFC2136_TSIG_ALGORITHM: OURS.algorithm,
  };
  workers = files.map((file) => fork(worker, [file], { env }));
  await Promise.all(workers.map((child) => once(child, 'message')));
}, DEADLINE_MS);
afterAll(async () => {
  await Promise.all(
    workers.map(async (child) => {
      const ended = once(child, 'exit');
      if (child.connected) child.disconnect();
      await ended;
    }),
  );
  rmSync(folder, { recursive: true });
}, DEADLINE_MS);

/** The records of one process. Every name gets 40 values, of as many processes. */
function recordsOf(process: number): DesiredRecord[] {
  return Array.from({ length: VALUES_EACH }, (_, index) => ({
    name: names[(process * VALUES_EACH + index) % NAMES] as string,
    type: 'TXT',
    value: `value ${index} of process ${process}`,
  }));
}

async function allLeases(): Promise<Lease[]> {
  return (await Promise.all(files.map((file) => fileJournal({ file }).all()))).flat();
}

/** Gives every process its task, and waits until all of them are done. */
async function tell(taskFor: (index: number) => object): Promise<void> {
  const answers = await Promise.all(
    workers.map(async (child, index) => {
      child.send(taskFor(index));
      return (await once(child, 'message'))[0];
    }),
  );
  expect(answers).toEqual(workers.map(() => 'done'));
}

describe.each([bind, knot, powerdns].filter(isInstalled))(
  '50 processes with 20 values each at $title',
  (program) => {
    const all = Array.from({ length: PROCESSES }, (_, index) => recordsOf(index));
    let server: NameServer;
    let cloud: string;
    let before: string[];
    beforeAll(async () => {
      server = await startNameServer(program);
      cloud = `${ADDRESS}:${server.port}`;
      await server.addZones([zone]);
      for (const name of names)
        await put(server, zone, { name: `${name}.`, type: 'TXT', values: foreign(name), ttl: 900 });
      before = await contents();
    }, DEADLINE_MS);
    afterAll(() => server.close());

    /** Every record but the SOA, whose serial number counts the changes. */
    async function contents(): Promise<string[]> {
      const records = await transfer(server.port, zone);
      return records
        .filter(({ type }) => type !== 'SOA')
        .map((record) => JSON.stringify(record))
        .sort();
    }

    test('lose no value', { timeout: DEADLINE_MS }, async () => {
      await tell((index) => ({ cloud, ensure: all[index] }));
      const held = Object.fromEntries(
        (await heldIn(server, zone)).map(({ name, values }) => [name, [...values].sort()]),
      );
      const expected = Object.fromEntries(
        names.map((name) => {
          const ours = all.flat().filter((record) => record.name === name);
          return [`${name}.`, [...foreign(name), ...ours.map(({ value }) => value)].sort()];
        }),
      );
      expect(held).toEqual(expected);
      const leases = await allLeases();
      expect(leases).toHaveLength(PROCESSES * VALUES_EACH);
      expect(leases.filter(({ created }) => !created)).toEqual([]);
    });

    test('take exactly their values away', { timeout: DEADLINE_MS }, async () => {
      await tell((index) => ({ cloud, release: all[index]?.map(({ value }) => value) }));
      expect(await contents()).toEqual(before);
      expect(await allLeases()).toEqual([]);
    });
  },
);
