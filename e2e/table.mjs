// Prints which client took how many seconds at which back end: node e2e/table.mjs .reports/vitest.json
import { readFileSync } from 'node:fs';

const [file = '.reports/vitest.json'] = process.argv.slice(2);
const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
const cells = testResults
  .flatMap(({ assertionResults }) => assertionResults)
  .filter(({ meta }) => meta?.backend !== undefined);
if (cells.length === 0) {
  console.error(
    `No client was run in ${file}: vitest run --config vitest.workspace.ts --project e2e --reporter=json`,
  );
  process.exit(1);
}

const backends = [...new Set(cells.map(({ meta }) => meta.backend))];
const clients = [...new Set(cells.map(({ meta }) => meta.client))];
const rows = [
  ['seconds', ...backends],
  ['---', ...backends.map(() => '---:')],
];
for (const client of clients) rows.push([client, ...backends.map((backend) => cellOf(client, backend))]);
const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
for (const row of rows)
  console.log(`| ${row.map((text, column) => text.padEnd(widths[column])).join(' | ')} |`);

function cellOf(client, backend) {
  const cell = cells.find(({ meta }) => meta.client === client && meta.backend === backend);
  if (!cell) return '–';
  return cell.status === 'passed' ? (cell.meta.ms / 1_000).toFixed(1) : cell.status;
}
