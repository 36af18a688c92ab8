import { spawnSync } from 'node:child_process';
import type { BackendKind } from './backends/backend.js';
import type { Client } from './clients/client.js';

/** What every scenario needs. */
const ALWAYS = ['pebble', 'unbound', 'openssl'];

/** Why a client cannot be tested with a back end on this machine, if it cannot. */
export function obstacleTo(client: Client, kind: BackendKind): string | undefined {
  const missing = [...ALWAYS, ...client.commands, ...kind.commands].filter((command) => !isThere(command));
  return missing.length > 0 ? `not installed: ${missing.join(', ')}` : client.obstacle?.();
}

/** Looked up once: a look holds up the simulators of the tests that run beside. */
const known = new Map<string, boolean>();

function isThere(command: string): boolean {
  const found = known.get(command) ?? spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
  known.set(command, found);
  return found;
}
