import { createHash } from 'node:crypto';
import { formatDuration } from '../duration.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { count, showName } from '../output/record-text.js';
import type { PageContent } from './content.js';
import { Html, html } from './html.js';
import { delegationSection, isGood, recordSection, signOf } from './sections.js';
import { STYLE } from './style.js';

/** With more records than this, those that are visible are folded. */
const ALL_OPEN = 5;

const STYLE_TAG = new Html(`<style>${STYLE}</style>`);

/** Only this stylesheet, by its hash: even markup that would slip in could fetch, run and style nothing. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * The page of `--report`: one file that fetches nothing, runs nothing, and shows every text as text.
 *
 * @param code The exit code of the command: 0 is a good end.
 */
export function renderPage(
  content: PageContent,
  code: ExitCode,
  { version, at }: { version: string; at: Date },
): string {
  const { records, failures = [] } = content;
  const isOk = code === EXIT.done;
  const title = titleOf(content, isOk);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
${STYLE_TAG}
</head>
<body>
<header class="${isOk ? 'ok' : 'bad'}">
<h1><span class="sign ${isOk ? 't-green' : 't-red'}">${isOk ? '✓' : '✗'}</span> ${title}</h1>
<p class="soft">domainproof ${content.command}, ${formatDuration(content.elapsedMs)}, exit code ${code}</p>
${failures.map(({ code: failed, message }) => html`<div class="finding fatal"><p><span class="badge">not written</span> <code>${failed}</code></p><p>${message}</p></div>`)}
${records.length > 1 ? contents(records) : undefined}
</header>
<main>
${records.map((record, index) => recordSection(record, idOf(index), records.length <= ALL_OPEN || !isGood(record)))}
${delegationSection(content.delegations)}
</main>
<footer>Written by domainproof ${version} at ${at.toISOString()}. Times count from the start of the command's questions.</footer>
</body>
</html>
`.markup;
}

function titleOf({ records }: PageContent, isOk: boolean): string {
  const [only, ...others] = records;
  if (only && others.length === 0) {
    const what = only.type === null ? showName(only.name) : `${showName(only.name)} ${only.type}`;
    if (only.visible === null)
      return isOk ? `Nothing is wrong with ${what}` : `Something is wrong with ${what}`;
    if (!only.visible) return `${what} is not visible`;
    return isOk ? `${what} is visible` : `${what} is visible, but something stands in the way`;
  }
  const visible = records.filter((record) => record.visible).length;
  return `${visible} of ${count(records.length, 'record')} visible`;
}

function contents(records: PageContent['records']): Html {
  return html`<ul class="small">${records.map(
    (record, index) =>
      html`<li>${signOf(record)} <a href="#${idOf(index)}"><code>${showName(record.name)}</code> ${record.type ?? ''}</a></li>`,
  )}</ul>`;
}

function idOf(index: number): string {
  return `record-${index + 1}`;
}
