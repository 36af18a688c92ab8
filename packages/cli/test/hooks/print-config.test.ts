import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, useSimulator } from '../harness.js';
import { digest, HYPHENED } from './challenges.js';

const world = useSimulator();
const NAME = '_acme-challenge.example.com';
const values = () => world.values('huaweicloud', NAME);

async function printed(client: string, ...flags: string[]) {
  const { code, stdout, stderr } = await world.run(['hook', client, ...flags, '--print-config']);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

/** Runs a text in `sh` as somebody who pastes it would, with stand-ins for programs in front of the PATH, and a root folder of its own. */
async function paste(text: string, programs: Record<string, string>) {
  const root = join(world.folder, `root ${Object.keys(programs)[0]}`);
  const bin = join(root, 'stand-ins');
  for (const folder of [bin, join(root, 'usr/local/bin'), join(root, 'etc/dehydrated/conf.d')])
    mkdirSync(folder, { recursive: true });
  for (const [program, script] of Object.entries(programs)) {
    writeFileSync(join(bin, program), `#!/bin/sh\nset -eu\n${script}\n`);
    chmodSync(join(bin, program), 0o755);
  }
  const moved = text.replace(/(?<![\w.])\/(usr\/local\/bin\/domainproof|etc\/dehydrated)/g, `"$ROOT"/$1`);
  const env = { ...world.env, ROOT: root, PATH: `${bin}:${process.env.PATH}` };
  const child = spawn('sh', ['-eu', '-c', moved], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, stdout, root };
}

describe('what is printed works when it is pasted', () => {
  test('for lego', async () => {
    const { code, stdout } = await paste(await printed('lego'), {
      lego: `echo "$EXEC_SEQUENCE_INTERVAL $*"
        "$EXEC_PATH" present ${NAME}. ${HYPHENED}; "$EXEC_PATH" cleanup ${NAME}. ${digest('never')}`,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^0 --accept-tos .* --dns exec --dns\.disable-cp -d example\.com -d \*\.example\.com run\n$/,
    );
    expect(values()).toEqual([HYPHENED]);
    await world.run(['remove', '--', NAME, 'TXT', HYPHENED]);
  });

  test('for uacme', async () => {
    const { code, stdout } = await paste(await printed('uacme'), {
      uacme: `echo "$3 $4 $5"; "$2" begin http-01 example.com t k && exit 7; "$2" begin dns-01 example.com t ${HYPHENED}`,
    });
    expect([code, stdout]).toEqual([0, 'issue example.com *.example.com\n']);
    expect(values()).toEqual([HYPHENED]);
    await world.run(['remove', '--', NAME, 'TXT', HYPHENED]);
  });

  test('for dehydrated', async () => {
    const { code, root } = await paste(await printed('dehydrated'), {
      dehydrated: `. "$ROOT/etc/dehydrated/conf.d/domainproof.sh"
        [ "$CHALLENGETYPE $HOOK_CHAIN $1" = "dns-01 yes --cron" ]
        "$HOOK" this_hookscript_is_broken
        "$HOOK" deploy_challenge example.com t ${HYPHENED}`,
    });
    expect(code).toBe(0);
    expect(readFileSync(join(root, 'etc/dehydrated/conf.d/domainproof.sh'), 'utf8')).toContain('HOOK=');
    expect(values()).toEqual([HYPHENED]);
    await world.run(['remove', '--', NAME, 'TXT', HYPHENED]);
  });

  test('for certbot', async () => {
    const before = world.simulator.calls.length;
    const { code } = await paste(await printed('certbot'), {
      certbot: `auth="$6" cleanup="$8"
        [ "$1 $2 $3 $4 $5 $7 $9" = "certonly --manual --preferred-challenges dns --manual-auth-hook --manual-cleanup-hook -d" ]
        export CERTBOT_DOMAIN=example.com CERTBOT_VALIDATION=${HYPHENED}
        CERTBOT_AUTH_OUTPUT="$(sh -c "$auth")"; export CERTBOT_AUTH_OUTPUT
        case "$CERTBOT_AUTH_OUTPUT" in *${HYPHENED}*) sh -c "$cleanup" ;; *) exit 7 ;; esac`,
    });
    expect(code).toBe(0);
    const operations = world.simulator.calls.slice(before).map(({ operation }) => operation);
    // Both were called: one value came, and is gone.
    expect(operations.filter((operation) => /^(Create|Delete)/.test(operation))).toHaveLength(2);
    expect(values()).toEqual([]);
  });
});

describe('the command line in it', () => {
  test('is the name of the program where the PATH leads to it', async () => {
    const folder = join(world.folder, 'path');
    mkdirSync(folder);
    symlinkSync(process.execPath, join(folder, 'domainproof'));
    const io = { env: { PATH: `/nowhere::${folder}` } };
    const { stdout } = await cli(['hook', 'lego', '--print-config'], io);
    expect(stdout).toContain('\nexec domainproof hook lego "$@"\n');
    expect((await cli(['hook', 'lego', '--print-config'])).stdout).toMatch(
      /\nexec \/\S+ \/\S+\/dist\/bin\.cjs hook lego "\$@"\n/,
    );
  });

  test('has the flags that stood beside, with files in full, and what the environment and this folder say', async () => {
    const cwd = join(world.folder, "somebody's folder");
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'domainproof.config.json'), '{}', { mode: 0o600 });
    const flags = [
      '--provider',
      'alidns',
      '--timeout',
      '5m',
      '--resolver',
      '192.0.2.1',
      '--resolver=192.0.2.2',
    ];
    const env = { DOMAINPROOF_JOURNAL: 'leases.jsonl' };
    const { stdout } = await cli(['hook', 'lego', ...flags, '--print-config', '--quiet'], { cwd, env });
    const [, line] = /\nexec \S+ \S+ (.*) "\$@"\n/.exec(stdout)!;
    const { stdout: words } = spawnSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' });
    expect(words.trimEnd().split('\n')).toEqual([
      'hook',
      'lego',
      ...['--provider', 'alidns', '--timeout', '5m', '--resolver', '192.0.2.1', '--resolver', '192.0.2.2'],
      ...[
        '--journal',
        join(cwd, 'leases.jsonl'),
        '--config',
        join(cwd, 'domainproof.config.json'),
        '--quiet',
      ],
    ]);
  });

  test.each(['certbot', 'lego', 'dehydrated', 'uacme', 'acme.sh'])(
    'for %s is what the page on ACME clients shows',
    async (client) => {
      const page = readFileSync(new URL('../../../../docs/acme-clients.md', import.meta.url), 'utf8');
      const folder = join(world.folder, `path ${client}`);
      mkdirSync(folder);
      symlinkSync(process.execPath, join(folder, 'domainproof'));
      const { stdout } = await cli(['hook', client, '--print-config'], {
        env: { PATH: folder },
        cwd: folder,
      });
      expect(page).toContain(`\n\`\`\`text print-config ${client}\n${stdout}\`\`\`\n`);
    },
  );

  test('is found in JSON too', async () => {
    const { json } = await cli(['hook', 'uacme', '--print-config', '--json']);
    expect(json()).toEqual({ client: 'uacme', config: expect.stringContaining('uacme --hook') });
  });
});

test.each([
  [[], 'Say whose hook this is; there are certbot, lego, dehydrated, uacme and acme.sh.'],
  [['cerbot', 'auth'], 'Did you mean certbot?'],
  [['traefik'], 'Scripts of other programs can call domainproof prove'],
  [['toString'], 'There is no hook for "toString"'],
  [['lego', '--print-conf', 'present'], 'Did you mean --print-config?'],
  [['lego', '--ttl', 'x', 'present', 'a.example.com.', digest('x')], '--ttl takes whole seconds'],
])('%j is a usage error', async (words, message) => {
  const { code, stdout, stderr } = await cli(['hook', ...words]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
});
