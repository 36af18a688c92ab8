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

function isThere(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}
