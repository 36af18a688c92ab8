// Preloaded into a server process: tells its parent what it holds after a garbage collection.
process.on('message', () => {
  globalThis.gc();
  globalThis.gc();
  const { rss, heapUsed } = process.memoryUsage();
  process.send({ rss, heapUsed });
});
// Waiting for questions must not keep the process.
process.channel?.unref();
