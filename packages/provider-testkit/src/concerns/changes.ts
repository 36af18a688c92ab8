import assert from 'node:assert/strict';
import type { DnsProvider, Receipt, RecordSet, ValueChange, Zone } from '@domainproof/core';
import { failureOf, sameValues } from '../assertions.js';
import type { Scene } from '../scene.js';
import type { Suite } from '../suite.js';

/** `applyChange`: these values in, those out, everything else as it was. */
export function changes({ it, facts }: Suite): void {
  it('adds values to a set that is not there', async (scene) => {
    const editor = await edit(scene);
    const receipt = await editor.change({ add: ['one', 'two'] });
    sameValues(await scene.held('_dnsauth'), ['one', 'two']);
    assert.deepEqual(receipt.present ?? [], []);
    assert.deepEqual(JSON.parse(JSON.stringify(receipt)), receipt, 'the receipt is not JSON');
  });

  it('tells which of the values to be added were there', async (scene) => {
    await scene.put('_dnsauth', ['theirs']);
    const editor = await edit(scene);
    const receipt = await editor.change({ add: ['ours', 'theirs'] }, await editor.read());
    sameValues(receipt.present, ['theirs'], '`present` of the receipt');
    sameValues(await scene.held('_dnsauth'), ['ours', 'theirs']);
  });

  if (facts.writes === 'replace') {
    it('adds to a set that it has not read by refusing to guess what is in it', async (scene) => {
      await scene.put('_dnsauth', ['theirs']);
      const editor = await edit(scene);
      await failureOf(editor.change({ add: ['ours'] }), 'RECORD_CONFLICT');
      sameValues(await scene.held('_dnsauth'), ['theirs']);
    });
  } else {
    it('adds to a set that it has not read, and tells what was there', async (scene) => {
      await scene.put('_dnsauth', ['theirs']);
      const editor = await edit(scene);
      const receipt = await editor.change({ add: ['ours', 'theirs'] });
      sameValues(receipt.present, ['theirs'], '`present` of the receipt');
      sameValues(await scene.held('_dnsauth'), ['ours', 'theirs']);
    });
  }

  it('takes out exactly the given values, and tells which were not there', async (scene) => {
    await scene.put('_dnsauth', ['one', 'two', 'three']);
    const editor = await edit(scene);
    const receipt = await editor.change({ remove: ['two', 'four'] }, await editor.read());
    sameValues(receipt.absent, ['four'], '`absent` of the receipt');
    sameValues(await scene.held('_dnsauth'), ['one', 'three']);
  });

  it('takes out values that are all gone without touching the others', async (scene) => {
    await scene.put('_dnsauth', ['theirs']);
    const editor = await edit(scene);
    for (const current of [await editor.read(), undefined]) {
      const receipt = await editor.change({ remove: ['ours'] }, current);
      sameValues(receipt.absent, ['ours'], '`absent` of the receipt');
      sameValues(await scene.held('_dnsauth'), ['theirs']);
    }
  });

  it('takes values out of a set that is not there, as if they had been absent', async (scene) => {
    const editor = await edit(scene);
    const receipt = await editor.change({ remove: ['ours'] });
    sameValues(receipt.absent, ['ours'], '`absent` of the receipt');
  });

  it('takes the set away with its last value', async (scene) => {
    await scene.put('_dnsauth', ['one', 'two']);
    const editor = await edit(scene);
    await editor.change({ remove: ['one', 'two'] }, await editor.read());
    assert.deepEqual(await scene.contents(), []);
    assert.equal(await editor.read(), undefined);
  });

  it('takes values out in another process, with the receipt that added them', async (scene) => {
    await scene.put('_dnsauth', ['theirs']);
    const first = await edit(scene);
    const { native } = await first.change({ add: ['ours'] }, await first.read());
    const receipts = native === undefined ? [] : [JSON.parse(JSON.stringify(native))];
    const second = await edit(scene);
    const receipt = await second.change({ remove: ['ours'], receipts });
    sameValues(receipt.absent ?? [], []);
    sameValues(await scene.held('_dnsauth'), ['theirs']);
  });

  it('keeps the values of others byte for byte', async (scene) => {
    await scene.put('_dnsauth', [['part one', 'part two'], 'Theirs', 'plain']);
    const before = await scene.contents();
    const editor = await edit(scene);
    await editor.change({ add: ['ours'] }, await editor.read());
    await editor.change({ remove: ['ours'] }, await editor.read());
    assert.deepEqual(await scene.contents(), before);
  });

  it('does not take a set for written that vanished since it was read', async (scene) => {
    await scene.put('_dnsauth', ['theirs']);
    const editor = await edit(scene);
    const stale = await editor.read();
    await scene.put('_dnsauth', []);
    try {
      await editor.change({ add: ['ours'] }, stale);
    } catch (error) {
      // The engine reads again after this one, and after no other.
      await failureOf(Promise.reject(error), 'RECORD_CONFLICT');
      return;
    }
    assert.ok((await scene.held('_dnsauth')).includes('ours'), 'success was told, and nothing was written');
  });

  it('takes values out of a set that vanished since it was read, as if they had been absent', async (scene) => {
    await scene.put('_dnsauth', ['ours']);
    const editor = await edit(scene);
    const stale = await editor.read();
    await scene.put('_dnsauth', []);
    const receipt = await editor.change({ remove: ['ours'] }, stale);
    sameValues(receipt.absent, ['ours'], '`absent` of the receipt');
  });

  it('refuses to put a TXT beside a CNAME', async (scene) => {
    await scene.put('_dnsauth', ['target.example.org.'], { type: 'CNAME' });
    const before = await scene.contents();
    const editor = await edit(scene);
    await failureOf(editor.change({ add: ['ours'] }), 'RECORD_CONFLICT');
    assert.deepEqual(await scene.contents(), before);
  });

  it('makes no request when the signal has fired already', async (scene) => {
    const editor = await edit(scene);
    const before = scene.world.calls.length;
    const signal = AbortSignal.abort();
    const { provider, zone } = editor;
    const change = { key: scene.key('_dnsauth'), add: ['ours'], remove: [], ttl: facts.ttl.default };
    await failureOf(provider.applyChange(zone, undefined, change, scene.call(signal)), 'ABORTED');
    await failureOf(provider.readRecordSet(zone, scene.key('_dnsauth'), scene.call(signal)), 'ABORTED');
    await failureOf(provider.findZones(scene.name('@'), scene.call(signal)), 'ABORTED');
    assert.equal(scene.world.calls.length, before);
  });
}

interface Editor {
  provider: DnsProvider;
  zone: Zone;
  read(): Promise<RecordSet | undefined>;
  change(change: Partial<ValueChange>, current?: RecordSet): Promise<Receipt>;
}

/** A new adapter at work on `_dnsauth` TXT. */
async function edit(scene: Scene): Promise<Editor> {
  const provider = scene.world.provider();
  const zone = await scene.zone(provider);
  const key = scene.key('_dnsauth');
  return {
    provider,
    zone,
    read: () => provider.readRecordSet(zone, key, scene.call()),
    change: (change, current) =>
      provider.applyChange(
        zone,
        current,
        { key, add: [], remove: [], ttl: scene.facts.ttl.default, ...change },
        scene.call(),
      ),
  };
}
