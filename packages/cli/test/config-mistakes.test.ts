import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { cli, temporaryFolder } from './harness.js';

/** The built program: `pnpm build` makes it. */
const BIN = fileURLToPath(new URL('../dist/bin.cjs', import.meta.url));
const folder = temporaryFolder();

/** Stands for whatever must not be shown again. */
const SECRET = 'S3cret-of-the-operator';

interface Mistake {
  what: string;
  /** Default: `domainproof.config.json`. */
  file?: string;
  content: string;
  env?: Record<string, string>;
  /** Without the folder. */
  message: string;
  hint?: string;
}

const MISTAKES: readonly Mistake[] = [
  {
    what: 'a comma is missing',
    content: `{
  "providers": [
    {
      "package": "@domainproof/provider-alidns",
      "options": { "accessKeyId": "LTAI-id" "accessKeySecret": "${SECRET}" }
    }
  ]
}`,
    message:
      'domainproof.config.json:5:45: the file is not JSON: a comma is expected, in: "options": { "accessKeyId": … "accessKeySecret": … }',
    hint: 'Values are left out of the line shown.',
  },
  {
    what: 'a value has no quotes',
    content: `{
  "providers": [
    { "package": "@domainproof/provider-alidns", "options": { "accessKeySecret": ${SECRET} } }
  ]
}`,
    message:
      'domainproof.config.json:3:82: the file is not JSON: this is no JSON value, in: { "package": …, "options": { "accessKeySecret": … } }',
    hint: 'Values are left out of the line shown.',
  },
  {
    what: 'a field is misspelt',
    content: `{
  "provider": []
}`,
    message: 'domainproof.config.json:2:3: provider is not a field of the config file.',
    hint: 'Did you mean providers?',
  },
  {
    what: 'an option is misspelt',
    content: `{
  "providers": [
    {
      "package": "@domainproof/provider-alidns",
      "options": {
        "acessKeyId": "LTAI-id",
        "accessKeySecret": "${SECRET}"
      }
    }
  ]
}`,
    message:
      'domainproof.config.json:6:9: providers[0].options.acessKeyId is not an option of Alibaba Cloud DNS.',
    hint: 'Did you mean accessKeyId?',
  },
  {
    what: 'an option is of the wrong type',
    content: `{
  "providers": [
    {
      "package": "@domainproof/provider-alidns",
      "options": { "accessKeyId": "LTAI-id", "accessKeySecret": "${SECRET}", "timeoutMs": "${SECRET}" }
    }
  ]
}`,
    message: 'domainproof.config.json:5:91: providers[0].options.timeoutMs must be a number, not a text.',
  },
  {
    what: 'a secret is not set',
    content: `{
  "providers": [{ "package": "@domainproof/provider-huaweicloud", "options": { "accessKeyId": "id" } }]
}`,
    message: 'domainproof.config.json:2:67: providers[0]: secretAccessKey of Huawei Cloud DNS is not set.',
    hint: 'Set HUAWEICLOUD_SDK_SK (or HUAWEICLOUD_SECRET_ACCESS_KEY, CLOUD_SDK_SK, HW_SECRET_KEY), or give it in the options: { "secretAccessKey": { "env": "NAME" } }.',
  },
  {
    what: 'the variable of an option is not set',
    content: `{
  "providers": [
    {
      "package": "@domainproof/provider-alidns",
      "name": "work",
      "options": {
        "accessKeyId": { "env": "WORK_ID" },
        "accessKeySecret": { "env": "WORK_SECRET" }
      }
    }
  ]
}`,
    env: { WORK_ID: 'LTAI-id' },
    message:
      'domainproof.config.json:8:9: providers[0].options.accessKeySecret names the environment variable WORK_SECRET, which is not set.',
    hint: 'Set WORK_SECRET, or WORK_SECRET_FILE to a file that holds the value.',
  },
  {
    what: 'two accounts have one name',
    content: `{
  "providers": [
    { "package": "@domainproof/provider-alidns", "name": "work" },
    { "package": "@domainproof/provider-huaweicloud", "name": "work" }
  ]
}`,
    message:
      'domainproof.config.json:4:55: providers[1].name is "work", which providers[0] is called already.',
    hint: 'Leases and --provider tell accounts by their names: give each its own.',
  },
  {
    what: 'a zone leads to an account that is not there',
    content: `{
  "providers": [
    {
      "package": "@domainproof/provider-alidns",
      "name": "work",
      "options": { "accessKeyId": "LTAI-id", "accessKeySecret": "${SECRET}" }
    }
  ],
  "zones": {
    "example.com": "wrok"
  }
}`,
    message:
      'domainproof.config.json:10:5: zones["example.com"] leads to the account "wrok", which is not there.',
    hint: 'Did you mean work?',
  },
  {
    what: 'a zone is a wildcard',
    content: `{
  "zones": { "*.example.com": "alidns" }
}`,
    message:
      'domainproof.config.json:2:14: zones["*.example.com"]: "*.example.com" is no domain for a route.',
    hint: 'A route holds for all names below its domain: example.com.',
  },
  {
    what: 'a zone is no domain name',
    content: `{
  "zones": { "https://example.com": "alidns" }
}`,
    message:
      'domainproof.config.json:2:14: zones["https://example.com"]: "https://example.com" is not a domain name: the label "https://example" holds the character ":".',
  },
  {
    what: 'a port is out of range',
    content: `{
  "resolvers": ["192.0.2.53"],
  "authoritativePort": 530053
}`,
    message: 'domainproof.config.json:3:3: authoritativePort takes a port from 1 to 65535, not "530053".',
  },
  {
    what: 'a resolver is a host name',
    content: `{
  "resolvers": [
    "192.0.2.53",
    "dns.example.com"
  ]
}`,
    message:
      'domainproof.config.json:4:5: resolvers[1] takes an IP address with or without a port (192.0.2.1:53, [2001:db8::1]:53), not "dns.example.com".',
  },
  {
    what: 'a package is named by the vendor alone',
    content: `{
  "providers": [{ "package": "alidns" }]
}`,
    message:
      'domainproof.config.json:2:19: providers[0] (alidns) cannot be used: the package alidns is not installed.',
    hint: 'Did you mean @domainproof/provider-alidns?',
  },
  {
    what: 'a path of a provider leads nowhere',
    content: `{
  "providers": [{ "package": "./no-provider.mjs" }]
}`,
    message:
      'domainproof.config.json:2:19: providers[0] (./no-provider.mjs) cannot be used: there is no file no-provider.mjs.',
    hint: "The path starts from the config file's folder.",
  },
  {
    what: 'a module does not parse',
    file: 'domainproof.config.mjs',
    content: `export default {
  providers: [
    { package: '@domainproof/provider-alidns' options: { accessKeySecret: '${SECRET}' } },
  ],
};
`,
    message: 'domainproof.config.mjs:3:47: the config file cannot be loaded: Unexpected identifier.',
  },
  {
    what: 'a text in a module has no quotes',
    file: 'domainproof.config.mjs',
    content: `export default {
  providers: [
    { package: '@domainproof/provider-alidns', options: { accessKeySecret: ${SECRET.replaceAll('-', '')} } },
  ],
};
`,
    message:
      'domainproof.config.mjs:3:76: the config file cannot be loaded: a name is used there that is not defined; a text needs quotes.',
  },
  {
    what: 'a TypeScript module does not parse',
    file: 'domainproof.config.ts',
    content: `import { defineConfig } from 'domainproof';

export default defineConfig({
  providers: [
    { package: '@domainproof/provider-alidns' options: { accessKeySecret: '${SECRET}' } },
  ],
});
`,
    message: 'domainproof.config.ts:5:47: the config file cannot be loaded: Unexpected token, expected ",".',
  },
  {
    what: 'a module exports nothing by default',
    file: 'domainproof.config.mjs',
    content: 'export const config = { providers: [] };\n',
    message: 'domainproof.config.mjs: the config file has no default export.',
    hint: 'Write: export default { providers: [ … ] };',
  },
  {
    what: 'an option of a module is misspelt',
    file: 'domainproof.config.ts',
    content: `import { defineConfig } from 'domainproof';

export default defineConfig({
  providers: [
    {
      package: '@domainproof/provider-alidns',
      options: { accessKeyId: 'LTAI-id', accesKeySecret: '${SECRET}' },
    },
  ],
});
`,
    message:
      'domainproof.config.ts:7:42: providers[0].options.accesKeySecret is not an option of Alibaba Cloud DNS.',
    hint: 'Did you mean accessKeySecret?',
  },
];

test.each(MISTAKES)(
  '$what',
  async ({ file = 'domainproof.config.json', content, env = {}, message, hint }) => {
    writeFileSync(join(folder, file), content);
    const { code, stdout, stderr } = await zones(file, env);
    const { error } = JSON.parse(stdout);
    expect(error.message.replaceAll(`${folder}/`, '')).toBe(message);
    expect(error.hint).toBe(hint);
    expect(code).toBe(2);
    expect(stderr).toContain(error.message);
    expect((stdout + stderr).replaceAll('-', '')).not.toContain(SECRET.replaceAll('-', ''));
  },
);

/** A module is read by the built program, since the test runner would put its own parser in the place of Node's. */
async function zones(file: string, env: Record<string, string>) {
  const argv = ['zones', '--config', file, '--json'];
  if (!file.endsWith('.mjs')) return cli(argv, { cwd: folder, env });
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...argv], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}
