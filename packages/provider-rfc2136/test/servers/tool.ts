import { spawn } from 'node:child_process';

/**
 * Runs a program that ends by itself, without holding up the process: servers stop when nobody reads what they print.
 *
 * @param input what it reads from standard input
 * @throws Error with what it printed, if it fails
 */
export function runTool(command: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'pipe' });
    let output = '';
    let trouble = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.on('data', (data) => {
      trouble += data;
    });
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve(output);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${status}: ${trouble}${output}`));
    });
    child.stdin.on('error', () => {}); // It may end before it has read everything; then its status tells.
    child.stdin.end(input);
  });
}
