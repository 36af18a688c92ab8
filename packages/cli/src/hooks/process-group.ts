import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names the process group that this process runs in. A client and all hooks that it calls are in one, whatever shells lie between;
 * two clients that are started by hand, by cron or by systemd are in two.
 *
 * @returns undefined if the system does not tell
 */
export async function processGroup(): Promise<string | undefined> {
  const group = groupOfLinux() ?? (await groupOfPosix());
  return group && `${hostname()} ${group}`;
}

/** With the process namespace, as containers have process ids of their own and may share a journal. */
function groupOfLinux(): string | undefined {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    // proc_pid_stat(5): the name in parentheses may hold anything; behind it come state, parent and group.
    const group = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2];
    return `${readlinkSync('/proc/self/ns/pid')} ${group}`;
  } catch {
    return undefined;
  }
}

async function groupOfPosix(): Promise<string | undefined> {
  const { spawnSync } = await import('node:child_process');
  const { stdout } = spawnSync('ps', ['-o', 'pgid=', '-p', String(process.pid)], { encoding: 'utf8' });
  return stdout?.trim() || undefined;
}
