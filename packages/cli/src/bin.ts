#!/usr/bin/env node
import { run } from './run.js';

const interrupt = new AbortController();
let exitCode: number | undefined;

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    // The first asks for an orderly end. Whoever asks twice does not want to wait for it.
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort();
  });

// A reader that went away (`domainproof leases | head -1`) is no failure.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCode ?? 0);
    throw error;
  });

run(process.argv.slice(2), { signal: interrupt.signal }).then((code) => {
  exitCode = code;
  process.exitCode = code;
  // Idle connections of a vendor's client must not keep the process; what was written to a pipe is on its way out first.
  process.stdout.write('', () => process.stderr.write('', () => process.exit()));
});
