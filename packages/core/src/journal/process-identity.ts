import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names one run of one process, as well as the system can tell. */
export interface ProcessIdentity {
  pid: number;
  /** Host name and, on Linux, process namespace: containers may share a host's name and have process ids of their own. */
  host: string;
  /** Linux only: clock ticks from the boot of the system to the start of the process. Tells apart who had the id when. */
  started?: string;
}

let own: ProcessIdentity | undefined;

export function thisProcess(): ProcessIdentity {
  own ??= identify();
  return own;
}

/** True if that process is known to have ended; false if it lives, or runs on another host, where nobody here can tell. */
export function hasEnded({ pid, host, started }: ProcessIdentity): boolean {
  if (host !== thisProcess().host) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const stat = statOf(pid);
  return stat !== undefined && (stat.isZombie || (started !== undefined && stat.started !== started));
}

function identify(): ProcessIdentity {
  const started = statOf(process.pid)?.started;
  return { pid: process.pid, host: hostWithNamespace(), ...(started === undefined ? {} : { started }) };
}

function hostWithNamespace(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** Undefined where there is no `/proc`, or not for us. */
function statOf(pid: number): { started: string; isZombie: boolean } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name in parentheses may hold anything. After it come the third field, the state, and so on; the 22nd is the start.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const started = fields[19];
  return started === undefined ? undefined : { started, isZombie: fields[0] === 'Z' };
}
