import type { PerspectiveReport } from '@domainproof/propagation-verifier';
import { formatDuration } from '../duration.js';
import { SEVERITY_COLOUR } from './findings.js';
import type { Cell, Column, Hop, MatrixState, Row } from './matrix-state.js';
import { shorten, showName } from './record-text.js';
import { sanitize } from './sanitize.js';
import { STATUS } from './status-text.js';
import { type Colour, paint as paintIf, wrap } from './styled.js';

export interface Frame {
  columns: number;
  rows: number;
  colours: boolean;
  elapsedMs: number;
  timeoutMs: number;
}

/** Columns of a cell with the space before it: the longest status, or an IPv4 address. */
const CELL = 17;
const NAME_MIN = 24;
const NAME_MAX = 48;

/** The newest findings that a picture has room for, and the lines of each. */
const FINDINGS_SHOWN = 3;
const FINDING_LINES = 3;

/** The lines of one picture, each at most `columns` wide and together fewer than `rows`. */
export function layOut(state: MatrixState, frame: Frame): string[] {
  const tables = [...zonesOf(state)].flatMap(([zone, entries]) => zoneLines(state, zone, entries, frame));
  const body = [...tables, ...perspectiveLines(state, frame)];
  const findings = findingLines(state, frame);
  // One line is for the footer, one for the cursor below it: a picture that scrolls cannot be drawn over.
  const room = Math.max(1, frame.rows - 2 - findings.length);
  const shown = body.length > room ? [...body.slice(0, room - 1), more(body.length - room + 1, frame)] : body;
  return [...shown, ...findings, footer(state, frame)];
}

/** A line of a table: a row at one of its names. */
interface Entry {
  row: Row;
  hop: Hop;
}

function zonesOf(state: MatrixState): Map<string | undefined, Entry[]> {
  const zones = new Map<string | undefined, Entry[]>();
  for (const row of state.rows)
    for (const hop of row.hops) {
      const entries = zones.get(hop.zone);
      if (entries) entries.push({ row, hop });
      else zones.set(hop.zone, [{ row, hop }]);
    }
  return zones;
}

function zoneLines(
  state: MatrixState,
  zone: string | undefined,
  entries: readonly Entry[],
  frame: Frame,
): string[] {
  const columns = (zone !== undefined && state.columns.get(zone)) || [];
  const labels = entries.map(({ row, hop }) => labelOf(row, hop, state.rows));
  if (columns.length === 0)
    return labels.map(
      (label) => `  ${cut(label, frame.columns - 18)}  ${paint('name servers …', 'dim', frame)}`,
    );
  const room = frame.columns - 2 - columns.length * CELL;
  if (room < NAME_MIN) return labels.map((label, index) => countLine(label, entries[index]!, columns, frame));
  const width = nameWidth(labels, room);
  return [
    ...headerLines(
      showName(zone!),
      columns.map(({ host, address }) => [showName(host), address]),
      width,
      frame,
    ),
    ...entries.map(({ hop }, index) => {
      const cells = columns.map(({ address }) => cellText(hop.cells.get(address), frame));
      return `  ${cut(labels[index]!, width).padEnd(width)}${cells.join('')}`;
    }),
  ];
}

/** A table of its own: perspectives are asked when every name server has the value, and one by one if they do not fit. */
function perspectiveLines(state: MatrixState, frame: Frame): string[] {
  const rows = state.rows.filter(({ perspectives }) => perspectives.size > 0);
  if (rows.length === 0) return [];
  const regions = new Map<string, string>();
  for (const { perspectives } of rows)
    for (const { name, region } of perspectives.values()) regions.set(name, region ?? '');
  const names = [...regions.keys()];
  const labels = rows.map((row) => labelOf(row, row.hops.at(-1)!, state.rows));
  const room = frame.columns - 2 - names.length * CELL;
  if (room < NAME_MIN)
    return rows.map(({ perspectives }, index) => {
      const visible = [...perspectives.values()].filter(({ status }) => status === 'visible').length;
      const text = `${visible} of ${names.length} perspectives`;
      return countText(labels[index]!, text, visible === names.length, frame);
    });
  const width = nameWidth(labels, room);
  return [
    ...headerLines('perspectives', [...regions], width, frame),
    ...rows.map(({ perspectives }, index) => {
      const cells = names.map((name) => perspectiveText(perspectives.get(name), frame));
      return `  ${cut(labels[index]!, width).padEnd(width)}${cells.join('')}`;
    }),
  ];
}

function nameWidth(labels: readonly string[], room: number): number {
  return Math.min(room, NAME_MAX, Math.max(NAME_MIN, ...labels.map((label) => label.length)));
}

