// One of many processes: writes its values one by one, some at a time, then takes away those of another process.
// Argument: journal file. Messages in: { cloud, ensure: records } or { cloud, release: values }; out: 'ready', 'done' or { failed }.
import { openClient } from './clouds.mjs';

const AT_A_TIME = 4;
const [file] = process.argv.slice(2);
const clients = new Map();
const options = { timeoutMs: 540_000 };

async function inParallel(items, work) {
  const queue = [...items];
  const lanes = Array.from({ length: AT_A_TIME }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  });
  await Promise.all(lanes);
}

async function clientOf(cloud) {
  if (!clients.has(cloud)) clients.set(cloud, await openClient([cloud], file));
  return clients.get(cloud);
}

async function release(client, values) {
  const mine = [];
  for await (const lease of client.leases()) if (values.includes(lease.value)) mine.push(lease);
  if (mine.length !== values.length)
    throw new Error(`The journal has ${mine.length} of the ${values.length} leases.`);
  await inParallel(mine, (lease) => client.release(lease.id, options));
}

process.on('message', async ({ cloud, ensure, release: values }) => {
  try {
    const client = await clientOf(cloud);
    if (ensure) await inParallel(ensure, (record) => client.ensure(record, options));
    if (values) await release(client, values);
    process.send('done');
  } catch (error) {
    process.send({ failed: JSON.stringify(error) === '{}' ? String(error.stack) : JSON.stringify(error) });
  }
});
process.on('disconnect', () => process.exit());
process.send('ready');
