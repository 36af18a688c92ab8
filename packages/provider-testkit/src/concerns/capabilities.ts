import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { Suite } from '../suite.js';

/** What an adapter says about itself, and what it does before it is asked for anything. */
export function capabilities({ it, facts }: Suite): void {
  it('says of its backend what is true of it', async ({ world }) => {
    const { writes, types, limits, lines } = world.provider().capabilities;
    assert.equal(writes, facts.writes);
    assert.equal(lines, facts.lines.length > 0);
    for (const type of ['TXT', 'CNAME']) assert.ok(types.includes(type), `${type} is missing in its types`);
    assert.equal(limits.valuesPerSet, facts.valuesPerSet);
    assert.ok(limits.txtBytes <= facts.txt.bytes, `txtBytes is ${limits.txtBytes}`);
    assert.deepEqual([...(limits.txtForbidden?.characters ?? '')].sort(), [...facts.txt.forbidden].sort());
  });

  it('asks nothing of the backend before its first call', async ({ world }) => {
    const provider = world.provider();
    for (let turn = 0; turn < 50; turn += 1) await setImmediate();
    assert.match(provider.id, /^[a-z0-9][a-z0-9-]*$/);
    assert.deepEqual(world.calls, []);
  });

  it('has both methods of a batch, or none', async ({ world }) => {
    const { capabilities, readRecordSets, applyChanges } = world.provider();
    const { batch } = capabilities;
    assert.equal(readRecordSets !== undefined, batch !== false, 'readRecordSets');
    assert.equal(applyChanges !== undefined, batch !== false, 'applyChanges');
    if (batch) assert.ok(Number.isInteger(batch.from) && batch.from > 0, `batch.from is ${batch.from}`);
  });
}
