// Writes what the READMEs of provider packages say of settings, permissions, limits and name servers from their manifests, between
// markers such as <!-- settings --> and <!-- /settings -->. With --check it writes nothing, and fails for a README that is out of date.
//
//   node scripts/readme-tables.mjs [--check] [FOLDER...]     default: every package that exports a manifest. Build first.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = join(ROOT, 'packages');
const BIOME = join(ROOT, 'node_modules', '.bin', 'biome');

/** Each part of a README by its marker: its Markdown, or undefined if the manifest does not say anything of it. */
const PARTS = {
  settings: ({ settings, alternatives = [] }) =>
    table(
      ['option', 'environment, the first that is set', 'required', 'meaning'],
      [
        ...settings.map(({ option, environment, required, description }) => [
          code(option),
          environment.map(code).join(', '),
          required ? 'yes' : 'no',
          description,
        ]),
        ...alternatives.map(({ environment, description }) => [
          'instead of the required ones',
          environment.map(code).join(' and '),
          '',
          description,
        ]),
      ],
    ),
  permissions: ({ permissions }) =>
    permissions &&
    table(
      ['permission', 'access', 'calls', 'what for'],
      permissions.map(({ action, access, operations, purpose }) => [
        code(action),
        access,
        operations.map(code).join(', '),
        purpose,
      ]),
    ),
  policy: ({ policy }) => policy && `${escaped(policy.where)}\n\n${fenced(policy.document)}`,
  limits: ({ limits }) =>
    limits &&
    table(
      ['limit', 'value'],
      [
        ['TTL', `${limits.ttl.min} to ${limits.ttl.max} s, ${limits.ttl.default} s if none is asked for`],
        ['TXT value', `${limits.txtBytes} bytes`],
        ...(limits.txtForbidden
          ? [
              [
                'not in a TXT value',
                `${[...limits.txtForbidden.characters].map(code).join(' ')}: ${limits.txtForbidden.reason}`,
              ],
            ]
          : []),
        ['values in a record set', String(limits.valuesPerSet)],
      ],
    ),
  'name-servers': ({ nameServerPatterns }) =>
    nameServerPatterns?.map(({ source }) => `- ${code(source)}`).join('\n'),
  checked: ({ checked }) =>
    checked &&
    table(
      ['checked on', 'what', 'source'],
      checked.map(({ checkedOn, what, source }) => [checkedOn, what, source]),
    ),
};

const args = process.argv.slice(2);
const isCheck = args.includes('--check');
const given = args.filter((argument) => argument !== '--check');
const folders = given.length > 0 ? given.map((folder) => resolve(folder)) : providerFolders();
const problems = [];
for (const folder of folders) await update(folder);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

function providerFolders() {
  return readdirSync(PACKAGES)
    .filter((name) => name.startsWith('provider-') && existsSync(join(PACKAGES, name, 'src', 'manifest.ts')))
    .map((name) => join(PACKAGES, name));
}

async function update(folder) {
  const file = join(folder, 'README.md');
  const where = relative(process.cwd(), file);
  const { manifest } = await import(pathToFileURL(join(folder, 'dist', 'index.js')).href);
  const before = readFileSync(file, 'utf8');
  let text = before;
  for (const [part, render] of Object.entries(PARTS)) {
    const content = render(manifest);
    if (content === undefined || content === '') continue;
    const section = new RegExp(`(<!-- ${part} -->\\n)[\\s\\S]*?(<!-- /${part} -->)`);
    if (section.test(text))
      text = text.replace(section, (_, open, close) => `${open}\n${content}\n\n${close}`);
    else problems.push(`${where} has no <!-- ${part} --> and <!-- /${part} --> for what its manifest says.`);
  }
  text = formatted(text);
  if (text === before) return;
  if (isCheck) problems.push(`${where} is not what its manifest says: run pnpm tables.`);
  else writeFileSync(file, text);
}

function table(head, rows) {
  const line = (row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** As the linter wants it. */
function formatted(text) {
  const path = '--stdin-file-path=packages/README.md';
  const { status, stdout, stderr } = spawnSync(BIOME, ['format', path], {
    cwd: ROOT,
    input: text,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`biome cannot format a README: ${stderr}`);
  return stdout;
}

function code(text) {
  return `\`${text}\``;
}

/** What Markdown would take for emphasis. */
function escaped(text) {
  return text.replace(/[*_]/g, '\\$&');
}

/** JSON is told from the text of a server's configuration. */
function fenced(document) {
  return `\`\`\`${/^\s*[{[]/.test(document) ? 'json' : 'text'}\n${document.trimEnd()}\n\`\`\``;
}
