// One of many processes: writes its values one by one, some at a time, then takes away those of another process.
// Arguments: cloud, journal file. Messages in: { ensure: records } or { release: values }; out: 'ready', 'done' or { failed }.
import { openClient } from './clouds.mjs';

const AT_A_TIME = 5;
const [cloud, file] = process.argv.slice(2);
const client = await openClient([cloud], file);
const options = { timeoutMs: 540_000 };

async function inParallel(items, work) {
  const queue = [...items];
  const lanes = Array.from({ length: AT_A_TIME }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  });
  await Promise.all(lanes);
}

async function release(values) {
  const mine = [];
  for await (const lease of client.leases()) if (values.includes(lease.value)) mine.push(lease);
  if (mine.length !== values.length)
    throw new Error(`The journal has ${mine.length} of the ${values.length} leases.`);
  await inParallel(mine, (lease) => client.release(lease.id, options));
}

process.on('message', async (task) => {
  try {
    if (task.ensure) await inParallel(task.ensure, (record) => client.ensure(record, options));
    if (task.release) await release(task.release);
    process.send('done');
  } catch (error) {
    process.send({ failed: JSON.stringify(error) === '{}' ? String(error.stack) : JSON.stringify(error) });
  }
});
process.on('disconnect', () => process.exit());
process.send('ready');