/** Two lines of column heads beside a title. */
function headerLines(
  title: string,
  heads: readonly (readonly [string, string])[],
  width: number,
  frame: Frame,
): string[] {
  const cells = (texts: readonly string[]) =>
    texts
      .map((text) => ` ${cut(sanitize(text), CELL - 1).padEnd(CELL - 1)}`)
      .join('')
      .trimEnd();
  const first = cells(heads.map(([name]) => name));
  const second = cells(heads.map(([, detail]) => detail));
  return [
    paint(cut(sanitize(title), width + 2).padEnd(width + 2), 'bold', frame) + first,
    ...(second === '' ? [] : [paint(' '.repeat(width + 2) + second, 'dim', frame)]),
  ];
}

/** For zones with more servers than fit side by side. */
function countLine(label: string, { row, hop }: Entry, columns: readonly Column[], frame: Frame): string {
  const cells = columns.map(({ address }) => hop.cells.get(address));
  const visible = cells.filter((cell) => cell?.status === 'visible').length;
  const done = row.visibleAfterMs !== undefined;
  return countText(label, `${visible} of ${columns.length} servers`, done, frame);
}

function countText(label: string, text: string, isDone: boolean, frame: Frame): string {
  const width = Math.max(10, frame.columns - text.length - 6);
  return `${isDone ? paint('✓', 'green', frame) : ' '} ${cut(label, width).padEnd(width)}  ${paint(text, isDone ? 'green' : 'dim', frame)}`;
}

function cellText(cell: Cell | undefined, frame: Frame): string {
  const { sign, words, colour } = STATUS[cell?.status ?? 'unasked'];
  const after = cell?.visibleAfterMs;
  const isTimed = cell?.status === 'visible' && typeof after === 'number';
  return ` ${paint(`${sign} ${isTimed ? formatDuration(after) : words}`.padEnd(CELL - 1), colour, frame)}`;
}

/** Where a cache still holds another answer, how long it will. */
function perspectiveText(perspective: PerspectiveReport | undefined, frame: Frame): string {
  const { sign, words, colour } = STATUS[perspective?.status ?? 'unasked'];
  const clears = perspective?.clearsInMs;
  const text = typeof clears === 'number' ? `for ${formatDuration(clears)}` : words;
  return ` ${paint(cut(`${sign} ${text}`, CELL - 1).padEnd(CELL - 1), colour, frame)}`;
}

function findingLines(state: MatrixState, frame: Frame): string[] {
  // Small terminals are for the table.
  if (frame.rows < 12) return [];
  const width = frame.columns - 1;
  return state.findings.slice(-FINDINGS_SHOWN).flatMap(({ record, finding }) => {
    const text = `${finding.code} ${showName(record.name)}: ${finding.message}`;
    const lines = wrap(plain(text), width, '  ', '    ');
    const shown = lines.slice(0, FINDING_LINES);
    if (lines.length > FINDING_LINES) shown[FINDING_LINES - 1] = `${cut(shown.at(-1)!, width - 2)} …`;
    return shown.map((line) => paint(cut(line, width), SEVERITY_COLOUR[finding.severity], frame));
  });
}

/** The name and type; with the beginning of the value where a name has several; where CNAMEs have led, with an arrow. */
function labelOf(row: Row, hop: Hop, rows: readonly Row[]): string {
  const shared = rows.some((other) => other !== row && other.name === row.name && other.type === row.type);
  const type = hop === row.hops.at(-1) ? row.type : 'CNAME';
  const label = `${hop === row.hops[0] ? '' : '→ '}${showName(sanitize(hop.name))} ${type}`;
  return shared ? `${plain(shorten(row.value, 9))} ${label}` : label;
}

/** Other scripts may be two columns wide, and then lines would break. */
function plain(text: string): string {
  return sanitize(text).replace(/[^\x20-\x7e…→]/g, '?');
}

function footer(state: MatrixState, frame: Frame): string {
  const done = state.rows.filter(({ visibleAfterMs }) => visibleAfterMs !== undefined).length;
  const text = `${done} of ${state.rows.length} visible, ${formatElapsed(frame.elapsedMs)} of ${formatDuration(frame.timeoutMs)}`;
  return paint(cut(text, frame.columns - 1), done === state.rows.length ? 'green' : 'dim', frame);
}

/** In tenths of a second, so that the width does not jump. */
function formatElapsed(ms: number): string {
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : formatDuration(ms);
}

function more(lines: number, frame: Frame): string {
  return paint(`  … and ${lines} more lines`, 'dim', frame);
}

function cut(text: string, width: number): string {
  return shorten(text, Math.max(1, width));
}

function paint(text: string, colour: Colour, { colours }: Frame): string {
  return paintIf(text, colour, colours);
}
