import type { ServerStatus } from '@domainproof/propagation-verifier';
import { formatDuration } from '../duration.js';
import type { Cell, Column, MatrixState, Row } from './matrix-state.js';
import { shorten, showName } from './record-text.js';
import { sanitize } from './sanitize.js';

export interface Frame {
  columns: number;
  rows: number;
  colours: boolean;
  elapsedMs: number;
  timeoutMs: number;
}

type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

const SGR: Readonly<Record<Colour, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

/** What a cell says, in words as well as in colour. */
const STATUS: Readonly<Record<ServerStatus, { text: string; colour: Colour }>> = {
  visible: { text: '✓ visible', colour: 'green' },
  absent: { text: '· not yet', colour: 'dim' },
  different: { text: '≠ other value', colour: 'yellow' },
  partial: { text: '≠ not all values', colour: 'yellow' },
  extra: { text: '≠ more values', colour: 'yellow' },
  cname: { text: '≠ a CNAME', colour: 'red' },
  'not-authoritative': { text: '✗ not its zone', colour: 'red' },
  refused: { text: '✗ refused', colour: 'red' },
  servfail: { text: '✗ server fails', colour: 'red' },
  malformed: { text: '✗ malformed', colour: 'red' },
  timeout: { text: '✗ no answer', colour: 'red' },
  'no-route': { text: '– no route', colour: 'dim' },
  unasked: { text: '· waiting', colour: 'dim' },
};

/** Columns of a cell with the space before it: the longest status, or an IPv4 address. */
const CELL = 17;
const NAME_MIN = 24;
const NAME_MAX = 48;

/** The lines of one picture, each at most `columns` wide and together fewer than `rows`. */
export function layOut(state: MatrixState, frame: Frame): string[] {
  const body = [...zonesOf(state)].flatMap(([zone, rows]) => zoneLines(state, zone, rows, frame));
  // One line is for the footer, one for the cursor below it: a picture that scrolls cannot be drawn over.
  const room = Math.max(1, frame.rows - 2);
  const shown = body.length > room ? [...body.slice(0, room - 1), more(body.length - room + 1, frame)] : body;
  return [...shown, footer(state, frame)];
}

function zonesOf(state: MatrixState): Map<string | undefined, Row[]> {
  const zones = new Map<string | undefined, Row[]>();
  for (const row of state.rows) {
    const rows = zones.get(row.zone);
    if (rows) rows.push(row);
    else zones.set(row.zone, [row]);
  }
  return zones;
}

function zoneLines(
  state: MatrixState,
  zone: string | undefined,
  rows: readonly Row[],
  frame: Frame,
): string[] {
  const columns = (zone !== undefined && state.columns.get(zone)) || [];
  const labels = rows.map((row) => labelOf(row, rows));
  if (columns.length === 0)
    return labels.map(
      (label) => `  ${cut(label, frame.columns - 18)}  ${paint('name servers …', 'dim', frame)}`,
    );
  const room = frame.columns - 2 - columns.length * CELL;
  if (room < NAME_MIN) return labels.map((label, index) => countLine(label, rows[index]!, columns, frame));
  const width = Math.min(room, NAME_MAX, Math.max(NAME_MIN, ...labels.map((label) => label.length)));
  return [
    ...headerLines(zone!, columns, width, frame),
    ...rows.map((row, index) => {
      const cells = columns.map(({ address }) => cellText(row.cells.get(address), frame));
      return `  ${cut(labels[index]!, width).padEnd(width)}${cells.join('')}`;
    }),
  ];
}

function headerLines(zone: string, columns: readonly Column[], width: number, frame: Frame): string[] {
  const title = cut(showName(sanitize(zone)), width + 2).padEnd(width + 2);
  const cells = (texts: readonly string[]) =>
    texts
      .map((text) => ` ${cut(sanitize(text), CELL - 1).padEnd(CELL - 1)}`)
      .join('')
      .trimEnd();
  return [
    paint(title, 'bold', frame) + cells(columns.map(({ host }) => showName(host))),
    paint(' '.repeat(width + 2) + cells(columns.map(({ address }) => address)), 'dim', frame),
  ];
}

/** For zones with more servers than fit side by side. */
function countLine(label: string, row: Row, columns: readonly Column[], frame: Frame): string {
  const cells = columns.map(({ address }) => row.cells.get(address));
  const visible = cells.filter((cell) => cell?.status === 'visible').length;
  const text = `${visible} of ${columns.length} servers`;
  const width = Math.max(10, frame.columns - text.length - 6);
  const done = row.visibleAfterMs !== undefined;
  return `${done ? paint('✓', 'green', frame) : ' '} ${cut(label, width).padEnd(width)}  ${paint(text, done ? 'green' : 'dim', frame)}`;
}

function cellText(cell: Cell | undefined, frame: Frame): string {
  const { text, colour } = STATUS[cell?.status ?? 'unasked'];
  const after = cell?.visibleAfterMs;
  const shown = cell?.status === 'visible' && typeof after === 'number' ? `✓ ${formatDuration(after)}` : text;
  return ` ${paint(shown.padEnd(CELL - 1), colour, frame)}`;
}

/** The name and type; with the beginning of the value where a name has several. */
function labelOf(row: Row, rows: readonly Row[]): string {
  const shared = rows.some((other) => other !== row && other.name === row.name && other.type === row.type);
  const label = `${showName(sanitize(row.name))} ${row.type}`;
  // Other scripts may be two columns wide, and then lines would break.
  return shared ? `${shorten(row.value, 9).replace(/[^\x20-\x7e…]/g, '?')} ${label}` : label;
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
  return colours ? `\u001b[${SGR[colour]}m${text}\u001b[0m` : text;
}
