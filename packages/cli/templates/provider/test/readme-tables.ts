import type { ProviderManifest } from '@domainproof/core';

/** The README with its tables made anew from the manifest, each between the marks that name it. */
export function withTables(readme: string, manifest: ProviderManifest): string {
  return Object.entries(tablesOf(manifest)).reduce(
    (text, [name, [head, ...rows]]) =>
      text.replace(
        new RegExp(`(<!-- ${name} -->\n\n)([\\s\\S]*?)(\n\n<!-- end -->)`),
        (whole, start: string, old: string, end: string) => {
          const made = table(head, rows);
          return bare(made) === bare(old) ? whole : `${start}${made}${end}`;
        },
      ),
    readme,
  );
}

type Row = readonly string[];

function tablesOf({
  settings,
  permissions = [],
  limits,
}: ProviderManifest): Record<string, readonly [Row, ...Row[]]> {
  const code = (text: string) => `\`${text}\``;
  return {
    settings: [
      ['option', 'environment', 'is'],
      ...settings.map(({ option, environment, description, required, secret }) => [
        code(option),
        environment.map(code).join(', '),
        `${description}${required ? ' (required)' : ''}${secret ? ' (secret)' : ''}`,
      ]),
    ],
    permissions: [
      ['permission', 'access', 'what it does'],
      ...permissions.map(({ action, access, purpose }) => [code(action), access, purpose]),
    ],
    limits: [
      ['what', 'limit'],
      ...(limits
        ? [
            ['TTL', `${limits.ttl.min} to ${limits.ttl.max} s, ${limits.ttl.default} s if none is asked for`],
            ['TXT value', `${limits.txtBytes} bytes`],
            ['values at one name and type', String(limits.valuesPerSet)],
          ]
        : []),
    ],
  };
}

/** Without padding, which a formatter may have changed. */
function bare(text: string): string {
  return text.replace(/ +/g, ' ').replace(/-+/g, '-');
}

/** With columns of equal width, as formatters leave it. */
function table(head: Row, rows: readonly Row[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: Row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
