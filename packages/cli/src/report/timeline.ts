import type { ServerReport, ServerStatus } from '@domainproof/propagation-verifier';
import { formatDuration } from '../duration.js';
import { STATUS } from '../output/status-text.js';
import { type Html, html } from './html.js';

/** The narrowest piece that an eye still finds, in percent of the bar. */
const NARROWEST = 0.6;

/** A time during which one status held. */
interface Piece {
  status: ServerStatus;
  fromMs: number;
  toMs: number;
}

/** One bar over the time of the wait (`wholeMs`, above 0): what this address said when. Without style attributes, which the page forbids. */
export function timelineBar(server: ServerReport, wholeMs: number): Html {
  const pieces = piecesOf(server, wholeMs);
  const label = pieces.map(describe).join(', ');
  return html`<svg class="bar" role="img" aria-label="${label}">${pieces.map((piece) => rectangle(piece, wholeMs))}</svg>`;
}

/** Statuses that the bars show, for the legend. */
export function statusesIn(servers: readonly ServerReport[]): ServerStatus[] {
  const used = new Set(servers.flatMap(({ history }) => history.map(({ status }) => status)));
  return (Object.keys(STATUS) as ServerStatus[]).filter((status) => used.has(status));
}

function piecesOf({ history }: ServerReport, wholeMs: number): Piece[] {
  return history.map(({ atMs, status }, index) => ({
    status,
    fromMs: Math.min(atMs, wholeMs),
    toMs: Math.min(history[index + 1]?.atMs ?? wholeMs, wholeMs),
  }));
}

function rectangle(piece: Piece, wholeMs: number): Html {
  const percent = (ms: number) => (100 * ms) / wholeMs;
  const width = Math.max(NARROWEST, percent(piece.toMs - piece.fromMs));
  const x = Math.min(percent(piece.fromMs), 100 - width);
  return html`<rect class="s-${piece.status}" x="${x.toFixed(2)}%" y="0" width="${width.toFixed(2)}%" height="100%"><title>${describe(piece)}</title></rect>`;
}

function describe({ status, fromMs, toMs }: Piece): string {
  return `${STATUS[status].words} from ${formatDuration(fromMs)} to ${formatDuration(toMs)}`;
}
