// A process that writes and releases values without end, until it is killed.
// Arguments: journal file, seed, JSON of { cloud: zone }. It says over the channel when a step of the journal begins and ends.
import { openClient } from './clouds.mjs';
import { randomFrom } from './random.mjs';

const [file, seed, zonesJson] = process.argv.slice(2);
const zones = JSON.parse(zonesJson);
const random = randomFrom(Number(seed));
const options = { timeoutMs: 120_000 };

/** Tells of each step before and after, so that the killer can strike there. */
function told(journal) {
  const step =
    (name, work) =>
    async (...args) => {
      process.send({ step: `${name} begins` });
      const result = await work(...args);
      process.send({ step: `${name} ended` });
      return result;
    };
  return {
    put: step('put', journal.put),
    drop: step('drop', journal.drop),
    all: journal.all,
    lock: async (...args) => step('unlock', await journal.lock(...args)),
  };
}

const client = await openClient(Object.keys(zones), file, told);

/** An apex and its wildcard: two values at one name; one more at a name that others use; a CNAME. */
function desired(cloud, turn) {
  const zone = zones[cloud];
  const value = (what) => `${what} ${turn} of ${seed}`;
  const twins = ['apex', 'wildcard'].map((what) => ({
    name: `_acme-challenge.${zone}`,
    type: 'TXT',
    value: value(what),
  }));
  return random.pick([
    twins,
    twins,
    [{ name: `_dnsauth.${zone}`, type: 'TXT', value: value('shared') }],
    [{ name: `_new.${zone}`, type: 'TXT', value: value('alone') }],
    [{ name: `_cname${turn}.${zone}`, type: 'CNAME', value: `t${turn}.example.org` }],
    [...twins, { name: `_dnsauth.${zone}`, type: 'TXT', value: value('many') }],
  ]);
}

async function live(cloud) {
  let held = [];
  for (let turn = 0; ; turn += 1) {
    const leases = await client.ensureAll(desired(cloud, turn), options);
    held.push(...leases);
    if (random.below(3) === 0) continue;
    const [going, staying] = random.split(held);
    held = staying;
    if (random.below(2) === 0) await client.releaseAll(going, options);
    else for (const lease of going) await client.release(lease.id, options);
  }
}

process.on('disconnect', () => process.exit());
process.once('message', () => {
  Promise.all(Object.keys(zones).map(live)).catch((error) => process.send({ failed: String(error.stack) }));
});
process.send({ step: 'ready' });
